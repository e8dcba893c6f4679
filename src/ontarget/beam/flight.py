"""From pieces of flight to decays, and from decays to the neutrinos at a detector: in two ways."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.segment import Decays, Segments
from ontarget.ground.constants import c
from ontarget.ground.program import fused
from ontarget.matter.particle import PARTICLES, Particle

ALONG = 1e-9
"""A slope this small is none: a ray along the axis meets the wall a billion radii away, and not nowhere."""


ROUNDING = 1e-12


@fused
def norm(vector: Float[Array, "ray 3"]) -> Float[Array, " ray"]:
    """The length of each vector."""
    return jnp.sqrt((vector**2).sum(axis=-1))


@fused
def at_distance(
    segments: Segments, particle: Particle, distance: Float[Array, " ray"], length: Float[Array, " ray"]
) -> Segments:
    r"""The same straight flight from another point on, `distance` further (or back), for `length`.

    Numbers follow the exponential law, :math:`e^{-d/\lambda}`.
    """
    p = norm(segments.momentum)
    start = segments.start + (distance / p)[:, None] * segments.momentum
    speed = c * p / jnp.sqrt(p**2 + particle.mass**2)
    left = jnp.exp(-distance / particle.decay_length(p))
    return Segments(
        start, segments.momentum, length, segments.time + distance / speed, segments.number * left, segments.spin
    )


@fused
def room_in_tunnel(
    start: Float[Array, "ray 3"], direction: Float[Array, "ray 3"], tunnel: Tunnel
) -> Float[Array, " ray"]:
    """How far a ray that starts in the tunnel flies until it meets the wall or leaves through the end (0 outside)."""
    across = direction[:, :2]
    square = (across**2).sum(axis=1) + ALONG**2
    product = (across * start[:, :2]).sum(axis=1)
    gap = tunnel.radius**2 - (start[:, :2] ** 2).sum(axis=1)
    forwards = direction[:, 2] > 0
    within = (gap > 0) & (start[:, 2] < tunnel.length) & forwards
    gap = jnp.where(within, gap, tunnel.radius**2)
    to_wall = gap / (jnp.sqrt(product**2 + square * gap) + product)
    to_end = (tunnel.length - start[:, 2]) / jnp.where(forwards, direction[:, 2], 1.0)
    return jnp.where(within, jnp.minimum(to_wall, to_end), 0.0)


def behind_entrance(at_entrance: Segments, particle: Particle, region: str, tunnel: Tunnel) -> Segments:
    """Flight through the "tunnel", or "exit": behind it to the dump, for what has met no wall."""
    direction = at_entrance.momentum / norm(at_entrance.momentum)[:, None]
    inside = room_in_tunnel(at_entrance.start, direction, tunnel)
    if region == "tunnel":
        return at_distance(at_entrance, particle, jnp.zeros_like(inside), inside)
    through = tunnel.length / direction[:, 2]
    beyond = jnp.where(inside >= through * (1 - ROUNDING), tunnel.to_dump / direction[:, 2], 0.0)
    return at_distance(at_entrance, particle, through, beyond)


@fused
def decay_on(
    segments: Segments, particle: Particle, u: Float[Array, " ray"]
) -> tuple[Float[Array, "ray 3"], Float[Array, " ray"], Float[Array, " ray"]]:
    r"""Where and when each particle decays if it decays on its piece, and how many do.

    .. math:: d = -\lambda \ln\big(1 - u (1 - e^{-l/\lambda})\big),\quad n = n_0 (1 - e^{-l/\lambda})

    smooth in all of it: no ray is thrown away.
    """
    mean = particle.decay_length(norm(segments.momentum))
    share = -jnp.expm1(-segments.length / mean)
    moved = at_distance(segments, particle, -mean * jnp.log1p(-u * share), segments.length)
    return moved.start, moved.time, segments.number * share


@fused
def decays_towards(
    segments: Segments, decay: AbstractDecay, vertex: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
) -> Decays:
    r"""Decays whose neutrinos all fly through `vertex`; `number` is then neutrinos per area there and per proton.

    .. math:: \Phi = n\,B\,\frac{1}{d^2}\frac{dP}{d\Omega}

    the fluence at the vertex, d from the decay. No ray is lost and nothing in it jumps, so the mean over rays is smooth
    in every number of the beam.
    """
    place, time, number = decay_on(segments, PARTICLES[decay.parent], u[:, 0])
    away = vertex - place
    distance = norm(away)
    sent = decay.emit_towards(segments.momentum, segments.spin, away / distance[:, None], u[:, 1:])
    fluence = number * decay.branching * sent.weight / distance**2
    return Decays(place, time, segments.momentum, sent.neutrino, sent.lepton, fluence)


@fused
def decays_as_drawn(segments: Segments, decay: AbstractDecay, u: Float[Array, "ray dimension"]) -> Decays:
    """Decays with directions as nature draws them; `number` is decays per proton."""
    place, time, number = decay_on(segments, PARTICLES[decay.parent], u[:, 0])
    sent = decay.emit(segments.momentum, segments.spin, u[:, 1:])
    drawn = number * decay.branching * sent.weight
    return Decays(place, time, segments.momentum, sent.neutrino, sent.lepton, drawn)
