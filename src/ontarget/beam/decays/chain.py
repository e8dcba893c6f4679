"""Charged daughters that decay in their turn: kaons to pions, both to muons."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.daughter import AbstractDaughter
from ontarget.beam.flight import decay_on, norm, room_in_tunnel
from ontarget.beam.segment import Segments
from ontarget.matter.particle import PARTICLES

AT_REST = 1e-9
"""A momentum this small, in units of the mass, has no direction."""


def follow(segments: Segments, link: AbstractDaughter, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
    """The flight of the daughters of particles that decay on `segments`, in the tunnel, until a wall or its end."""
    place, time, number = decay_on(segments, PARTICLES[link.parent], u[:, 0])
    born = link.emit(segments.momentum, u[:, 1:])
    size = jnp.maximum(norm(born.momentum), AT_REST * PARTICLES[link.daughter].mass)
    length = room_in_tunnel(place, born.momentum / size[:, None], tunnel)
    return Segments(place, born.momentum, length, time, number * link.number, born.spin)
