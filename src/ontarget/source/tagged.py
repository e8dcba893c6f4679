"""Tags of neutrinos whose parent was met: what the tracks of a meson and of its lepton say of energy and path."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float, Int

from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.noun import Length, Noun, Number, quantity, static
from ontarget.ground.units import BEAM_ENERGY
from ontarget.numerics.axis import AbstractAxis, LengthAxis
from ontarget.source.site import AbstractTag

if TYPE_CHECKING:  # what comes from there asks for tags
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

    def shared(self, origin: Origin, found: Float[Array, "node bin"]) -> Float[Array, "node tag"]:
        """Shares of the bins and, last, of no tag; `found` is the response of what is met."""
        found = found if self.meets(origin) else 0 * found
        left = 1 - found.sum(axis=1, keepdims=True)
        inside = found + self.accidental * left / found.shape[1]
        return jnp.concatenate([inside, 1 - inside.sum(axis=1, keepdims=True)], axis=1)


class AbstractMatching(Noun):
    """How the energy that tracks give is distributed, where they are met: efficiency and resolution in one."""

    @abstractmethod
    def response(self, energy: Float[Array, " energy"], edges: Float[Array, " edge"]) -> Float[Array, "energy bin"]:
        """Probability to be tagged in each bin between edges, by true energy; what is missing is not tagged."""


class GaussianMatching(AbstractMatching):
    r"""The same efficiency everywhere, and a Gaussian whose width is a fraction of the energy.

    .. math:: P(t|E) = \epsilon\,\Phi\Big(\frac{t - E}{rE}\Big)\Big|_{t_k}^{t_{k+1}}

    Taken at nodes of the flux: bins no narrower than the steps between these. A stand-in for a simulated response.
    """

    efficiency: Number = quantity()
    resolution: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "efficiency", 0.0, 1.0)
        check_positive(self, "resolution")

    def response(self, energy: Float[Array, " energy"], edges: Float[Array, " edge"]) -> Float[Array, "energy bin"]:
        width = self.resolution * jnp.where(energy > 0, energy, jnp.max(energy))[:, None]
        return self.efficiency * jnp.diff(ndtr((edges - energy[:, None]) / width), axis=1)


class TabulatedMatching(AbstractMatching):
    """A response found by simulating events: rows by true energy, linear between them, constant beyond the ends.

    Attributes
    ----------
    energies : of the rows, increasing
    rows : [point bin] probability to be tagged in each bin of the tag's axis
    """

    energies: Annotated[Float[Array, " point"], BEAM_ENERGY] = quantity()
    rows: Float[Array, "point bin"] = quantity()

    def __check_init__(self) -> None:
        energies, rows = np.asarray(self.energies), np.asarray(self.rows)
        if rows.ndim != 2 or len(rows) != len(energies) or not (np.diff(energies) > 0).all():
            got = f"{len(energies)} energies and an array of shape {list(rows.shape)}"
            raise InputError("rows", got, "There is one row for each energy, and these increase.", "Mend the table.")
        if not ((rows >= 0).all() and (rows.sum(axis=1) <= 1 + 1e-9).all()):
            truth = "Each row holds probabilities that add to one at most."
            raise InputError("rows", "a row that cannot be", truth, "Mend the table.")

    def response(self, energy: Float[Array, " energy"], edges: Float[Array, " edge"]) -> Float[Array, "energy bin"]:
        bins = self.rows.shape[1]
        if len(edges) != bins + 1:
            got = f"{bins} bins for an axis of {len(edges) - 1}"
            raise InputError("matching.rows", got, "There is one for each bin of the tag.", "Mend either.")
        return jnp.stack([jnp.interp(energy, self.energies, self.rows[:, i]) for i in range(bins)], axis=1)


class TaggedEnergy(AbstractTag):
    """The energy of a neutrino from the tracks of its parent and its lepton; outside is what has no tag.

    The neutrino is tagged at its birth: whether it changes its flavour afterwards makes no difference.

    Attributes
    ----------
    energies : axis of the energy that the tracks give
    matching : response and efficiency where the tracks are met
    association : which neutrinos they are met of
    """

    energies: AbstractAxis
    matching: AbstractMatching
    association: Association = Association()

    @property
    def axis(self) -> AbstractAxis | None:
        return self.energies

    @property
    def bins(self) -> int:
        return self.energies.bins

    @property
    def places(self) -> int:
        return 1

    def placed(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return jnp.zeros(x.shape, int)

    def told(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        found = self.matching.response(energy, self.energies.edges)
        return self.association.shared(origin, found)[:, None, None, :]

    def steady(self) -> Float[Array, " tag"]:
        return jnp.full(self.bins, 1 / self.bins)


class TaggedPath(AbstractTag):
    r"""The way from the decay to the vertex, since tracks say where their meson decayed; outside is what has no tag.

    .. math:: P(t|L) = \epsilon\,\Phi\Big(\frac{t - L}{s}\Big)\Big|_{t_k}^{t_{k+1}}

    What is seen of the event can then be the energy from the tracks, so that tag and seen are both numbers that an
    oscillation asks for. The bins may not be narrower than the steps between the source's nodes of path.

    Attributes
    ----------
    lengths : axis of the path
    efficiency : of the tracks
    resolution : s, one standard deviation of the place of decay
    association : which neutrinos tracks are met of
    """

    lengths: LengthAxis
    efficiency: Number = quantity()
    resolution: Length = quantity()
    association: Association = Association()

    def __check_init__(self) -> None:
        check_range(self, "efficiency", 0.0, 1.0)
        check_positive(self, "resolution")

    @property
    def axis(self) -> AbstractAxis | None:
        return self.lengths

    @property
    def bins(self) -> int:
        return self.lengths.bins

    @property
    def places(self) -> int:
        return 1

    def placed(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return jnp.zeros(x.shape, int)

    def told(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        found = self.efficiency * jnp.diff(ndtr((self.lengths.edges - path[:, None]) / self.resolution), axis=1)
        return self.association.shared(origin, found)[None, :, None, :]

    def steady(self) -> Float[Array, " tag"]:
        return jnp.full(self.bins, 1 / self.bins)


class Remainder(AbstractTag):
    """What another tag leaves outside, in one bin: events without a tag are an experiment of their own."""

    of: AbstractTag

    @property
    def axis(self) -> AbstractAxis | None:
        return None

    @property
    def bins(self) -> int:
        return 1

    @property
    def places(self) -> int:
        return self.of.places

    def placed(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return self.of.placed(x, y)

    def told(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        outside = self.of.told(origin, energy, path)[..., -1:]
        return jnp.concatenate([outside, 1 - outside], axis=-1)

    def steady(self) -> Float[Array, " tag"]:
        return jnp.ones(1)
