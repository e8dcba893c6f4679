"""Light scalar bosons between neutrinos and nuclei or electrons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import electron_mass, hbar_c
from ontarget.ground.errors import check_finite, check_positive
from ontarget.ground.noun import Energy, Number, quantity
from ontarget.interaction.cevns import CEvNS
from ontarget.interaction.electron import MASS, ElectronScattering
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.series import integrate_series
from ontarget.matter.form_factor import AbstractFormFactor, Helm
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.radius import NeutronRadii


class LightScalar(AbstractInteraction):
    r"""A scalar boson of mass m and coupling g to neutrinos and quarks, beside the process on nuclei it holds.

    .. math::
        \frac{d\sigma}{dT} = \frac{d\sigma^0}{dT} + \frac{g^4\,M^2T}{4\pi E^2\,(q^2 + m^2)^2}
        \big(Z c_p F_p + N c_n F_n\big)^2,\quad q^2 = 2MT

    One coupling g to all neutrinos and all quarks; a nucleon has c times that of its quarks. The neutrino turns its
    helicity, so nothing interferes. Equal for all flavours, neutrinos and antineutrinos.

    Attributes
    ----------
    standard : the process it stands beside
    mass, coupling : of the boson
    per_proton, per_neutron : c, the scalar densities of u and d quarks; from the pion-nucleon sigma term
    proton, neutron : form factors

    References
    ----------
    Cerdeno:2016sfi
    AtzoriCorona:2022moj
    """

    standard: AbstractInteraction = CEvNS()
    mass: Energy = quantity(kw_only=True)
    coupling: Number = quantity(default=0.0, kw_only=True)
    per_proton: Number = quantity(default=17.3)
    per_neutron: Number = quantity(default=17.3)
    proton: AbstractFormFactor = Helm()
    neutron: AbstractFormFactor = Helm(NeutronRadii())

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        check_finite(self)

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        def weights(recoil: Float[Array, "*t"]) -> Float[Array, "1 1 *t"]:
            square = 2 * nuclide.mass * jnp.where(recoil > 0, recoil, 1e-15 * nuclide.mass)
            q = jnp.sqrt(square)
            charge = nuclide.Z * self.per_proton * self.proton(q, nuclide)
            charge += nuclide.N * self.per_neutron * self.neutron(q, nuclide)
            return (nuclide.mass**2 * recoil * charge**2 / (square + self.mass**2) ** 2)[None, None]

        softest = self.mass**2 / (2 * nuclide.mass)
        shape = integrate_series(weights, 1 / energy[None] ** 2, nuclide.mass, energy, edges, softest=softest)
        scalar = self.coupling**4 * hbar_c**2 / (4 * np.pi) * shape
        return self.standard.kernel(nuclide, energy, edges) + scalar

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.standard.endpoint(nuclide, energy)


class ElectronLightScalar(AbstractInteraction):
    r"""A scalar boson of mass m and coupling g to neutrinos and electrons, beside the process on electrons it holds.

    .. math::
        \frac{d\sigma}{dT} = \frac{d\sigma^0}{dT}
        + Z\,\frac{g^4\,m_e^2T}{4\pi E^2\,(q^2 + m^2)^2}\Big(1 + \frac{T}{2m_e}\Big),\quad q^2 = 2m_eT

    The last bracket is the electron's spin: one for recoils far below its mass, where it is usually left out. Electrons
    free and at rest.

    References
    ----------
    Cerdeno:2016sfi
    """

    standard: AbstractInteraction = ElectronScattering()
    mass: Energy = quantity(kw_only=True)
    coupling: Number = quantity(default=0.0, kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        check_finite(self)

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        def weights(recoil: Float[Array, "*t"]) -> Float[Array, "1 1 *t"]:
            propagator = 1 / (2 * electron_mass * recoil + self.mass**2)
            return (electron_mass**2 * recoil * (1 + recoil / (2 * electron_mass)) * propagator**2)[None, None]

        softest = self.mass**2 / (2 * electron_mass)
        shape = integrate_series(weights, 1 / energy[None] ** 2, MASS, energy, edges, softest=softest)
        scalar = nuclide.Z * self.coupling**4 * hbar_c**2 / (4 * np.pi) * shape
        return self.standard.kernel(nuclide, energy, edges) + scalar

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.standard.endpoint(nuclide, energy)
