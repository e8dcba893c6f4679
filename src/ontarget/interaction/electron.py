"""Elastic scattering of neutrinos off electrons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import electron_mass, fermi_constant, hbar_c
from ontarget.ground.noun import as_array
from ontarget.interaction.electron_coupling import AbstractElectronCouplings, RadiativeElectronCouplings
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.recoil import recoil_endpoint
from ontarget.interaction.series import integrate_series
from ontarget.matter.nuclide import Nuclides

MASS = as_array(electron_mass)


class ElectronScattering(AbstractInteraction):
    r"""Elastic scattering of any flavour off the electrons of an atom.

    .. math::
        \frac{d\sigma_\alpha}{dT} = Z\,\frac{2G_F^2m_e}{\pi} \sum_\beta
        \Big[g_L^2 + g_R^2\Big(1 - \frac TE\Big)^2 - g_L g_R\frac{m_eT}{E^2}\Big]_{\alpha\beta}

    for neutrinos; for antineutrinos :math:`g_L` and :math:`g_R` change places. The last term is negative where both
    have one sign, as for electron neutrinos, whose :math:`g_L` contains the W. Electrons free and at rest: valid for T
    far above their binding (3 keV for the innermost of argon). Exact in T and E for constant couplings; 1e-12
    otherwise.
    The truth variable is the electron's kinetic energy.

    References
    ----------
    Vogel:1989iv
    Bahcall:1995mm
    """

    couplings: AbstractElectronCouplings = RadiativeElectronCouplings()

    def weights(self, recoil: Float[Array, "*t"]) -> Float[Array, "4 6 *t"]:
        """Squares and products of couplings times the powers of T they stand with, for each flavour."""
        left, right = self.couplings.at(jnp.sqrt(2 * electron_mass * recoil))
        shape = (3, *recoil.shape)
        squares, turned, product = (
            jnp.broadcast_to((one * other).sum(axis=1), shape)
            for one, other in ((left, left), (right, right), (left, right))
        )
        plain, sloped = jnp.concatenate([squares, turned]), jnp.concatenate([turned, squares])
        mixed = jnp.concatenate([product, product])
        return jnp.stack([plain + sloped, sloped * recoil, sloped * recoil**2, mixed * recoil])

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        strength = 2 * fermi_constant**2 * hbar_c**2 * electron_mass / np.pi
        coefficients = jnp.stack([0 * energy + 1, -2 / energy, 1 / energy**2, -electron_mass / energy**2])
        momentum = self.couplings.softest()
        softest = None if momentum is None else momentum**2 / (2 * electron_mass)
        series = integrate_series(self.weights, coefficients, MASS, energy, edges, softest=softest)
        return nuclide.Z * strength * series

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return recoil_endpoint(MASS, energy)
