"""Rates, occupancy, pile-up and dead time of the counters at the working point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ontarget.analysis.monitored.occupancy import MonitorRate, monitor_rates
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Length, Number, Time, quantity, static
from ontarget.ground.units import cm, m, ns, s
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table
from ontarget.study.beam.counters import precomputed_monitors
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class MonitorRates(AbstractTask):
    """Particles per area along the wall or across the first plane, and what that means for a channel.

    Attributes
    ----------
    monitors : names of experiments
    cell : side of a square channel
    window : how long a hit keeps a channel busy
    multiplicity : channels that a particle hits
    key : name of the table
    """

    monitors: tuple[str, ...] = static()
    cell: Length = quantity(default=3 * cm)
    window: Time = quantity(default=100 * ns)
    multiplicity: Number = quantity(default=1.0)
    key: str = static(default="monitor_rates")

    def check(self, context: Context) -> None:
        check_positive(self, "cell", "window", "multiplicity")
        if not self.monitors:
            raise InputError("monitors", "none", "Rates are those of counters.", "Name one or more.")
        for name in self.monitors:
            context.experiment(name, "monitors", LeptonMonitor)

    def run(self, context: Context) -> Section:
        monitors = [context.experiment(name, "monitors", LeptonMonitor) for name in self.monitors]
        known = {one.name: one.leptons() for one in precomputed_monitors(context, self.monitors)}
        found = monitor_rates(monitors, float(self.cell), float(self.window), float(self.multiplicity), known)
        text = (
            f"While {found[0].protons * s:.3g} protons per second are extracted, evenly. A channel of "
            f"{float(self.cell) / cm:g} cm is busy for {float(self.window) / ns:g} ns; each particle hits "
            f"{float(self.multiplicity):g} of them. "
            "Particles from the tunnel alone: no halo, no neutrons, no photons of neutral pions."
        )
        table = Table(self.key, "Rates by place", [row for one in found for row in rate_rows(one)])
        return Section("Rates of the counters", text, [table], headline=headline(found))


def headline(found: Sequence[MonitorRate]) -> list[Headline]:
    """The busiest place of each counter."""
    made = []
    for one in found:
        i = int(np.argmax(one.flux))
        rate, note = float(one.flux[i]) * s * cm**2 / 1e3, f"at {number_text(float(one.place[i]) / m)} m"
        note += (
            f", pile-up {number_text(100 * float(one.pile_up[i]))} %, dead {number_text(100 * float(one.dead[i]))} %"
        )
        made.append(Headline(f"largest rate in {one.counter}", rate, unit="kHz/cm2", note=note))
    return made


def rate_rows(rate: MonitorRate) -> list[dict[str, object]]:
    """One row per place of one counter."""
    return [
        {
            "counter": rate.counter,
            "place (m)": float(rate.place[i]) / m,
            "kHz per cm2": float(rate.flux[i]) * s * cm**2 / 1e3,
            "kHz per channel": float(rate.channel[i]) * s / 1e3,
            "pile-up": float(rate.pile_up[i]),
            "dead": float(rate.dead[i]),
            "most from": most,
        }
        for i, most in enumerate(rate.most_from)
    ]
