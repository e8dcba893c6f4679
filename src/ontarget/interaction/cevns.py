"""Coherent elastic neutrino-nucleus scattering."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import fermi_constant, hbar_c
from ontarget.interaction.coupling import AbstractCouplings, TreeCouplings
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.recoil import RecoilKernel, integrate_recoils, recoil_endpoint
from ontarget.matter.flavour import FAMILY
from ontarget.matter.form_factor import AbstractFormFactor, Helm
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.radius import NeutronRadii

FAMILIES = np.array(FAMILY)


class CEvNS(AbstractInteraction):
    r"""Coherent elastic scattering of any flavour off a whole nucleus.

    .. math::
        \frac{d\sigma_\alpha}{dT} = \frac{G_F^2 M}{\pi}
        \sum_\beta \big(Z g_p^{\alpha\beta} F_p(q) + N g_n^{\alpha\beta} F_n(q)\big)^2
        \Big(1-\frac{T}{E}-\frac{MT}{2E^2}\Big),\quad q^2 = 2MT

    Target of spin 0; the term :math:`T^2/2E^2` of spin 1/2 is below 1e-5 here. Equal for neutrinos and antineutrinos
    (vector part; `AxialCEvNS` adds the axial one). Valid below the energies that excite the nucleus. Errors of the
    integral over a cell: 1e-12 of the total, also where couplings fall with q (`soft_nodes`).

    Attributes
    ----------
    couplings : over lepton families
    proton, neutron : form factors of the two densities: measured charge radii, and these with a neutron skin

    References
    ----------
    Freedman:1973yd
    """

    couplings: AbstractCouplings = TreeCouplings()
    proton: AbstractFormFactor = Helm()
    neutron: AbstractFormFactor = Helm(NeutronRadii())

    def weak_charge_squared(self, nuclide: Nuclides, recoil: Float[Array, "*t"]) -> Float[Array, "3 *t"]:
        r""":math:`\sum_\beta (Z g_p F_p + N g_n F_n)^2` for each family at recoil energies T, dimensionless."""
        positive = jnp.where(recoil > 0, recoil, 1e-15 * nuclide.mass)  # a cell of no width at 0: keep the root's slope
        q = jnp.sqrt(2 * nuclide.mass * positive)
        g_p, g_n = self.couplings.at(q)
        charge_p = nuclide.Z * self.proton(q, nuclide)
        charge_n = nuclide.N * self.neutron(q, nuclide)
        amplitude = g_p * charge_p + g_n * charge_n
        return (amplitude**2).sum(axis=1)

    def factors(self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]) -> RecoilKernel:
        """The kernel by family, in factors."""
        strength = fermi_constant**2 * hbar_c**2 * nuclide.mass / np.pi
        momentum = self.couplings.softest()
        softest = None if momentum is None else momentum**2 / (2 * nuclide.mass)
        return integrate_recoils(
            lambda recoil: strength * self.weak_charge_squared(nuclide, recoil),
            -1.0,
            nuclide.mass,
            energy,
            edges,
            softest,
        )

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        return self.factors(nuclide, energy, edges).dense()[FAMILIES]

    def fold(
        self,
        nuclide: Nuclides,
        energy: Float[Array, " energy"],
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        return self.factors(nuclide, energy, edges).fold(arriving, FAMILIES)

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return recoil_endpoint(nuclide.mass, energy)
