"""A small beam of pions, kaons and muons that decay in a tunnel, for the tests of file formats."""

from __future__ import annotations

from functools import cache

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from ontarget.beam import Segments, Tunnel, decays_of
from ontarget.beam.flight import decays_as_drawn
from ontarget.ground.units import GeV, m, ns
from ontarget.io.formats.rays import DecayRays, Window, gather, window_of
from ontarget.matter.particle import PARTICLES
from ontarget.source import BeamSite

PARENTS = ("pi+", "K+", "mu+")
TUNNEL = Tunnel(40 * m, 1 * m)
SITE = BeamSite(25 * m, 4 * m, 4 * m, 22 * m, x=0.5 * m)


def segments(count: int, momentum: float, rng: np.random.Generator) -> Segments:
    """Half a per cent of momentum, 5 mrad, 20 mm, in a tunnel of 40 m; one particle per proton in all."""
    slopes, place = rng.normal(0, 5e-3, (count, 2)), rng.normal(0, 0.02, (count, 2)) * m
    along = np.concatenate([slopes, np.ones((count, 1))], axis=1)
    size = momentum * (1 + rng.normal(0, 5e-3, count))
    start = np.concatenate([place, np.zeros((count, 1))], axis=1)
    return Segments(
        jnp.asarray(start),
        jnp.asarray(size[:, None] * along / np.linalg.norm(along, axis=1, keepdims=True)),
        jnp.full(count, 40 * m),
        jnp.full(count, 7 * ns),
        jnp.full(count, 1 / count),
        jnp.zeros((count, 3)),
    )


@cache
def drawn(count: int, parents: tuple[str, ...]) -> DecayRays:
    rng = np.random.default_rng(7)
    modes = []
    for parent in parents:
        flights = segments(count, 8.5 * GeV, rng)
        for decay in decays_of(parent):
            u = jnp.asarray(rng.random((count, 1 + decay.dimensions)))
            modes.append((decay, eqx.filter_jit(decays_as_drawn)(flights, decay, u)))
    return gather(modes)


def decays(count: int = 200, parents: tuple[str, ...] = PARENTS) -> DecayRays:
    """The first so many of each mode of some parents; all are drawn once, for one shape is one compilation."""
    rays = drawn(200, PARENTS)
    chosen = np.isin(rays.parent, [PARTICLES[name].pdg for name in parents])
    return rays.only(chosen & (np.arange(len(rays)) % 200 < count))


def window() -> Window:
    return window_of(SITE, TUNNEL)


def numbers(count: int) -> np.ndarray:
    return np.random.default_rng(3).random((count, 2))
