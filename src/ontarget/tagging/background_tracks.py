"""What passes the entrance of the tunnel while neutrinos interact: particles at the rate of a working point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.flight import norm
from ontarget.beam.segment import Segments
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Frequency, Noun, Number, quantity
from ontarget.ground.program import program
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.facility import Facility
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.tagging.plane_crossing import PlaneCrossing

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
    """Particles of one kind at T6.

    Attributes
    ----------
    name : of the particle, such as pi+
    rate : of them, per time
    pool : examples that are all as probable; their times are zero
    """

    name: str
    rate: float
    pool: PlaneCrossing


@dataclass(frozen=True)
class Stream:
    """All that passes T6, by kind."""

    kinds: Sequence[Kind]

    @property
    def rate(self) -> float:
        """Particles per time."""
        return sum(kind.rate for kind in self.kinds)

    def times(self, factor: float) -> Stream:
        """The stream with every rate multiplied by a factor: the beam at another intensity."""
        return Stream([replace(kind, rate=factor * kind.rate) for kind in self.kinds])


def stream(source: DecayTunnel, point: WorkingPoint) -> Stream:
    """What passes T6 of a source's beam at a working point: its parents, kind by kind, and protons."""
    kinds = []
    for i, parent in enumerate(source.beam.parents):
        shift = jnp.asarray(shifts((source.seed, i, 2**31), source.beam.dimensions))
        u = lattice(jnp.uint64(0), RAYS, shift)
        at_entrance = _entering(source.beam, parent, source.tunnel, u)
        number = np.asarray(at_entrance.number)
        pool = at_t6(at_entrance).only(chosen(number, np.random.default_rng((source.seed, i, 2**31))))
        kinds.append(Kind(parent, float(point.rate) * float(number.sum()), pool))
        if parent == "pi+" and float(point.protons) > 0:
            kinds.append(Kind("p", float(point.protons) * kinds[-1].rate, pool))
    return Stream(kinds)


@program
def _entering(beam: AbstractBeam, parent: str, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
    return beam.segments(parent, "tunnel", tunnel, u)


def at_t6(segments: Segments) -> PlaneCrossing:
    """Where straight flights cross T6 (z = 0); times there are zero."""
    momentum, start = np.asarray(segments.momentum), np.asarray(segments.start)
    slope_x, slope_y = momentum[:, 0] / momentum[:, 2], momentum[:, 1] / momentum[:, 2]
    return PlaneCrossing(
        x=start[:, 0] - slope_x * start[:, 2],
        y=start[:, 1] - slope_y * start[:, 2],
        slope_x=slope_x,
        slope_y=slope_y,
        momentum=np.asarray(norm(segments.momentum)),
        time=np.zeros(len(start)),
    )


def chosen(number: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which of the rays [ray], that stand for `number` particles each, fill a pool: [POOL], in random order.

    Systematic resampling: each as often as it stands for particles. Rays are points of a lattice, of which every second
    one covers half of the first number, the momentum: they are put in random order first.
    """
    order = random.permutation(len(number))
    reached = np.cumsum(number[order]) / number.sum()
    picked = np.searchsorted(reached, (np.arange(POOL) + random.random()) / POOL)
    return random.permutation(order[np.minimum(picked, len(number) - 1)])
