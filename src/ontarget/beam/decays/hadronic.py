"""Kaons that decay to pions."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.decays.daughter import AbstractDaughter, Born
from ontarget.beam.decays.kinematics import boost, isotropic, materialise
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Number, as_array, on_host, quantity, static
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.quantile import tabulate_quantiles


def breakup(square: Float[Array, "*ray"], first: float, second: float) -> Float[Array, "*ray"]:
    """The momentum of two particles in the frame in which their momenta are opposite; `square` is of their mass."""
    product = (square - (first + second) ** 2) * (square - (first - second) ** 2)
    return jnp.sqrt(jnp.maximum(product, 0.0)) / (2 * jnp.sqrt(square))


class AbstractHadronic(AbstractDaughter):
    """A decay of a kaon to pions, of which the first of `products` is the daughter.

    Attributes
    ----------
    branching : of the mode
    kaon, products : their names
    """

    branching: Number = quantity()
    kaon: str = static()
    products: tuple[str, ...] = static()

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def parent(self) -> str:
        return self.kaon

    @property
    def daughter(self) -> str:
        return self.products[0]

    @property
    def number(self) -> Float[Array, ""]:
        return as_array(on_host(self.branching) * self.products.count(self.daughter))

    @property
    def masses(self) -> tuple[float, ...]:
        """Of the kaon and of the products."""
        return tuple(PARTICLES[name].mass for name in (self.kaon, *self.products))


class HadronicTwoBody(AbstractHadronic):
    r""":math:`K^+ \to \pi^+ \pi^0`, isotropic, with the pion's fixed momentum in the rest frame.

    References
    ----------
    ParticleDataGroup:2024cfk review of kinematics
    """

    @property
    def dimensions(self) -> int:
        return 2

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        mass, one, two = self.masses
        q = breakup(jnp.asarray(mass**2), one, two)
        inner = isotropic(u[:, 0], u[:, 1]) * q
        return Born(boost(inner, jnp.sqrt(q**2 + one**2), momentum, mass), 0 * momentum)


class HadronicThreeBody(AbstractHadronic):
    r""":math:`K^+ \to \pi^+\pi^+\pi^-` or :math:`\pi^+\pi^0\pi^0`, by flat phase space.

    .. math:: \frac{dN}{dE} \propto p\,\frac{q(M)}{M},\quad M^2 = m^2 + m_1^2 - 2 m E

    with q the momentum of the other two in their own frame, of mass M. The matrix element of nature is not flat; its
    Dalitz slopes are left out. The daughter is one of its kind, drawn like the others.

    References
    ----------
    ParticleDataGroup:2024cfk review of kinematics
    """

    @property
    def dimensions(self) -> int:
        return 3

    @property
    def endpoint(self) -> float:
        """The highest kinetic energy of the daughter in the rest frame."""
        mass, one, two, three = self.masses
        return ((mass - one) ** 2 - (two + three) ** 2) / (2 * mass)

    def spectrum(self, kinetic: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Density of the daughter's kinetic energy in the rest frame, of no particular norm."""
        mass, one, two, three = self.masses
        square = (mass - one) ** 2 - 2 * mass * kinetic
        return jnp.sqrt(kinetic * (kinetic + 2 * one)) * breakup(square, two, three) / jnp.sqrt(square)

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        mass, one, *_ = self.masses
        kinetic = materialise(tabulate_quantiles(self.spectrum, 0.0, self.endpoint)(u[:, 2]))
        q = jnp.sqrt(jnp.maximum(kinetic, 0.0) * (kinetic + 2 * one))
        inner = isotropic(u[:, 0], u[:, 1]) * q[:, None]
        return Born(boost(inner, kinetic + one, momentum, mass), 0 * momentum)
