"""Magnetic moments of neutrinos, on nuclei and on electrons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, electron_mass, hbar_c
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity
from ontarget.interaction.cevns import FAMILIES, CEvNS
from ontarget.interaction.electron import MASS, ElectronScattering
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.series import integrate_series, screening_momentum
from ontarget.matter.form_factor import AbstractFormFactor, Helm
from ontarget.matter.nuclide import Nuclides

STRENGTH = np.pi * (alpha * hbar_c / electron_mass) ** 2
"""Cross-section of a moment of one Bohr magneton on a unit charge, 2.495e-25 cm2."""


class MagneticMoments(Noun):
    r"""Effective magnetic moments of the three families, in Bohr magnetons.

    .. math:: \mu_\alpha^2 = \sum_\beta |\mu_{\alpha\beta}|^2

    Of what arrives at the detector; the same for neutrinos and antineutrinos. Only squares enter.
    """

    e: Number = quantity(default=0.0)
    mu: Number = quantity(default=0.0)
    tau: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        for field in ("e", "mu", "tau"):
            check_range(self, field, -1.0, 1.0)

    def squared(self) -> Float[Array, " flavour"]:
        """Square of the moment of each flavour."""
        return jnp.stack([self.e**2, self.mu**2, self.tau**2])[FAMILIES]


class MagneticMoment(AbstractInteraction):
    r"""A magnetic moment on whole nuclei, beside the process it holds.

    .. math::
        \frac{d\sigma_\alpha}{dT} = \frac{d\sigma_\alpha^0}{dT} + \frac{\pi\alpha^2\mu_\alpha^2}{m_e^2}
        Z^2 F^2(q) \Big(\frac1T - \frac1E + \frac{T}{4E^2}\Big),\quad q^2 = 2MT

    The spin of the neutrino turns, so nothing interferes. Target of spin 0. The atom is neutral below a recoil of some
    meV (`screening_momentum`), where the integral starts. Valid below the energies that excite the nucleus.

    References
    ----------
    Vogel:1989iv
    AtzoriCorona:2022qrf
    """

    standard: AbstractInteraction = CEvNS()
    moments: MagneticMoments = MagneticMoments()
    charge: AbstractFormFactor = Helm()

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        def weights(recoil: Float[Array, "*t"]) -> Float[Array, "3 1 *t"]:
            factor = self.charge(jnp.sqrt(2 * nuclide.mass * recoil), nuclide) ** 2
            return jnp.stack([factor / recoil, factor, factor * recoil])[:, None]

        coefficients = jnp.stack([0 * energy + 1, -1 / energy, 1 / (4 * energy**2)])
        floor = screening_momentum(nuclide) ** 2 / (2 * nuclide.mass)
        shape = integrate_series(weights, coefficients, nuclide.mass, energy, edges, floor)
        magnetic = STRENGTH * nuclide.Z**2 * self.moments.squared()[:, None, None] * shape
        return self.standard.kernel(nuclide, energy, edges) + magnetic

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.standard.endpoint(nuclide, energy)


class ElectronMagneticMoment(AbstractInteraction):
    r"""A magnetic moment on the electrons of an atom, beside the process it holds.

    .. math::
        \frac{d\sigma_\alpha}{dT} = \frac{d\sigma_\alpha^0}{dT}
        + Z\,\frac{\pi\alpha^2\mu_\alpha^2}{m_e^2} \Big(\frac1T - \frac1E\Big)

    Electrons free and at rest: valid for T far above their binding. The integral starts at the recoil below which the
    atom is neutral (`screening_momentum`).

    References
    ----------
    Vogel:1989iv
    AtzoriCorona:2022qrf
    """

    standard: AbstractInteraction = ElectronScattering()
    moments: MagneticMoments = MagneticMoments()

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        def weights(recoil: Float[Array, "*t"]) -> Float[Array, "2 1 *t"]:
            return jnp.stack([1 / recoil, jnp.ones_like(recoil)])[:, None]

        coefficients = jnp.stack([0 * energy + 1, -1 / energy])
        floor = screening_momentum(nuclide) ** 2 / (2 * MASS)
        shape = integrate_series(weights, coefficients, MASS, energy, edges, floor)
        magnetic = STRENGTH * nuclide.Z * self.moments.squared()[:, None, None] * shape
        return self.standard.kernel(nuclide, energy, edges) + magnetic

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.standard.endpoint(nuclide, energy)
