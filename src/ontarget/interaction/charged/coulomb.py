"""How the charge of the nucleus changes the rate at which electrons and positrons leave it."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, electron_mass, hbar_c
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Femto, Noun, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import fm
from ontarget.numerics.complex_gamma import gamma_modulus_squared

RADIUS = 1.2 * fm


class AbstractCoulomb(Noun):
    """A factor on the cross-section of a charged current."""

    @abstractmethod
    def factor(self, energy: Float[Array, "*e"], charge: Float[Array, ""], A: Float[Array, ""]) -> Float[Array, "*e"]:
        """The factor, dimensionless, at total energies of the lepton above its mass.

        `charge` is that of the nucleus left behind, for positrons times -1; `A` its mass number.
        """


class NoCoulomb(AbstractCoulomb):
    """The lepton leaves as a plane wave.

    References
    ----------
    Engel:1998-PRC57
    """

    def factor(self, energy: Float[Array, "*e"], charge: Float[Array, ""], A: Float[Array, ""]) -> Float[Array, "*e"]:
        return jnp.ones_like(energy)


class FermiFunction(AbstractCoulomb):
    r"""The density of an s wave at the nuclear radius, as in beta decay.

    .. math::
        F = \frac{2(1+S)}{\Gamma(1+2S)^2}\,(2pR/\hbar c)^{2S-2}\,e^{\pi\eta}\,|\Gamma(S + i\eta)|^2,\quad
        S = \sqrt{1 - \alpha^2Z^2},\quad \eta = \alpha Z E/p,\quad R = r_0 A^{1/3}

    A point charge, cut off at R. Good while pR is well below 1; too large where higher waves take part, above some
    30 MeV for light nuclei and 10 MeV for lead.

    Attributes
    ----------
    radius : r_0

    References
    ----------
    Engel:1998-PRC57
    Gardiner:2021-CPC269
    """

    radius: Femto = quantity(default=RADIUS)

    def __check_init__(self) -> None:
        check_positive(self, "radius")

    @fused
    def factor(self, energy: Float[Array, "*e"], charge: Float[Array, ""], A: Float[Array, ""]) -> Float[Array, "*e"]:
        momentum = jnp.sqrt(energy**2 - electron_mass**2)
        S = jnp.sqrt(1 - (alpha * charge) ** 2)
        eta = alpha * charge * energy / momentum
        size = 2 * momentum * self.radius * A ** (1 / 3) / hbar_c
        wave = jnp.exp(np.pi * eta + (2 * S - 2) * jnp.log(size) - 2 * gammaln(1 + 2 * S))
        return 2 * (1 + S) * wave * gamma_modulus_squared(jnp.broadcast_to(S, eta.shape), eta)


class EffectiveMomentum(AbstractCoulomb):
    r"""The modified effective-momentum approximation: the lepton is faster inside the nucleus than outside.

    .. math:: F = \frac{p_V E_V}{p E},\quad E_V = E - V,\quad V = -\frac{3 Z \alpha\hbar c}{2R},\quad R = r_0 A^{1/3}

    with V the potential in the middle of an even sphere of charge. Good where pR is above 1, too large below. A
    positron that could not get in has the factor zero.

    Attributes
    ----------
    radius : r_0

    References
    ----------
    Engel:1998-PRC57
    Gardiner:2021-CPC269
    """

    radius: Femto = quantity(default=RADIUS)

    def __check_init__(self) -> None:
        check_positive(self, "radius")

    @fused
    def factor(self, energy: Float[Array, "*e"], charge: Float[Array, ""], A: Float[Array, ""]) -> Float[Array, "*e"]:
        inside = energy + 1.5 * charge * alpha * hbar_c / (self.radius * A ** (1 / 3))
        allowed = inside > electron_mass
        squared = jnp.where(allowed, inside**2 - electron_mass**2, 1.0 * electron_mass**2)
        found = jnp.sqrt(squared) * inside / (energy * jnp.sqrt(energy**2 - electron_mass**2))
        return jnp.where(allowed, found, 0.0)


class SmallerOfBoth(AbstractCoulomb):
    """Fermi function or effective momentum, whichever changes less: each is too large where the other holds.

    References
    ----------
    Engel:1998-PRC57
    Gardiner:2021-CPC269
    """

    fermi: AbstractCoulomb = FermiFunction()
    momentum: AbstractCoulomb = EffectiveMomentum()

    @fused
    def factor(self, energy: Float[Array, "*e"], charge: Float[Array, ""], A: Float[Array, ""]) -> Float[Array, "*e"]:
        first, second = self.fermi.factor(energy, charge, A), self.momentum.factor(energy, charge, A)
        return jnp.where(jnp.abs(first - 1) < jnp.abs(second - 1), first, second)
