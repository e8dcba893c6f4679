"""How tracks are matched with neutrinos: which ones get a tag, and what energy it says."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import BEAM_ENERGY
from ontarget.source.origin import Origin


class Association(Noun):
    """Which neutrinos can be given the tracks they were born with, and how many others are given wrong ones.

    Attributes
    ----------
    modes : decays of the beam's own mesons whose tracks are met, by name; daughters' decays have no track before them
    regions : in which they are
    accidental : share of neutrinos without tracks of their own that get a tag all the same, spread evenly over its bins
    """

    modes: tuple[str, ...] = static(default=("pi_munu",))
    regions: tuple[str, ...] = static(default=("tunnel",))
    accidental: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "accidental", 0.0, 1.0)

    def meets(self, origin: Origin) -> bool:
        """Whether the tracks of such a neutrino are met."""
        return origin.mode in self.modes and origin.region in self.regions and not origin.followed

    @fused
    def shared(self, origin: Origin, found: Float[Array, "node bin"]) -> Float[Array, "node tag"]:
        """Shares of the bins and, last, of no tag; `found` is the response of what is met."""
        found = found if self.meets(origin) else 0 * found
        left = 1 - found.sum(axis=1, keepdims=True)
        inside = found + self.accidental * left / found.shape[1]
        return jnp.concatenate([inside, 1 - inside.sum(axis=1, keepdims=True)], axis=1)


class AbstractMatching(Noun):
    """How the energy that tracks give is distributed: efficiency, resolution and wrong tags in one."""

    @abstractmethod
    def shares(
        self, origin: Origin, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "energy tag"]:
        """Probability to be tagged in each bin between edges, by origin and true energy; last, of no tag."""


class GaussianMatching(AbstractMatching):
    r"""The same efficiency everywhere, and a Gaussian whose width is a fraction of the energy.

    .. math:: P(t|E) = \epsilon\,\Phi\Big(\frac{t - E}{rE}\Big)\Big|_{t_k}^{t_{k+1}}

    Taken at nodes of the flux: bins no narrower than the steps between these. A stand-in for a simulated response.

    Attributes
    ----------
    efficiency, resolution : where the tracks are met
    association : which neutrinos they are met of
    """

    efficiency: Number = quantity()
    resolution: Number = quantity()
    association: Association = Association()

    def __check_init__(self) -> None:
        check_range(self, "efficiency", 0.0, 1.0)
        check_positive(self, "resolution")

    @fused
    def shares(
        self, origin: Origin, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "energy tag"]:
        width = self.resolution * jnp.where(energy > 0, energy, jnp.max(energy))[:, None]
        found = self.efficiency * jnp.diff(ndtr((edges - energy[:, None]) / width), axis=1)
        return self.association.shared(origin, found)


class TabulatedMatching(AbstractMatching):
    """A response found elsewhere, the same for all that is met: linear between its rows, constant beyond the ends.

    Attributes
    ----------
    energies : of the rows, increasing
    rows : [point bin] probability to be tagged in each bin of the tag's axis
    association : which neutrinos the tracks are met of
    """

    energies: Annotated[Float[Array, " point"], BEAM_ENERGY] = quantity()
    rows: Float[Array, "point bin"] = quantity()
    association: Association = Association()

    def __check_init__(self) -> None:
        check_rows(np.asarray(self.energies), np.asarray(self.rows)[None])

    def shares(
        self, origin: Origin, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "energy tag"]:
        return self.association.shared(origin, between_rows(energy, self.energies, self.rows, edges))


class SimulatedMatching(AbstractMatching):
    """What came out for neutrinos of each origin when events were tagged one by one, others' tracks included.

    Linear between rows, constant beyond the ends. A neutrino of an origin that was not simulated is refused.

    Attributes
    ----------
    origins : labels of the origins (`Origin.label`)
    energies : of the rows, increasing
    rows : [origin point bin] probability to be tagged in each bin of the tag's axis, rightly or not
    """

    origins: tuple[str, ...] = static()
    energies: Annotated[Float[Array, " point"], BEAM_ENERGY] = quantity()
    rows: Float[Array, "origin point bin"] = quantity()

    def __check_init__(self) -> None:
        check_rows(np.asarray(self.energies), np.asarray(self.rows))
        if len(self.origins) != len(self.rows):
            got = f"{len(self.origins)} origins and {len(self.rows)} sets of rows"
            raise InputError("origins", got, "There is one set of rows for each.", "Mend the table.")

    def shares(
        self, origin: Origin, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "energy tag"]:
        if origin.label not in self.origins:
            truth = f"What was simulated came from {'; '.join(self.origins)}."
            raise InputError("matching.origins", f"none for {origin.label}", truth, "Simulate this source's events.")
        found = between_rows(energy, self.energies, self.rows[self.origins.index(origin.label)], edges)
        return jnp.concatenate([found, 1 - found.sum(axis=1, keepdims=True)], axis=1)


def goes_up(energies: Float[np.ndarray, " point"]) -> bool:
    """Whether energies are finite, not below zero, and increase."""
    return bool(np.isfinite(energies).all() and energies[0] >= 0 and (np.diff(energies) > 0).all())


def check_rows(energies: Float[np.ndarray, " point"], rows: np.ndarray) -> None:
    """Refuse rows [origin point bin] that are no probabilities at increasing energies."""
    if rows.ndim != 3 or rows.shape[1] != len(energies) or not goes_up(energies):
        got = f"{len(energies)} energies and an array of shape {list(rows.shape[-2:])}"
        raise InputError("rows", got, "There is one row for each energy, and these increase.", "Mend the table.")
    if not ((rows >= 0).all() and (rows.sum(axis=2) <= 1 + 1e-9).all()):
        truth = "Each row holds probabilities that add to one at most."
        raise InputError("rows", "a row that cannot be", truth, "Mend the table.")


def between_rows(
    energy: Float[Array, " energy"],
    energies: Float[Array, " point"],
    rows: Float[Array, "point bin"],
    edges: Float[Array, " edge"],
) -> Float[Array, "energy bin"]:
    """Rows at other energies; they have to fit the bins of the tag."""
    bins = rows.shape[1]
    if len(edges) != bins + 1:
        got = f"{bins} bins for an axis of {len(edges) - 1}"
        raise InputError("matching.rows", got, "There is one for each bin of the tag.", "Mend either.")
    return jnp.stack([jnp.interp(energy, energies, rows[:, i]) for i in range(bins)], axis=1)
