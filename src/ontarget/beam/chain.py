"""Charged daughters that decay in their turn: kaons to pions to muons."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.flight import decay_on, norm, room_in_tunnel
from ontarget.beam.segment import Segments
from ontarget.ground.noun import Noun
from ontarget.matter.particle import PARTICLES


class AbstractDaughter(Noun):
    """A charged particle among the products of a decay, followed because it decays too.

    Attributes
    ----------
    branching : times how many such daughters a decay has
    """

    branching: Float[Array, ""]
    parent: str
    daughter: str

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers it takes."""

    @abstractmethod
    def emit(
        self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, "ray 3"], Float[Array, "ray 3"]]:
        """Its momentum in the laboratory, and its polarisation in its own rest frame (zero for mesons)."""


def follow(segments: Segments, link: AbstractDaughter, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
    """The flight of the daughters of particles that decay on `segments`, in the tunnel, until a wall or its end."""
    place, time, number = decay_on(segments, PARTICLES[link.parent], u[:, 0])
    momentum, spin = link.emit(segments.momentum, u[:, 1:])
    length = room_in_tunnel(place, momentum / jnp.maximum(norm(momentum), 1e-300)[:, None], tunnel)
    return Segments(place, momentum, length, time, number * link.branching, spin)
