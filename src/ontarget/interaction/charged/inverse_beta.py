"""Inverse beta decay on the free proton."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import legendre

from ontarget.ground.constants import (
    alpha,
    axial_coupling,
    electron_mass,
    fermi_constant,
    hbar_c,
    neutron_mass,
    pion_mass,
    proton_mass,
    quark_mixing,
)
from ontarget.ground.errors import check_range
from ontarget.ground.noun import BeamEnergy, Number, quantity, static
from ontarget.ground.units import GeV
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.nodes import Nodes, legendre_between, lines
from ontarget.numerics.quadrature import gauss_legendre

MAGNETIC = 3.706
"""Anomalous magnetic moments of proton less neutron, nuclear magnetons."""

VECTOR_MASS_SQUARED = 0.71 * GeV**2
ORDER = 6

GAP = neutron_mass - proton_mass
MEAN = (neutron_mass + proton_mass) / 2
THRESHOLD = ((neutron_mass + electron_mass) ** 2 - proton_mass**2) / (2 * proton_mass)


class InverseBetaDecay(AbstractInteraction):
    r"""Electron antineutrinos on hydrogen, :math:`\bar\nu_e p \to e^+ n`; the truth is the positron's kinetic energy.

    .. math::
        \frac{d\sigma}{dE_e} = 2m_p\,\frac{G_F^2|V_{ud}|^2}{2\pi (s - m_p^2)^2}\,[A - (s-u)B + (s-u)^2 C]\,
        \Big[1 + \frac\alpha\pi\Big(6 + \tfrac32\ln\frac{m_p}{2E_e} + 1.2\,(m_e/E_e)^{3/2}\Big)\Big]

    with A, B, C of the four form factors (vector, weak magnetism, axial, pseudoscalar), complete in E/M, and the inner
    and outer radiative corrections. Error below 1 % up to 100 MeV, most of it of V_ud and g_A. The positron's energies
    at one neutrino energy span 1.8 MeV at 30 MeV.

    Attributes
    ----------
    axial_mass : of the dipole of the axial form factor
    axial : |g_A|
    scale : a factor on all, for a study that frees it

    References
    ----------
    Strumia:2003zx eqs. (3), (5), (7), (11), (12), (14)
    """

    axial_mass: BeamEnergy = quantity(default=1.0 * GeV)
    axial: Number = quantity(default=axial_coupling)
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "axial_mass", 0.0, open_low=True)
        check_range(self, "axial", 0.0)
        check_range(self, "scale", 0.0)

    def differential(self, energy: Float[Array, "*#e"], positron: Float[Array, "*#e"]) -> Float[Array, "*e"]:
        """Cross-section per total energy of the positron, area per energy; the caller keeps to its range."""
        t = neutron_mass**2 - proton_mass**2 - 2 * proton_mass * (energy - positron)
        s_u = 2 * proton_mass * (energy + positron) - electron_mass**2
        a, b, c = self.structure(t)
        squared = a - s_u * b + s_u**2 * c
        unit = (fermi_constant * quark_mixing * hbar_c) ** 2 / (4 * np.pi * proton_mass * energy**2)
        logarithm = 1.5 * jnp.log(proton_mass / (2 * positron))
        radiative = 1 + alpha / np.pi * (6 + logarithm + 1.2 * (electron_mass / positron) ** 1.5)
        return self.scale * unit * squared * radiative

    def structure(self, t: Float[Array, "*e"]) -> tuple[Array, Array, Array]:
        """A, B and C at the squared momentum transfer t."""
        M, m, d = MEAN, electron_mass, GAP
        dipole = (1 - t / (4 * M**2)) * (1 - t / VECTOR_MASS_SQUARED) ** 2
        f1 = (1 - (1 + MAGNETIC) * t / (4 * M**2)) / dipole
        f2 = MAGNETIC / dipole
        g1 = -self.axial / (1 - t / self.axial_mass**2) ** 2
        g2 = 2 * M**2 * g1 / (pion_mass**2 - t)
        slow = (
            4 * f1**2 * (4 * M**2 + t + m**2)
            + 4 * g1**2 * (-4 * M**2 + t + m**2)
            + f2**2 * (t**2 / M**2 + 4 * t + 4 * m**2)
            + 4 * m**2 * t * g2**2 / M**2
            + 8 * f1 * f2 * (2 * t + m**2)
            + 16 * m**2 * g1 * g2
        )
        split = (
            (4 * f1**2 + t * f2**2 / M**2) * (4 * M**2 + t - m**2)
            + 4 * g1**2 * (4 * M**2 - t + m**2)
            + 4 * m**2 * g2**2 * (t - m**2) / M**2
            + 8 * f1 * f2 * (2 * t - m**2)
            + 16 * m**2 * g1 * g2
        )
        a = ((t - m**2) * slow - d**2 * split - 32 * m**2 * M * d * g1 * (f1 + f2)) / 16
        b = t * g1 * (f1 + f2) + m**2 * d * (f2**2 + f1 * f2 + 2 * g1 * g2) / (4 * M)
        c = (4 * (f1**2 + g1**2) - t * f2**2 / M**2) / 16
        return a, b, c

    def span(self, energy: Float[Array, "*e"]) -> tuple[Float[Array, "*e"], Float[Array, "*e"]]:
        """Lowest and highest total energy of the positron; harmless values below the threshold."""
        energy = jnp.where(energy > THRESHOLD, energy, 2 * THRESHOLD)
        s = proton_mass**2 + 2 * proton_mass * energy
        root = jnp.sqrt(s)
        centre = (s - neutron_mass**2 + electron_mass**2) / (2 * root)
        momentum = jnp.sqrt(centre**2 - electron_mass**2)
        beam = energy * proton_mass / root
        shift = (neutron_mass**2 - proton_mass**2 - electron_mass**2) / (2 * proton_mass)
        middle, reach = energy - shift - beam / proton_mass * centre, beam / proton_mass * momentum
        return middle - reach, middle + reach

    def moments(self, energy: Float[Array, " energy"]) -> list[Float[Array, " energy"]]:
        """Legendre moments of the differential cross-section over its span, each an area."""
        low, high = self.span(energy)
        x, w = gauss_legendre(ORDER + 2)
        at = low + (high - low) * x[:, None]
        values = self.differential(jnp.where(energy > THRESHOLD, energy, 2 * THRESHOLD), at)
        values = jnp.where(energy > THRESHOLD, values * (high - low), 0.0) * w[:, None]
        rows = legendre.legvander(2 * x - 1, ORDER - 1).T
        return [(2 * k + 1) / 2 * row @ values for k, row in enumerate(rows)]

    def per_proton(self, energy: Float[Array, " energy"]) -> Float[Array, " energy"]:
        """Cross-section of electron antineutrinos on a proton, area."""
        return 2 * self.moments(energy)[0]

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

    def spread(
        self, nuclide: Nuclides, nodes: Nodes, edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        """The kernel of nodes that stand for cells of energy; a cell of positrons is as wide as their mean moves."""
        low, high = self.span(nodes.energy)
        above = jnp.where(nodes.energy > THRESHOLD, nodes.energy, 2 * THRESHOLD) + nodes.width / 2
        moved = (sum(self.span(above)) - (low + high)) / jnp.where(nodes.width > 0, nodes.width, 1.0)
        down, up = nodes.reaches()
        ends = low - electron_mass, high - electron_mass
        found = legendre_between(self.moments(nodes.energy), *ends, (moved * down, moved * up), edges, nodes.even)
        here = (nuclide.Z == 1) & (nuclide.N == 0)
        return jnp.zeros((len(FLAVOURS), *found.shape)).at[FLAVOURS.index("nubar_e")].set(jnp.where(here, found, 0.0))

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return jnp.where(energy > THRESHOLD, self.span(energy)[1] - electron_mass, 0.0)
