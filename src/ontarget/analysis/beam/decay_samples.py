"""Decays of an experiment's beam one by one, for those who want rays and not histograms."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import of_a_tunnel
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.flight import decays_as_drawn
from ontarget.beam.segment import Decays
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.ground.program import program
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.tunnel.component import Component, DecayChain
from ontarget.source.tunnel.decay_tunnel import DecayTunnel


def sampled_decays(experiment: AbstractExperiment, rays: int = 100_000) -> Iterator[tuple[AbstractDecay, Decays]]:
    """About so many decays as nature draws them, equally many of each mode in each region; `number` makes up for that.

    Muons are left out: their polarisation is not in a ray.
    """
    source, _ = of_a_tunnel(experiment)
    kinds = decay_kinds(source)
    each = max(1, rays // len(kinds))
    for j, (i, component, chain, region) in enumerate(kinds):
        yield chain.decay, decays_of_a_kind(source, component, chain, region, (source.seed, i, j), each)


def decay_kinds(source: DecayTunnel) -> list[tuple[int, Component, DecayChain, str]]:
    """What is drawn apart: the number of a component, itself, a chain of decays that no muon ends, and the region."""
    return [
        (i, component, chain, region)
        for i, component in enumerate(source.components())
        for chain in (*component.direct, *component.followed)
        if not chain.decay.parent.startswith("mu")
        for region in (component.regions if not chain.links else ("tunnel",))
    ]


def decays_of_a_kind(
    source: DecayTunnel, component: Component, chain: DecayChain, region: str, seed: tuple[int, ...], rays: int
) -> Decays:
    """Decays of one mode in one region."""
    shift = shifts(seed, component.dimensions(source.beam))
    return _sampled(source, component, chain, region, lattice(jax.device_put(np.uint64(0)), rays, shift))


@program
def _sampled(
    source: DecayTunnel, component: Component, chain: DecayChain, region: str, u: Float[Array, "ray dimension"]
) -> Decays:
    first, left = u[:, : source.beam.dimensions], u[:, source.beam.dimensions :]
    segments = source.beam.segments(component.parent, region, source.tunnel, first)
    segments, left = component.daughters(segments, chain, source.tunnel, left)
    return decays_as_drawn(segments, chain.decay, left[:, 3:])


def window_points(rays: int, seed: int) -> Float[np.ndarray, "ray 2"]:
    """Places in a window, evenly, as shares of its two edges."""
    return np.asarray(lattice(jax.device_put(np.uint64(0)), rays, shifts((seed, 0, 1), 2)))
