"""What passes the entrance of the tunnel while neutrinos interact: particles at the rate of a working point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.flight import norm
from ontarget.beam.segment import Segments
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Frequency, Noun, Number, quantity
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.facility import Facility

POOL = 2**16
"""Particles of each kind from which those that pass are taken."""

RAYS = 2**17
"""Rays from which a pool is filled, where rays do not stand for equal numbers."""


class WorkingPoint(Noun):
    """How many protons strike per time while the beam is on, and what a source does not say of its beam.

    Attributes
    ----------
    rate : protons on target per time within the spill
    protons : protons at the entrance of the tunnel for each pi+ there; they fly like these
    """

    rate: Frequency = quantity()
    protons: Number = quantity(default=0.2)

    def __check_init__(self) -> None:
        check_range(self, "rate", 0.0)
        check_range(self, "protons", 0.0)


def working_point(facility: Facility, intensity: float = 1.0) -> WorkingPoint:
    """What the facility says: protons per pulse over the length of a pulse, times `intensity`."""
    per_pulse = facility.protons_while_running / facility.repetition
    return WorkingPoint(intensity * per_pulse / facility.pulse.length)


@dataclass(frozen=True)
class Kind:
    """Particles of one kind at T6: their rate per time, and a pool of them, each as probable.

    `pool` [track 5] holds x, y, slopes and momentum.
    """

    name: str
    rate: float
    pool: Float[np.ndarray, "track 5"]


@dataclass(frozen=True)
class Stream:
    """All that passes T6, by kind."""

    kinds: Sequence[Kind]

    @property
    def rate(self) -> float:
        """Particles per time."""
        return sum(kind.rate for kind in self.kinds)

    def times(self, factor: float) -> Stream:
        """The same at another intensity."""
        return Stream([replace(kind, rate=factor * kind.rate) for kind in self.kinds])


def stream(source: DecayTunnel, point: WorkingPoint) -> Stream:
    """The stream of a source's beam; its parents, and protons."""
    kinds = []
    for i, parent in enumerate(source.beam.parents):
        shift = jnp.asarray(shifts((source.seed, i, 2**31), source.beam.dimensions))
        u = lattice(jnp.uint64(0), RAYS, shift)
        at_entrance = _entering(source.beam, parent, source.tunnel, u)
        number = np.asarray(at_entrance.number)
        pool = rows_of(at_entrance)[chosen(number, np.random.default_rng((source.seed, i, 2**31)))]
        kinds.append(Kind(parent, float(point.rate) * float(number.sum()), pool))
        if parent == "pi+" and float(point.protons) > 0:
            kinds.append(Kind("p", float(point.protons) * kinds[-1].rate, pool))
    return Stream(kinds)


@eqx.filter_jit
def _entering(beam: AbstractBeam, parent: str, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
    return beam.segments(parent, "tunnel", tunnel, u)


def rows_of(segments: Segments) -> Float[np.ndarray, "track 5"]:
    """Where straight flights cross z = 0: x, y, slopes, momentum."""
    momentum = np.asarray(segments.momentum)
    slopes = momentum[:, :2] / momentum[:, 2:]
    start = np.asarray(segments.start)
    places = start[:, :2] - slopes * start[:, 2:]
    return np.concatenate([places, slopes, np.asarray(norm(segments.momentum))[:, None]], axis=1)


def chosen(number: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which rays fill a pool: each as often as it stands for particles (systematic resampling), in random order."""
    reached = np.cumsum(number) / number.sum()
    picked = np.searchsorted(reached, (np.arange(POOL) + random.random()) / POOL)
    return random.permutation(np.minimum(picked, len(number) - 1))
