"""Kaons that decay to pions."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.daughter import AbstractDaughter, Born
from ontarget.beam.kinematics import boost, isotropic
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.quantile import tabulate_quantiles


def breakup(square: Float[Array, "*ray"] | float, first: float, second: float) -> Float[Array, "*ray"]:
    """The momentum of two particles in the frame in which their momenta are opposite; `square` is of their mass."""
    product = (square - (first + second) ** 2) * (square - (first - second) ** 2)
    return jnp.sqrt(jnp.maximum(product, 0.0)) / (2 * jnp.sqrt(square))


class HadronicTwoBody(AbstractDaughter):
    r"""A pseudoscalar decays to two, one of which is the daughter: :math:`K^+ \to \pi^+ \pi^0`. Isotropic, exact.

    References
    ----------
    ParticleDataGroup:2024cfk review of kinematics
    """

    branching: Number = quantity()
    parent: str = static()
    daughter: str = static()
    other: str = static()
    multiplicity: int = static()

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def dimensions(self) -> int:
        return 2

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        mass, one, two = (PARTICLES[name].mass for name in (self.parent, self.daughter, self.other))
        q = breakup(mass**2, one, two)
        inner = isotropic(u[:, 0], u[:, 1]) * q
        return Born(boost(inner, jnp.sqrt(q**2 + one**2), momentum, mass), 0 * momentum)


class HadronicThreeBody(AbstractDaughter):
    r"""A pseudoscalar decays to three, one of which is the daughter: :math:`K \to 3\pi`.

    .. math:: \frac{dN}{dE} \propto p\,\frac{q(M)}{M},\quad M^2 = m^2 + m_1^2 - 2 m E

    flat phase space, with q the momentum of the other two in their own frame, of mass M. The Dalitz slopes of nature
    (g of order 0.2 for three charged pions, 0.6 for one) are left out: they move the mean energy of the pion in the
    kaon's frame by a few MeV.

    References
    ----------
    ParticleDataGroup:2024cfk review of kinematics
    """

    branching: Number = quantity()
    parent: str = static()
    daughter: str = static()
    others: tuple[str, str] = static()
    multiplicity: int = static()

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def dimensions(self) -> int:
        return 3

    @property
    def endpoint(self) -> float:
        """The highest kinetic energy of the daughter in the rest frame."""
        mass, one, two, three = self._masses
        return ((mass - one) ** 2 - (two + three) ** 2) / (2 * mass)

    @property
    def _masses(self) -> tuple[float, ...]:
        return tuple(PARTICLES[name].mass for name in (self.parent, self.daughter, *self.others))

    def spectrum(self, kinetic: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Density of the daughter's kinetic energy in the rest frame, of no particular norm."""
        mass, one, two, three = self._masses
        square = (mass - one) ** 2 - 2 * mass * kinetic
        return jnp.sqrt(kinetic * (kinetic + 2 * one)) * breakup(square, two, three) / jnp.sqrt(square)

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        mass, one, *_ = self._masses
        kinetic = tabulate_quantiles(self.spectrum, 0.0, self.endpoint)(u[:, 2])
        q = jnp.sqrt(jnp.maximum(kinetic, 0.0) * (kinetic + 2 * one))
        inner = isotropic(u[:, 0], u[:, 1]) * q[:, None]
        return Born(boost(inner, kinetic + one, momentum, mass), 0 * momentum)
