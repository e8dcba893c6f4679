"""Charged currents on one nuclide from a table of a few points."""

from __future__ import annotations

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import AREA, ENERGY
from ontarget.interaction.charged.charged_current import check_column, check_points
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides, isotope
from ontarget.numerics.monotone import monotone
from ontarget.numerics.nodes import Nodes, lines


class NuclearTable(AbstractInteraction):
    r"""A cross-section on one nuclide by the energy of the neutrino, which is the truth; nodes are cells (`Nodes`).

    .. math:: \sigma(E) = s\,E^2\,r(E)^2,\quad r = \sqrt{\sigma}/E

    with r a monotone cubic through the points: near a threshold :math:`\sqrt\sigma` is nearly linear. Zero below
    the first point, :math:`E^2` above the last; an experiment refuses more than 1 % of its events there. Other
    nuclides and flavours do not take part.

    Attributes
    ----------
    target : the nuclide, "C12"
    flavour : the flavour, "nu_e"
    energies : Float[point] [energy]     increasing
    values : Float[point] [area]         the cross-section
    scale : s, for a study that frees it

    References
    ----------
    snowglobes2024github
    """

    target: str = static()
    energies: Annotated[Float[Array, " point"], ENERGY] = quantity()
    values: Annotated[Float[Array, " point"], AREA] = quantity()
    flavour: str = static(default="nu_e")
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        isotope(self.target)
        check_range(self, "scale", 0.0)
        if self.flavour not in FLAVOURS:
            raise InputError("flavour", repr(self.flavour), "There is none.", did_you_mean(self.flavour, FLAVOURS))
        if self.energies.shape != self.values.shape or self.energies.size < 2:
            got = f"{self.values.size} values for {self.energies.size} energies"
            raise InputError("values", got, "Each energy has one, and there are two at least.", "Mend the table.")
        if any(isinstance(leaf, jax.core.Tracer) for leaf in (self.energies, self.values)):
            return
        energies, values = np.asarray(self.energies), np.asarray(self.values)
        check_points("energies", energies, ENERGY)
        check_column("values", values, energies, 0.0)
        if energies[0] == 0 and values[0] > 0:
            got = f"{AREA.show(values[0])} at {ENERGY.show(0.0)}"
            raise InputError(
                "values", got, "A neutrino at rest does not interact.", "Mend or leave out the first point."
            )

    @fused
    def per_nucleus(self, nuclide: Nuclides, energy: Float[Array, " energy"]) -> Float[Array, " energy"]:
        """Cross-section of the flavour on a nucleus, area."""
        row = isotope(self.target)
        here = (nuclide.Z == row.Z) & (nuclide.N == row.N) & (energy > self.energies[0])
        positive = self.values > 0
        roots = jnp.where(positive, jnp.sqrt(jnp.where(positive, self.values, 1.0)), 0.0)
        # a first point at zero is one where nothing interacts
        root = energy * monotone(energy, self.energies, roots / jnp.where(self.energies > 0, self.energies, 1.0))
        return self.scale * jnp.where(here, root**2, 0.0)

    @fused
    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        return self.mine()[:, None, None] * self.per_nucleus(nuclide, energy)[:, None] * lines(energy).shares(edges)

    @fused
    def fold_nodes(
        self,
        nuclide: Nuclides,
        nodes: Nodes,
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        interacting = arriving * self.per_nucleus(nuclide, nodes.energy)[:, None]
        return self.mine()[:, None, None] * jnp.einsum("bek,ex->bkx", interacting, nodes.shares(edges))

    def mine(self) -> Float[Array, " flavour"]:
        """One for the flavour that interacts, zero for all others."""
        return jnp.asarray(np.array([one == self.flavour for one in FLAVOURS], dtype=float))

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return energy
