"""Couplings of neutrinos to electrons: left- and right-handed, as matrices over lepton families."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.constants import electron_mass, weak_angle_low
from ontarget.ground.errors import check_finite, check_range
from ontarget.ground.noun import Noun, Number, quantity
from ontarget.ground.program import fused
from ontarget.interaction.coupling import spread, symmetric

Matrices = Float[Array, "3 3 ..."]


class AbstractElectronCouplings(Noun):
    """Couplings [initial final] over the families e, mu, tau, to left- and right-handed electrons."""

    @abstractmethod
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        """(g_L, g_R) at momentum transfers q (times c, an energy); the trailing axes broadcast against q."""

    def softest(self) -> Float[Array, ""] | None:
        """Momentum transfer (times c) above which they fall as a power of it, None where they do not."""
        return None


class TreeElectronCouplings(AbstractElectronCouplings):
    r"""Standard Model at tree level.

    .. math:: g_L = \sin^2\theta_W - \tfrac12 + \delta_{\alpha e},\quad g_R = \sin^2\theta_W

    The one in :math:`g_L` is the exchange of a W.

    References
    ----------
    Vogel:1989iv
    """

    sin2_theta_w: Number = quantity(default=weak_angle_low)

    def __check_init__(self) -> None:
        check_range(self, "sin2_theta_w", 0.0, 1.0)

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        identity = jnp.eye(3)
        left = (self.sin2_theta_w - 0.5) * identity + jnp.diag(jnp.array([1.0, 0.0, 0.0]))
        return spread(left, q), spread(self.sin2_theta_w * identity, q)


class RadiativeElectronCouplings(AbstractElectronCouplings):
    r"""Standard Model with electroweak radiative corrections.

    .. math::
        g_L = \rho\,(\kappa_\alpha\sin^2\theta_W - \tfrac12) + \delta_{\alpha e},\quad
        g_R = \rho\,\kappa_\alpha\sin^2\theta_W,\quad \kappa_\alpha(T) = \kappa_\alpha^0 + \kappa_\alpha' I(T)

        I(T) = \tfrac16\Big\{\tfrac13 + (3 - x^2)\Big[\tfrac x2\ln\frac{x+1}{x-1} - 1\Big]\Big\},\quad
        x = \sqrt{1 + 2m_e/T},\quad q^2 = 2m_eT

    The neutrino charge radii are contained. Not contained: photons, 1 % of the rate at tens of MeV
    (`PhotonCorrection`). :math:`\kappa_\tau = \kappa_\mu + 0.0092` follows from the difference of the charge radii
    in the reference of `RadiativeCouplings`. The constants were read in another code that quotes the reference.

    Attributes
    ----------
    sin2_theta_w : at the Z mass, MS-bar
    rho : of the neutral current
    kappa_e, kappa_mu, kappa_tau : at zero momentum transfer
    slope_e, slope_mu : what multiplies I(T); for tau, that of mu

    References
    ----------
    Bahcall:1995mm
    AtzoriCorona:2022qrf
    """

    sin2_theta_w: Number = quantity(default=0.23122)
    rho: Number = quantity(default=1.0126)
    kappa_e: Number = quantity(default=0.9791)
    kappa_mu: Number = quantity(default=0.9970)
    kappa_tau: Number = quantity(default=1.0062)
    slope_e: Number = quantity(default=0.0097)
    slope_mu: Number = quantity(default=-0.00037)

    def __check_init__(self) -> None:
        check_range(self, "sin2_theta_w", 0.0, 1.0)
        check_finite(self)

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        running = vacuum(q)
        offsets = jnp.stack([self.kappa_e, self.kappa_mu, self.kappa_tau])
        slopes = jnp.stack([self.slope_e, self.slope_mu, self.slope_mu])
        diagonal = jnp.eye(3)
        kappa = spread(diagonal * offsets, q) + spread(diagonal * slopes, q) * running
        right = self.rho * self.sin2_theta_w * kappa
        return right + spread(jnp.diag(jnp.array([1.0, 0.0, 0.0])) - 0.5 * self.rho * diagonal, q), right


@fused
def vacuum(q: Float[Array, "*t"]) -> Float[Array, "*t"]:
    """I(T) of the electron's loop at :math:`q^2 = 2 m_e T`: zero at rest, 0.5 at 30 MeV.

    Equation: in `RadiativeElectronCouplings`. References: Bahcall:1995mm, appendix A.
    """
    x2 = 1 + 4 * electron_mass**2 / jnp.maximum(q, 1e-6 * electron_mass) ** 2
    x = jnp.sqrt(x2)
    return (1 / 3 + (3 - x2) * (x / 2 * jnp.log1p(2 / (x - 1)) - 1)) / 6


class ElectronNSI(AbstractElectronCouplings):
    r"""Non-standard interactions with electrons, on top of the couplings it holds.

    .. math:: g_L \to g_L + \varepsilon^{eL},\quad g_R \to g_R + \varepsilon^{eR}

    Real :math:`\varepsilon`; heavy mediators.

    References
    ----------
    Barranco:2005yy
    """

    standard: AbstractElectronCouplings = RadiativeElectronCouplings()
    eps_ee_L: Number = quantity(default=0.0)
    eps_emu_L: Number = quantity(default=0.0)
    eps_etau_L: Number = quantity(default=0.0)
    eps_mumu_L: Number = quantity(default=0.0)
    eps_mutau_L: Number = quantity(default=0.0)
    eps_tautau_L: Number = quantity(default=0.0)
    eps_ee_R: Number = quantity(default=0.0)
    eps_emu_R: Number = quantity(default=0.0)
    eps_etau_R: Number = quantity(default=0.0)
    eps_mumu_R: Number = quantity(default=0.0)
    eps_mutau_R: Number = quantity(default=0.0)
    eps_tautau_R: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        left, right = self.standard.at(q)
        new_left = symmetric(
            self.eps_ee_L, self.eps_emu_L, self.eps_etau_L, self.eps_mumu_L, self.eps_mutau_L, self.eps_tautau_L
        )
        new_right = symmetric(
            self.eps_ee_R, self.eps_emu_R, self.eps_etau_R, self.eps_mumu_R, self.eps_mutau_R, self.eps_tautau_R
        )
        return left + spread(new_left, q), right + spread(new_right, q)

    def softest(self) -> Float[Array, ""] | None:
        return self.standard.softest()
