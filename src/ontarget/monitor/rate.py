"""Rates at instruments while the beam is extracted: occupancy, pile-up and dead time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ontarget.beam.beam import Tunnel
from ontarget.ground.errors import InputError
from ontarget.monitor.calorimeter import TunnelCalorimeter
from ontarget.monitor.flow import PrecomputedLeptons
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.monitor.range_meter import RangeMeter
from ontarget.source.facility import Facility


@dataclass(frozen=True)
class Rate:
    r"""Particles of one place of an instrument, and what follows for a channel there.

    .. math:: r = \Phi\,a\,m,\quad \text{occupancy} = r\,t,\quad
        \text{pile-up} = 1 - e^{-r t},\quad \text{dead} = \frac{r t}{1 + r t}

    with m channels hit by a particle, t the time that a channel is busy. Dead time is that of a channel that a further
    hit does not prolong.

    Attributes
    ----------
    place : along the tunnel (its middle), or the radius, length
    by_template : particles per area and time, by what made them
    """

    place: float
    by_template: dict[str, float]

    @property
    def flux(self) -> float:
        """All particles per area and time."""
        return sum(self.by_template.values())

    def channel(self, area: float, multiplicity: float = 1.0) -> float:
        """Hits per time of a channel of this area."""
        return self.flux * area * multiplicity

    def pile_up(self, area: float, window: float, multiplicity: float = 1.0) -> float:
        """Probability of a further hit in the same channel within a time."""
        return -math.expm1(-self.channel(area, multiplicity) * window)

    def dead(self, area: float, window: float, multiplicity: float = 1.0) -> float:
        """Share of the time that a channel is busy."""
        busy = self.channel(area, multiplicity) * window
        return busy / (1 + busy)


def protons_in_spill(facility: Facility) -> float:
    """Protons per time while they are extracted, evenly."""
    per_spill = float(facility.protons_while_running) / float(facility.repetition)
    return per_spill / float(facility.pulse.length)


def rates_at(
    instrument: AbstractInstrument, tunnel: Tunnel, facility: Facility, given: PrecomputedLeptons
) -> list[Rate]:
    """Charged particles where they reach an instrument first, one rate for each of its places."""
    if isinstance(instrument, TunnelCalorimeter):
        return wall_rates(instrument, tunnel, facility, given)
    if isinstance(instrument, RangeMeter):
        return plane_rates(instrument, facility, given)
    truth = "Rates by place are known for a TunnelCalorimeter and for a RangeMeter."
    raise InputError("instrument", type(instrument).__name__, truth, "Ask for one of these.")


def wall_rates(
    instrument: TunnelCalorimeter, tunnel: Tunnel, facility: Facility, given: PrecomputedLeptons
) -> list[Rate]:
    """Charged particles on the wall, one rate for each bin along it."""
    edges, protons = np.asarray(instrument.z.edges), protons_in_spill(facility)
    area = 2 * np.pi * float(tunnel.radius) * np.diff(edges)
    each = {flow.name: np.asarray(given.arrived(flow)).sum(axis=(1, 2))[1:-1] / area for flow in given.flows}
    middles = (edges[1:] + edges[:-1]) / 2
    return [
        Rate(float(z), {name: protons * float(one[i]) for name, one in each.items()}) for i, z in enumerate(middles)
    ]


def plane_rates(instrument: RangeMeter, facility: Facility, given: PrecomputedLeptons) -> list[Rate]:
    """Muons at the first plane, which has the most of them, one rate for each ring."""
    edges, protons = np.asarray(instrument.rings.edges), protons_in_spill(facility)
    area = np.pi * (edges[1:] ** 2 - edges[:-1] ** 2)
    each = {flow.name: np.asarray(given.arrived(flow))[1:, :-1].sum(axis=0) / area for flow in given.flows}
    middles = (edges[1:] + edges[:-1]) / 2
    return [
        Rate(float(r), {name: protons * float(one[i]) for name, one in each.items()}) for i, r in enumerate(middles)
    ]
