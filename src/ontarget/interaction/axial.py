"""The axial part of coherent scattering, for nuclei with spin."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import axial_coupling, fermi_constant, hbar_c
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Number, quantity
from ontarget.interaction.cevns import FAMILIES, CEvNS
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.recoil import RecoilKernel, integrate_recoils, recoil_endpoint
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.spin import oscillator_length


class AxialCEvNS(AbstractInteraction):
    r"""Vector coherent scattering plus the axial current of unpaired nucleons.

    .. math::
        \frac{d\sigma}{dT} = \frac{d\sigma_V}{dT}
        + \frac{G_F^2 M}{4\pi}\Big(1 - \frac{T}{E} + \frac{MT}{2E^2}\Big) F_A(q),\quad
        F_A = \frac43 g_A^2 \frac{J+1}{J}\big(\langle S_p\rangle - \langle S_n\rangle\big)^2 e^{-q^2b^2}

    Isovector axial current at leading order; the harmonic-oscillator Gaussian stands for the nucleus' own structure
    function, whose polynomial in q is left out (tens of per cent of a term that is about 4 % of the stopped-pion rate
    on fluorine and far less on heavier nuclei). Zero where the spins are not known.

    References
    ----------
    Hoferichter:2020osn
    Klos:2013rwa
    """

    vector: CEvNS = CEvNS()
    axial_coupling: Number = quantity(default=axial_coupling)

    def __check_init__(self) -> None:
        check_positive(self, "axial_coupling")

    def axial_response(self, nuclide: Nuclides, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        """F_A at recoil energies T, dimensionless."""
        spin = jnp.where(nuclide.spin > 0, nuclide.spin, 1.0)
        unpaired = (nuclide.proton_spin - nuclide.neutron_spin) ** 2
        at_rest = 4 / 3 * self.axial_coupling**2 * (spin + 1) / spin * unpaired * (nuclide.spin > 0)
        length = oscillator_length(nuclide.A) / hbar_c
        return at_rest * jnp.exp(-2 * nuclide.mass * recoil * length**2)

    def axial_factors(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> RecoilKernel:
        """The axial kernel, equal for all families, in factors."""
        strength = fermi_constant**2 * hbar_c**2 * nuclide.mass / (4 * np.pi)
        return integrate_recoils(
            lambda recoil: strength * self.axial_response(nuclide, recoil)[None], 1.0, nuclide.mass, energy, edges
        )

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        axial = self.axial_factors(nuclide, energy, edges).dense()
        return self.vector.kernel(nuclide, energy, edges) + axial

    def fold(
        self,
        nuclide: Nuclides,
        energy: Float[Array, " energy"],
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        axial = self.axial_factors(nuclide, energy, edges).fold(arriving, np.zeros_like(FAMILIES))
        return self.vector.fold(nuclide, energy, arriving, edges) + axial

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return recoil_endpoint(nuclide.mass, energy)
