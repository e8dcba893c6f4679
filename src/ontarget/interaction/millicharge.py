"""Electric charges of neutrinos, in the couplings to nucleons and to electrons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, electron_mass, fermi_constant
from ontarget.ground.errors import check_finite
from ontarget.ground.noun import Noun, Number, as_array, quantity
from ontarget.interaction.coupling import AbstractCouplings, Matrices, Matrix, TreeCouplings, softer, spread, symmetric
from ontarget.interaction.electron_coupling import AbstractElectronCouplings, RadiativeElectronCouplings

STRENGTH = 2 * np.sqrt(2) * np.pi * alpha / fermi_constant
"""Vector coupling of a unit charge to another, times the square of the momentum transfer."""

SOFTEST = alpha * electron_mass
"""Momentum of an atom's outer electrons, 3.7 keV: at less there is no charge to see, and no infinite cross-section."""


class Millicharges(Noun):
    """Electric charges over the lepton families, in units of the positron's; real, off the diagonal too."""

    ee: Number = quantity(default=0.0)
    emu: Number = quantity(default=0.0)
    etau: Number = quantity(default=0.0)
    mumu: Number = quantity(default=0.0)
    mutau: Number = quantity(default=0.0)
    tautau: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)

    def couplings(self, q: Float[Array, "*t"]) -> Matrices:
        r""":math:`\frac{2\sqrt2\pi\alpha}{G_F (q^2 + q_0^2)} q_{\alpha\beta}`, coupling to a unit positive charge."""
        charges = symmetric(self.ee, self.emu, self.etau, self.mumu, self.mutau, self.tautau)
        return STRENGTH * spread(charges, q) / (q**2 + SOFTEST**2)


class Millicharge(AbstractCouplings):
    r"""Electric charges of neutrinos on top of the couplings to nucleons it holds.

    .. math:: g_p \to g_p + \frac{2\sqrt2\pi\alpha}{G_F\,q^2}\,q_{\alpha\beta},\quad q^2 = 2MT > 0

    Interferes with the standard amplitude within a family; off the diagonal it adds in squares. Antineutrinos have the
    opposite charges and the opposite vector couplings: alike. The pole is cut at the momentum of an atom's outer
    electrons (:math:`q^2 \to q^2 + q_0^2`), a recoil below a meV. Cells that start at
    zero are integrated as well as others.

    References
    ----------
    AtzoriCorona:2022qrf
    """

    standard: AbstractCouplings = TreeCouplings()
    charges: Millicharges = Millicharges()

    def matrices(self) -> tuple[Matrix, Matrix]:
        proton, neutron = self.at(jnp.zeros(()))
        return proton, neutron

    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        proton, neutron = self.standard.at(q)
        return proton + self.charges.couplings(q), neutron

    def softest(self) -> Float[Array, ""] | None:
        return softer(as_array(SOFTEST), self.standard.softest())


class ElectronMillicharge(AbstractElectronCouplings):
    r"""Electric charges of neutrinos on top of the couplings to electrons it holds.

    .. math:: g_{L,R} \to g_{L,R} - \frac{\sqrt2\pi\alpha}{G_F\,q^2}\,q_{\alpha\beta},\quad q^2 = 2m_eT

    Free electrons: valid for T far above their binding; the pole is cut as in `Millicharge`.

    References
    ----------
    AtzoriCorona:2022qrf
    """

    standard: AbstractElectronCouplings = RadiativeElectronCouplings()
    charges: Millicharges = Millicharges()

    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        left, right = self.standard.at(q)
        new = self.charges.couplings(q) / 2
        return left - new, right - new

    def softest(self) -> Float[Array, ""] | None:
        return softer(as_array(SOFTEST), self.standard.softest())
