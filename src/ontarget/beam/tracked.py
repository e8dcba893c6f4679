"""A secondary beam from first principles: protons on a target, mesons through a line."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtri
from jaxtyping import Array, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.flight import behind_entrance
from ontarget.beam.line import Beamline
from ontarget.beam.production import AbstractProduction
from ontarget.beam.ray import Rays
from ontarget.beam.segment import Segments
from ontarget.beam.target import RodTarget
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Angle, BeamMomentum, Length, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import MOMENTUM
from ontarget.matter.particle import PARTICLES, Particle


class TrackedBeam(AbstractBeam):
    r"""Mesons made in a target, tracked through a line to the tunnel; where they decay on the way is the region "line".

    .. math:: n = \int \frac{d^3N}{dp\,d\Omega\,dz}\;T(\mathrm{ray})\,e^{-s/\lambda(p)}\;dp\,d\Omega\,dz

    with T the transmission of the apertures and s the way from the place of birth. The line starts at the target's end.
    Rays are drawn evenly in momentum between `lowest` and `highest`, in solid angle up to `widest`, and in depth:
    nothing outside these is in the beam, so they must be wider than what the line lets through.

    Attributes
    ----------
    production, target, line : what makes, holds and leads the mesons
    proton, spot : momentum of the protons, and the standard deviation of their spot per plane
    lowest, highest, widest : what is drawn
    species : names of the parents
    """

    production: AbstractProduction
    target: RodTarget
    line: Beamline
    proton: BeamMomentum = quantity()
    spot: Length = quantity()
    lowest: BeamMomentum = quantity()
    highest: BeamMomentum = quantity()
    widest: Angle = quantity()
    species: tuple[str, ...] = static(default=("pi+", "K+"))

    def __check_init__(self) -> None:
        check_positive(self, "proton", "spot", "lowest", "highest", "widest")
        low, high = concrete(self.lowest), concrete(self.highest)
        if low is not None and high is not None and not low < high:
            truth = f"It must be above the lowest, {MOMENTUM.show(low)}."
            raise InputError("highest", MOMENTUM.show(high), truth, "Give a higher one.")
        unknown = [name for name in self.species if name not in PARTICLES]
        if unknown:
            raise InputError("species", repr(unknown[0]), "It is no particle of ours.", "Name e.g. 'pi+' or 'K+'.")

    @property
    def parents(self) -> tuple[str, ...]:
        return self.species

    @property
    def regions(self) -> tuple[str, ...]:
        return ("line", "tunnel", "exit")

    @property
    def dimensions(self) -> int:
        return 7

    @fused
    def sample(
        self, u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, " ray"], Float[Array, " ray"], Float[Array, " ray"]]:
        """Momentum, and cosine and sine of the angle, with which each ray is made."""
        cosine = 1 - (1 - jnp.cos(self.widest)) * u[:, 1]
        momentum = self.lowest + (self.highest - self.lowest) * u[:, 0]
        return momentum, cosine, jnp.sqrt((1 - cosine) * (1 + cosine))

    @fused
    def born_at(
        self, parent: str, u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, " ray"], Float[Array, " ray"]]:
        """Momentum and angle with which each ray leaves its collision; it flies straight out of the target."""
        momentum, cosine, sine = self.sample(u)
        return momentum, jnp.arctan2(sine, cosine)

    @fused
    def born(self, parent: str, u: Float[Array, "ray dimension"]) -> Rays:
        """Rays at the end of the target, of all that leave it; `path` from the place of birth."""
        momentum, cosine, sine = self.sample(u)
        azimuth, depth = 2 * np.pi * u[:, 2], self.target.length * u[:, 3]
        x, y = (self.spot * ndtri(jnp.clip(one, 1e-12, 1 - 1e-12)) for one in (u[:, 4], u[:, 5]))
        made = self.target.produced(
            self.production, parent, self.proton, momentum, jnp.arctan2(sine, cosine), azimuth, depth, x, y
        )
        volume = (self.highest - self.lowest) * 2 * np.pi * (1 - jnp.cos(self.widest)) * self.target.length
        slope_x, slope_y = sine / cosine * jnp.cos(azimuth), sine / cosine * jnp.sin(azimuth)
        ahead = self.target.length - depth
        return Rays(
            x + slope_x * ahead, y + slope_y * ahead, slope_x, slope_y, momentum, ahead / cosine, made * volume / len(u)
        )

    @fused
    def segments(self, parent: str, region: str, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
        particle, rays = PARTICLES[parent], self.born(parent, u)
        if region == "line":
            piece = self.line.piece(rays, u[:, 6])
            place = piece.start, piece.direction, piece.length
            return flown(particle, *place, rays.momentum, piece.path, piece.number)
        out = self.line.track(rays)
        along = jnp.stack([out.slope_x, out.slope_y, jnp.ones_like(out.x)], axis=1)
        direction = along / jnp.sqrt((along**2).sum(axis=1, keepdims=True))
        start = jnp.stack([out.x, out.y, jnp.zeros_like(out.x)], axis=1)
        arrived = flown(particle, start, direction, jnp.zeros_like(out.x), out.momentum, out.path, out.number)
        return behind_entrance(arrived, particle, region, tunnel)


def flown(
    particle: Particle,
    start: Float[Array, "ray 3"],
    direction: Float[Array, "ray 3"],
    length: Float[Array, " ray"],
    momentum: Float[Array, " ray"],
    path: Float[Array, " ray"],
    number: Float[Array, " ray"],
) -> Segments:
    """Pieces of flight at the end of a way `path`, of what has not decayed on it."""
    speed = c * momentum / jnp.sqrt(momentum**2 + particle.mass**2)
    alive = number * jnp.exp(-path / particle.decay_length(momentum))
    return Segments(start, momentum[:, None] * direction, length, path / speed, alive, 0 * direction)
