"""Electron neutrinos that turn a nucleus into levels of its neighbour, by allowed transitions of measured strength."""

from __future__ import annotations

from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import electron_mass, fermi_constant, hbar_c, quark_mixing
from ontarget.ground.errors import InputError, check_array, check_range
from ontarget.ground.noun import Energy, Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import ENERGY
from ontarget.interaction.charged.coulomb import AbstractCoulomb, SmallerOfBoth
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides, isotope
from ontarget.numerics.nodes import Nodes, legendre_between, lines


class Strengths(Noun):
    """Levels of the nucleus that is left behind, and how strongly each is reached.

    Attributes
    ----------
    excitation : Float[level] [energy]   above its ground state
    strength : Float[level] [1]          B(F) or B(GT), the latter with g_A squared in it
    """

    excitation: Annotated[Float[Array, " level"], ENERGY] = quantity()
    strength: Float[Array, " level"] = quantity()

    def __check_init__(self) -> None:
        if self.excitation.shape != self.strength.shape:
            got = f"{self.strength.size} strengths for {self.excitation.size} levels"
            raise InputError("strength", got, "Each level has one.", "Mend the table.")
        for name in ("excitation", "strength"):
            check_array(self, name, 0.0)


class AllowedTransitions(AbstractInteraction):
    r"""Electron neutrinos on one nuclide, :math:`\nu_e + (Z, A) \to e^- + (Z+1, A)^*`; the truth is the electron's
    kinetic energy.

    .. math::
        \sigma(E) = s\,\frac{G_F^2 |V_{ud}|^2}{\pi}\sum_i p_i E_i\,F_C(E_i)\,[B_F + B_{GT}]_i,\quad
        E_i = E - \Delta - x_i,\quad
        \frac{d\sigma_i}{d\cos\theta} \propto 1 + \beta_i\cos\theta\;(F),\; 1 - \tfrac13\beta_i\cos\theta\;(GT)

    with :math:`\Delta` the difference of the two nuclear masses. The nucleus takes
    :math:`(E^2 + p_i^2 - 2Ep_i\cos\theta)/2M` off the electron's energy; its effect on the total, of order E/M, is
    neglected. What the excited nucleus gives off is not seen here. Momentum transfer zero: forbidden transitions are
    missing, some 10 % of argon at 30 MeV and more above 50 MeV. The choice of F_C matters more than all of this.
    Other nuclides and flavours do not take part.

    Attributes
    ----------
    target : the nuclide, "Ar40"
    mass_difference : Delta
    fermi, gamow_teller : levels and strengths
    coulomb : F_C
    scale : s, for a study that frees it

    References
    ----------
    Gardiner:2021-CPC269
    """

    target: str = static()
    mass_difference: Energy = quantity()
    fermi: Strengths
    gamow_teller: Strengths
    coulomb: AbstractCoulomb = SmallerOfBoth()
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        isotope(self.target)
        check_range(self, "scale", 0.0)

    def electron(self, nuclide: Nuclides, energy: Float[Array, " energy"]) -> tuple[Array, Array]:
        """Total energy and momentum of the electron [energy level], Fermi levels first; where there is too little
        energy, a harmless value and the momentum zero."""
        excitation = jnp.concatenate([self.fermi.excitation, self.gamow_teller.excitation])
        total = energy[:, None] - self.mass_difference - excitation
        reached = total > electron_mass * (1 + 1e-9)
        total = jnp.where(reached, total, 2 * electron_mass)
        return total, jnp.where(reached, jnp.sqrt(total**2 - electron_mass**2), 0.0)

    @fused
    def by_level(self, nuclide: Nuclides, energy: Float[Array, " energy"]) -> Float[Array, "energy level"]:
        """Cross-section to each level, area; Fermi levels first."""
        row = isotope(self.target)
        here = (nuclide.Z == row.Z) & (nuclide.N == row.N)
        total, momentum = self.electron(nuclide, energy)
        strength = jnp.concatenate([self.fermi.strength, self.gamow_teller.strength])
        factor = self.coulomb.factor(total, jnp.asarray(row.Z + 1.0), jnp.asarray(float(row.Z + row.N)))
        unit = (fermi_constant * quark_mixing * hbar_c) ** 2 / np.pi
        return self.scale * unit * jnp.where(here, momentum * total * factor * strength, 0.0)

    @fused
    def per_nucleus(self, nuclide: Nuclides, energy: Float[Array, " energy"]) -> Float[Array, " energy"]:
        """Cross-section of electron neutrinos on a nucleus, area."""
        return self.by_level(nuclide, energy).sum(axis=1)

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        return self.spread(nuclide, lines(energy), edges)

    def fold_nodes(
        self,
        nuclide: Nuclides,
        nodes: Nodes,
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        return jnp.einsum("bek,bex->bkx", arriving, self.spread(nuclide, nodes, edges))

    @fused
    def spread(
        self, nuclide: Nuclides, nodes: Nodes, edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        """The kernel of nodes that stand for cells of energy, through which the electron follows the neutrino."""
        energy = nodes.energy
        total, momentum = self.electron(nuclide, energy)
        safe = jnp.where(momentum > 0, momentum, electron_mass)
        mean = total - electron_mass - (energy[:, None] ** 2 + safe**2) / (2 * nuclide.mass)
        half = energy[:, None] * safe / nuclide.mass
        levels = len(self.fermi.strength), len(self.gamow_teller.strength)
        slope = np.repeat([1.0, -1 / 3], levels) * safe / total
        size = self.by_level(nuclide, energy) / 2
        down, up = (jnp.broadcast_to(one[:, None], mean.shape) for one in nodes.reaches())
        moments, ends = [size, size * slope], (mean - half, mean + half)
        found = legendre_between(moments, *ends, (down, up), edges, nodes.even).sum(axis=1)
        return jnp.zeros((len(FLAVOURS), *found.shape)).at[FLAVOURS.index("nu_e")].set(found)

    @fused
    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        lowest = jnp.concatenate([self.fermi.excitation, self.gamow_teller.excitation]).min()
        return jnp.maximum(energy - self.mass_difference - lowest - electron_mass, 0.0)
