"""How a flight becomes a neutrino in a detector: forced there, or drawn as nature draws it."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.flight import decays_as_drawn, decays_towards, norm
from ontarget.beam.segment import Decays, Segments
from ontarget.ground.constants import pion_mass
from ontarget.ground.noun import Noun
from ontarget.matter.particle import PARTICLES
from ontarget.source.site import BeamSite

AIM = 0.4
"""For pions, in half-widths of the detector: 0.8 m for a face of 4 m, 50 m from decays of 8.5 GeV/c."""

ALONG_AXIS = np.array([0.0, 0.0, 1.0])


class AbstractSampling(Noun):
    """A way to draw the neutrinos that meet a detector."""

    @abstractmethod
    def rays(
        self,
        segments: Segments,
        decay: AbstractDecay,
        tunnel: Tunnel,
        site: BeamSite,
        u: Float[Array, "ray dimension"],
    ) -> tuple[Decays, Float[Array, "ray 3"]]:
        """Decays, and a vertex of each in the detector; their sum is the mean fluence in its volume, per proton."""


class Forced(AbstractSampling):
    """Every neutrino is forced through a vertex in the detector: no ray is lost, and nothing jumps."""

    def rays(
        self,
        segments: Segments,
        decay: AbstractDecay,
        tunnel: Tunnel,
        site: BeamSite,
        u: Float[Array, "ray dimension"],
    ) -> tuple[Decays, Float[Array, "ray 3"]]:
        # heavier parents of one momentum send their neutrinos into wider cones
        vertex, weight = site.vertices(u[:, :3], AIM * PARTICLES[decay.parent].mass / pion_mass)
        vertex = vertex + tunnel.length * ALONG_AXIS
        decays = decays_towards(segments, decay, vertex, u[:, 3:])
        return eqx.tree_at(lambda one: one.number, decays, decays.number * weight), vertex


class Analogue(AbstractSampling):
    r"""Neutrinos fly where they fly; those that cross the detector count with the length of their chord.

    The mean fluence in a volume V is the length of track in it over V. The vertex is drawn along the chord.
    """

    def rays(
        self,
        segments: Segments,
        decay: AbstractDecay,
        tunnel: Tunnel,
        site: BeamSite,
        u: Float[Array, "ray dimension"],
    ) -> tuple[Decays, Float[Array, "ray 3"]]:
        decays = decays_as_drawn(segments, decay, u[:, 3:])
        direction = decays.neutrino / norm(decays.neutrino)[:, None]
        low, high = chord(decays.place - tunnel.length * ALONG_AXIS, direction, site)
        length = jnp.maximum(high - low, 0.0)
        vertex = decays.place + (low + u[:, 0] * length)[:, None] * direction
        share = length / (site.width * site.height * site.depth)
        return eqx.tree_at(lambda one: one.number, decays, decays.number * share), vertex


def chord(
    start: Float[Array, "ray 3"], direction: Float[Array, "ray 3"], site: BeamSite
) -> tuple[Float[Array, " ray"], Float[Array, " ray"]]:
    """Where along each ray, forwards, it enters and leaves the box; if the second is not above the first, it misses."""
    middle = jnp.stack([site.x, site.y, site.distance + site.depth / 2])
    half = jnp.stack([site.width, site.height, site.depth]) / 2
    steep = jnp.where(jnp.abs(direction) > 1e-12, direction, 1e-12)
    one, other = (middle - half - start) / steep, (middle + half - start) / steep
    low = jnp.minimum(one, other).max(axis=1)
    return jnp.maximum(low, 0.0), jnp.maximum(one, other).min(axis=1)
