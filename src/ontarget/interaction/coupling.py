"""Couplings of neutrinos to protons and neutrons at low momentum transfer: matrices over lepton families."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.constants import weak_angle_low
from ontarget.ground.errors import check_finite, check_range
from ontarget.ground.noun import Energy, Noun, Number, quantity
from ontarget.ground.program import fused

Matrix = Float[Array, "3 3"]
Matrices = Float[Array, "3 3 ..."]


class AbstractCouplings(Noun):
    """Vector couplings [initial final] over the families e, mu, tau, for protons and for neutrons."""

    @abstractmethod
    def matrices(self) -> tuple[Matrix, Matrix]:
        """(g_p, g_n), dimensionless; a diagonal element for each family, off-diagonal ones change flavour."""

    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        """The same at momentum transfers q (times c, an energy); override where they depend on it.

        The trailing axes broadcast against q.
        """
        proton, neutron = self.matrices()
        return spread(proton, q), spread(neutron, q)

    def softest(self) -> Float[Array, ""] | None:
        """Momentum transfer (times c) above which they fall as a power of it, None where they do not."""
        return None


def spread(matrix: Matrix, q: Float[Array, "*t"]) -> Matrices:
    """A matrix with trailing axes that broadcast against those of q."""
    return matrix[..., *[None] * q.ndim]


class TreeCouplings(AbstractCouplings):
    r"""Standard Model at tree level.

    .. math:: g_p = \tfrac12 - 2\sin^2\theta_W,\quad g_n = -\tfrac12

    `sin2_theta_w` is the value at q = 0. Radiative corrections (1 to 4 % in rates) are another class.

    References
    ----------
    Freedman:1973yd
    Erler:2017knj
    """

    sin2_theta_w: Number = quantity(default=weak_angle_low)

    def __check_init__(self) -> None:
        check_range(self, "sin2_theta_w", 0.0, 1.0)

    @fused
    def matrices(self) -> tuple[Matrix, Matrix]:
        identity = jnp.eye(3)
        return (0.5 - 2 * self.sin2_theta_w) * identity, -0.5 * identity


class RadiativeCouplings(AbstractCouplings):
    """Standard Model with radiative corrections, the neutrino charge radii among them, as given numbers.

    Do not add a charge radius on top: it is contained. The defaults are those of the reference for e and mu; the value
    for tau follows from mu by the difference of the charge radii.

    References
    ----------
    AtzoriCorona:2022qrf
    """

    proton_e: Number = quantity(default=0.0382)
    proton_mu: Number = quantity(default=0.0300)
    proton_tau: Number = quantity(default=0.0257)
    neutron: Number = quantity(default=-0.5117)

    def __check_init__(self) -> None:
        check_finite(self)

    @fused
    def matrices(self) -> tuple[Matrix, Matrix]:
        proton = jnp.stack([self.proton_e, self.proton_mu, self.proton_tau])
        return jnp.diag(proton), self.neutron * jnp.eye(3)


def softer(momentum: Energy, other: Energy | None) -> Energy:
    """The smaller of two momentum transfers, of which the second may be missing."""
    return momentum if other is None else jnp.minimum(momentum, other)


def symmetric(ee: Array, emu: Array, etau: Array, mumu: Array, mutau: Array, tautau: Array) -> Matrix:
    """A real symmetric matrix over the three families."""
    return jnp.stack([ee, emu, etau, emu, mumu, mutau, etau, mutau, tautau]).reshape(3, 3)


class NSI(AbstractCouplings):
    r"""Vector non-standard interactions with u and d quarks, on top of the couplings it holds.

    .. math::
        g_p \to g_p + 2\varepsilon^u + \varepsilon^d,\quad g_n \to g_n + \varepsilon^u + 2\varepsilon^d

    with :math:`\mathcal L = -\sqrt2 G_F\,\varepsilon^{fV}_{\alpha\beta}
    (\bar\nu_\alpha\gamma P_L\nu_\beta)(\bar f\gamma f)` and :math:`\varepsilon^V = \varepsilon^L + \varepsilon^R`; the
    chiral ones, as in `ElectronNSI`, stand with :math:`-2\sqrt2 G_F\,(\bar f\gamma P_{L,R} f)`.
    Real :math:`\varepsilon`; heavy mediators (momentum transfer far below the mediator's mass).

    References
    ----------
    Barranco:2005yy
    """

    standard: AbstractCouplings = TreeCouplings()
    eps_ee_u: Number = quantity(default=0.0)
    eps_emu_u: Number = quantity(default=0.0)
    eps_etau_u: Number = quantity(default=0.0)
    eps_mumu_u: Number = quantity(default=0.0)
    eps_mutau_u: Number = quantity(default=0.0)
    eps_tautau_u: Number = quantity(default=0.0)
    eps_ee_d: Number = quantity(default=0.0)
    eps_emu_d: Number = quantity(default=0.0)
    eps_etau_d: Number = quantity(default=0.0)
    eps_mumu_d: Number = quantity(default=0.0)
    eps_mutau_d: Number = quantity(default=0.0)
    eps_tautau_d: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)

    def up(self) -> Matrix:
        """Couplings to the u quark."""
        return symmetric(
            self.eps_ee_u, self.eps_emu_u, self.eps_etau_u, self.eps_mumu_u, self.eps_mutau_u, self.eps_tautau_u
        )

    def down(self) -> Matrix:
        """Couplings to the d quark."""
        return symmetric(
            self.eps_ee_d, self.eps_emu_d, self.eps_etau_d, self.eps_mumu_d, self.eps_mutau_d, self.eps_tautau_d
        )

    def softest(self) -> Float[Array, ""] | None:
        return self.standard.softest()

    @fused
    def matrices(self) -> tuple[Matrix, Matrix]:
        proton, neutron = self.standard.matrices()
        up, down = self.up(), self.down()
        return proton + 2 * up + down, neutron + up + 2 * down

    @fused
    def at(self, q: Float[Array, "*t"]) -> tuple[Matrices, Matrices]:
        proton, neutron = self.standard.at(q)
        up, down = spread(self.up(), q), spread(self.down(), q)
        return proton + 2 * up + down, neutron + up + 2 * down
