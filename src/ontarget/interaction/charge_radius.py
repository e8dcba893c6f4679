"""Charge radii of neutrinos, in the couplings to nucleons and to electrons."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, fermi_constant, hbar_c
from ontarget.ground.errors import check_finite
from ontarget.ground.noun import Noun, Scalar, quantity
from ontarget.ground.units import AREA
from ontarget.interaction.coupling import AbstractCouplings, Matrices, Matrix, TreeCouplings, spread, symmetric
from ontarget.interaction.electron_coupling import AbstractElectronCouplings, RadiativeElectronCouplings

Area = Annotated[Scalar, AREA]

STRENGTH = np.sqrt(2) * np.pi * alpha / (3 * fermi_constant * hbar_c**2)
"""Vector coupling to a unit charge of a squared radius, taken with a minus sign: 2.38e30 per cm2."""


class ChargeRadii(Noun):
    """Squared charge radii over the lepton families: those beside what the couplings they are added to contain.

    The standard model's own are -0.83e-32, -0.48e-32 and -0.30e-32 cm2 for e, mu and tau; off the diagonal it has none.
    """

    ee: Area = quantity(default=0.0)
    emu: Area = quantity(default=0.0)
    etau: Area = quantity(default=0.0)
    mumu: Area = quantity(default=0.0)
    mutau: Area = quantity(default=0.0)
    tautau: Area = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)

    def couplings(self) -> Matrix:
        r""":math:`-\frac{\sqrt2\pi\alpha}{3G_F}\langle r^2\rangle`, the vector coupling to a unit positive charge."""
        return -STRENGTH * symmetric(self.ee, self.emu, self.etau, self.mumu, self.mutau, self.tautau)


class ChargeRadius(AbstractCouplings):
    r"""Charge radii of neutrinos on top of the couplings to nucleons it holds.

    .. math:: g_p \to g_p - \frac{\sqrt2\pi\alpha}{3G_F}\langle r^2_{\alpha\beta}\rangle

    Interferes with the standard amplitude within a family; off the diagonal it adds in squares. Neutrinos and
    antineutrinos alike, for the vector coupling of both changes sign. `RadiativeCouplings` contain the standard
    model's radii, `TreeCouplings` none.

    References
    ----------
    Vogel:1989iv
    AtzoriCorona:2022qrf
    """

    standard: AbstractCouplings = TreeCouplings()
    radii: ChargeRadii = ChargeRadii()

    def softest(self) -> Float[Array, ""] | None:
        return self.standard.softest()

    def matrices(self) -> tuple[Matrix, Matrix]:
        proton, neutron = self.standard.matrices()
        return proton + self.radii.couplings(), neutron

    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        proton, neutron = self.standard.at(q)
        return proton + spread(self.radii.couplings(), q), neutron


class ElectronChargeRadius(AbstractElectronCouplings):
    r"""Charge radii of neutrinos on top of the couplings to electrons it holds.

    .. math:: g_{L,R} \to g_{L,R} + \frac{\sqrt2\pi\alpha}{6G_F}\langle r^2_{\alpha\beta}\rangle

    `RadiativeElectronCouplings` contain the standard model's radii, `TreeElectronCouplings` none.

    References
    ----------
    Vogel:1989iv
    AtzoriCorona:2022qrf
    """

    standard: AbstractElectronCouplings = RadiativeElectronCouplings()
    radii: ChargeRadii = ChargeRadii()

    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        left, right = self.standard.at(q)
        new = spread(self.radii.couplings() / 2, q)
        return left - new, right - new

    def softest(self) -> Float[Array, ""] | None:
        return self.standard.softest()
