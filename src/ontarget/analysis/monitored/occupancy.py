"""How often particles of the tunnel hit the channels of lepton counters, place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment import LeptonMonitor
from ontarget.experiment.narrow import narrowed
from ontarget.ground.units import cm, ns
from ontarget.monitor import PrecomputedLeptons
from ontarget.monitor.rate import protons_in_spill, rates_at
from ontarget.source import DecayTunnel


@dataclass(frozen=True)
class MonitorRate:
    """Rates of one counter while the beam is extracted, by place.

    Attributes
    ----------
    counter : its name
    protons : on target, 1/time
    place : [place] along the tunnel (middles of the bins), or radius at the first plane, length
    flux : [place] particles, 1/(area time)
    channel : [place] hits of a channel, 1/time
    pile_up : [place] probability of a further hit while a channel is busy
    dead : [place] share of the time that a channel is busy
    most_from : [place] the template that most of the particles are of
    """

    counter: str
    protons: float
    place: Float[np.ndarray, " place"]
    flux: Float[np.ndarray, " place"]
    channel: Float[np.ndarray, " place"]
    pile_up: Float[np.ndarray, " place"]
    dead: Float[np.ndarray, " place"]
    most_from: tuple[str, ...]


def monitor_rates(
    monitors: Sequence[LeptonMonitor],
    cell: float = 3 * cm,
    window: float = 100 * ns,
    multiplicity: float = 1.0,
    templates: Mapping[str, PrecomputedLeptons] | None = None,
) -> tuple[MonitorRate, ...]:
    """Particles per area along the wall or across the first plane of each counter, and what it means for a channel.

    Parameters
    ----------
    monitors : on a decay tunnel
    cell : side of a square channel, length
    window : how long a hit keeps a channel busy, time
    multiplicity : channels that a particle hits
    templates : what arrives at a counter, by its name, where that is known already
    """
    return tuple(
        monitor_rate(one, (templates or {}).get(one.name) or one.precomputed().leptons(), cell**2, window, multiplicity)
        for one in monitors
    )


def monitor_rate(
    monitor: LeptonMonitor, arriving: PrecomputedLeptons, area: float, window: float, multiplicity: float
) -> MonitorRate:
    """Rates of one counter; `area` is that of a channel."""
    truth = "What arrives per area depends on the tunnel, which templates alone do not say."
    source = narrowed(monitor.source, DecayTunnel, f"{monitor.name}.source", truth)
    rates = rates_at(monitor.instrument, source.tunnel, monitor.facility, arriving)
    return MonitorRate(
        monitor.name,
        protons_in_spill(monitor.facility),
        np.array([one.place for one in rates]),
        np.array([one.flux for one in rates]),
        np.array([one.channel(area, multiplicity) for one in rates]),
        np.array([one.pile_up(area, window, multiplicity) for one in rates]),
        np.array([one.dead(area, window, multiplicity) for one in rates]),
        tuple(max(one.by_template, key=one.by_template.__getitem__) for one in rates),
    )
