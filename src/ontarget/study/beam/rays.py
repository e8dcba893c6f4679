"""Decays of an experiment's beam one by one, for those who want rays and not histograms."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import of_a_tunnel
from ontarget.beam.flight import decays_as_drawn
from ontarget.beam.segment import Decays
from ontarget.experiment.experiment import Experiment
from ontarget.io.formats.rays import DecayRays, gather
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.component import Component, DecayChain
from ontarget.source.decay_tunnel import DecayTunnel

RAYS_OF_A_FILE = 10_000_000


def drawn_decays(experiment: Experiment, rays: int) -> DecayRays:
    """About so many decays as nature draws them, equally many of each mode in each region; `number` makes up for that.

    Muons are left out: their polarisation is not in a ray.
    """
    source, _ = of_a_tunnel(experiment)
    kinds = [
        (i, component, way, region)
        for i, component in enumerate(source.components())
        for way in (*component.direct, *component.followed)
        if not way.decay.parent.startswith("mu")
        for region in (component.regions if not way.links else ("tunnel",))
    ]
    each = max(1, rays // len(kinds))
    return gather(
        (way.decay, decays_of_a_kind(source, component, way, region, (source.seed, i, j), each))
        for j, (i, component, way, region) in enumerate(kinds)
    )


def decays_of_a_kind(
    source: DecayTunnel, component: Component, way: DecayChain, region: str, seed: tuple[int, ...], rays: int
) -> Decays:
    """Decays of one mode in one region."""
    shift = jnp.asarray(shifts(seed, component.dimensions(source.beam)))
    return _drawn(source, component, way, region, lattice(jnp.uint64(0), rays, shift))


@eqx.filter_jit
def _drawn(
    source: DecayTunnel, component: Component, way: DecayChain, region: str, u: Float[Array, "ray dimension"]
) -> Decays:
    first, left = u[:, : source.beam.dimensions], u[:, source.beam.dimensions :]
    segments = source.beam.segments(component.parent, region, source.tunnel, first)
    segments, left = component.daughters(segments, way, source.tunnel, left)
    return decays_as_drawn(segments, way.decay, left[:, 3:])


def window_numbers(rays: int, seed: int) -> Float[np.ndarray, "ray 2"]:
    """Places in a window, evenly."""
    return np.asarray(lattice(jnp.uint64(0), rays, jnp.asarray(shifts((seed, 0, 1), 2))))
