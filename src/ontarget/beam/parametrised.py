"""A secondary beam given by a few numbers at the entrance of the tunnel."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import ndtri
from jaxtyping import Array, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.flight import at_distance, behind_entrance
from ontarget.beam.segment import Segments
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.noun import Angle, BeamMomentum, Length, Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.matter.particle import PARTICLES


class Species(Noun):
    """How many particles of one kind enter the tunnel per proton on target."""

    number: Number = quantity()
    name: str = static(kw_only=True)

    def __check_init__(self) -> None:
        check_range(self, "number", 0.0)
        if self.name not in PARTICLES:
            raise InputError("name", repr(self.name), "", did_you_mean(self.name, PARTICLES))


class ParametrisedBeam(AbstractBeam):
    r"""Gaussian in momentum, in both angles and in both positions at the tunnel's entrance, without correlations.

    .. math:: p = p_0 (1 + \delta),\quad \delta \sim N(0, s),\quad x', y' \sim N(0, \theta),\quad x, y \sim N(0, r)

    Before the entrance the same rays come down a straight of length `approach`, as many more of them as then decay.

    Attributes
    ----------
    momentum, spread : mean, and relative standard deviation
    divergence, size : standard deviations per plane
    species : numbers per proton on target at the entrance
    approach : straight before the tunnel that points at it, the region "line"
    """

    momentum: BeamMomentum = quantity()
    spread: Number = quantity()
    divergence: Angle = quantity()
    size: Length = quantity()
    species: tuple[Species, ...]
    approach: Length = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "momentum", "size")
        check_range(self, "spread", 0.0, 0.2)
        check_range(self, "divergence", 0.0, 0.1)
        check_range(self, "approach", 0.0)

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.species)

    @property
    def regions(self) -> tuple[str, ...]:
        return ("line", "tunnel", "exit")

    @property
    def dimensions(self) -> int:
        return 5

    @fused
    def sample(
        self, u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, " ray"], Float[Array, "ray 2"], Float[Array, "ray dimension"]]:
        """Momenta, slopes, and the standard-normal numbers behind them."""
        normal = ndtri(jnp.clip(u, 1e-12, 1 - 1e-12))
        return self.momentum * (1 + self.spread * normal[:, 0]), self.divergence * normal[:, 1:3], normal

    @fused
    def born_at(
        self, parent: str, u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, " ray"], Float[Array, " ray"]]:
        """Momentum, and the angle at the tunnel's entrance: this beam does not know at which angle a ray was made."""
        momentum, slope, _ = self.sample(u)
        return momentum, jnp.arctan(jnp.sqrt((slope**2).sum(axis=1)))

    @fused
    def segments(self, parent: str, region: str, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
        particle = PARTICLES[parent]
        size, slope, normal = self.sample(u)
        along = jnp.stack([slope[:, 0], slope[:, 1], jnp.ones(len(u))], axis=1)
        direction = along / jnp.sqrt((along**2).sum(axis=1, keepdims=True))
        start = jnp.concatenate([self.size * normal[:, 3:5], jnp.zeros((len(u), 1))], axis=1)
        entering = next(one.number for one in self.species if one.name == parent)
        number = jnp.broadcast_to(entering / len(u), (len(u),))
        zero = jnp.zeros(len(u))
        at_entrance = Segments(start, size[:, None] * direction, zero, zero, number, jnp.zeros((len(u), 3)))
        if region == "line":
            length = self.approach / direction[:, 2]
            return at_distance(at_entrance, particle, -length, length)
        return behind_entrance(at_entrance, particle, region, tunnel)
