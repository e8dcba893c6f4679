"""Light vector bosons between neutrinos and nucleons or electrons."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, fermi_constant, muon_mass, tau_mass
from ontarget.ground.errors import check_finite, check_positive
from ontarget.ground.noun import Energy, Noun, Number, quantity
from ontarget.ground.program import fused
from ontarget.interaction.coupling import AbstractCouplings, Matrices, Matrix, TreeCouplings, softer, spread
from ontarget.interaction.electron_coupling import AbstractElectronCouplings, RadiativeElectronCouplings
from ontarget.numerics.quadrature import gauss_legendre

Charges = Float[Array, "*t"]


class AbstractCharges(Noun):
    """Charges under a new U(1): of the three neutrinos, of proton, neutron and electron (vector)."""

    @abstractmethod
    def neutrinos(self) -> Float[np.ndarray, "3"]:
        """Of the neutrinos of the three families."""

    @abstractmethod
    def matter(self, q: Charges) -> tuple[Charges, Charges, Charges]:
        """Of proton, neutron and electron, at momentum transfers q where loops make them."""


class Universal(AbstractCharges):
    """One for every quark and lepton: three for a nucleon.

    References
    ----------
    AtzoriCorona:2022moj
    """

    def neutrinos(self) -> Float[np.ndarray, "3"]:
        return np.ones(3)

    def matter(self, q: Charges) -> tuple[Charges, Charges, Charges]:
        one = jnp.ones_like(q)
        return 3 * one, 3 * one, one


class BMinusL(AbstractCharges):
    """Baryon minus lepton number: one for a nucleon, minus one for a lepton.

    References
    ----------
    AtzoriCorona:2022moj
    """

    def neutrinos(self) -> Float[np.ndarray, "3"]:
        return -np.ones(3)

    def matter(self, q: Charges) -> tuple[Charges, Charges, Charges]:
        one = jnp.ones_like(q)
        return one, one, -one


class LMuMinusLTau(AbstractCharges):
    r"""Muon minus tau number: electric charges feel it through loops of both leptons alone.

    .. math::
        Q_p = -Q_e = \frac{2\alpha}{\pi} \int_0^1 x(1-x) \ln\frac{m_\tau^2 + x(1-x)q^2}{m_\mu^2 + x(1-x)q^2}\,dx

    4.4e-3 at q = 0. No other mixing of the boson with the photon.

    References
    ----------
    AtzoriCorona:2022moj
    """

    def neutrinos(self) -> Float[np.ndarray, "3"]:
        return np.array([0.0, 1.0, -1.0])

    @fused
    def matter(self, q: Charges) -> tuple[Charges, Charges, Charges]:
        x, w = gauss_legendre(8)
        share = x * (1 - x)
        moved = share * q[..., None] ** 2
        loops = 2 * alpha / np.pi * (jnp.log((tau_mass**2 + moved) / (muon_mass**2 + moved)) @ (w * share))
        return loops, jnp.zeros_like(q), -loops


@fused
def strength(mass: Energy, coupling: Number, q: Charges) -> Charges:
    r"""Coupling of unit charges in units of the standard ones, :math:`\frac{g^2}{\sqrt2 G_F (q^2 + m^2)}`.

    References: AtzoriCorona:2022moj.
    """
    return coupling**2 / (np.sqrt(2) * fermi_constant * (q**2 + mass**2))


class LightVector(AbstractCouplings):
    r"""A vector boson of mass m and coupling g on top of the couplings to nucleons it holds.

    .. math::
        g_{p,n} \to g_{p,n} + \frac{g^2\,Q_\nu\,Q_{p,n}}{\sqrt2 G_F\,(q^2 + m^2)},\quad q^2 = 2MT > 0

    Interferes with the standard amplitude. For a heavy boson it is a contact term, an NSI. Valid at tree level in the
    coupling; the boson's width is neglected (it is exchanged far from its pole).

    Attributes
    ----------
    standard : the couplings it is added to
    charges : under the new U(1)
    mass, coupling : of the boson

    References
    ----------
    AtzoriCorona:2022moj
    """

    standard: AbstractCouplings = TreeCouplings()
    charges: AbstractCharges = Universal()
    mass: Energy = quantity(kw_only=True)
    coupling: Number = quantity(default=0.0, kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        check_finite(self)

    def matrices(self) -> tuple[Matrix, Matrix]:
        return self.at(jnp.zeros(()))

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        proton, neutron = self.standard.at(q)
        of_proton, of_neutron, _ = self.charges.matter(q)
        new = spread(jnp.diag(jnp.asarray(self.charges.neutrinos())), q) * strength(self.mass, self.coupling, q)
        return proton + new * of_proton, neutron + new * of_neutron

    def softest(self) -> Float[Array, ""] | None:
        return softer(self.mass, self.standard.softest())


class ElectronLightVector(AbstractElectronCouplings):
    r"""A vector boson of mass m and coupling g on top of the couplings to electrons it holds.

    .. math::
        g_{L,R} \to g_{L,R} + \frac{g^2\,Q_\nu\,Q_e}{2\sqrt2 G_F\,(q^2 + m^2)},\quad q^2 = 2m_eT

    Attributes as of `LightVector`.

    References
    ----------
    AtzoriCorona:2022moj
    """

    standard: AbstractElectronCouplings = RadiativeElectronCouplings()
    charges: AbstractCharges = Universal()
    mass: Energy = quantity(kw_only=True)
    coupling: Number = quantity(default=0.0, kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "mass")
        check_finite(self)

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        left, right = self.standard.at(q)
        of_electron = self.charges.matter(q)[2]
        new = spread(jnp.diag(jnp.asarray(self.charges.neutrinos())), q) * strength(self.mass, self.coupling, q)
        return left + new * of_electron / 2, right + new * of_electron / 2

    def softest(self) -> Float[Array, ""] | None:
        return softer(self.mass, self.standard.softest())
