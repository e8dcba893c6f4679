"""Rates, occupancy, pile-up and dead time of the counters at the working point."""

from __future__ import annotations

from typing import Any

from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Length, Number, Time, quantity, static
from ontarget.ground.units import cm, m, ns, s
from ontarget.monitor import RangeMeter, TunnelCalorimeter
from ontarget.monitor.rate import Rate, plane_rates, protons_in_spill, wall_rates
from ontarget.report.section import Section, Table
from ontarget.study.beam.counted_pulls import precomputed_monitors
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
    """

    monitors: tuple[str, ...] = static()
    cell: Length = quantity(default=3 * cm)
    window: Time = quantity(default=100 * ns)
    multiplicity: Number = quantity(default=1.0)

    def check(self, context: Context) -> None:
        check_positive(self, "cell", "window", "multiplicity")
        for name in self.monitors:
            context.experiment(name, "monitors", LeptonMonitor)

    def run(self, context: Context) -> Section:
        rows = [row for name in self.monitors for row in self.rows(context, name)]
        protons = protons_in_spill(context.experiment(self.monitors[0], "monitors", LeptonMonitor).facility) * s
        text = (
            f"While {protons:.3g} protons per second are extracted, evenly. A channel of {float(self.cell) / cm:g} cm "
            f"is busy for {float(self.window) / ns:g} ns; each particle hits {float(self.multiplicity):g} of them. "
            "Particles from the tunnel alone: no halo, no neutrons, no photons of neutral pions."
        )
        return Section("Rates of the counters", text, [Table("monitor_rates", "Rates by place", rows)])

    def rows(self, context: Context, name: str) -> list[dict[str, object]]:
        """One row per place of one counter."""
        noun: Any = context.experiment(name, "monitors", LeptonMonitor)
        (precomputed,) = precomputed_monitors(context, [name])
        instrument, given = noun.instrument, precomputed.leptons()
        if isinstance(instrument, TunnelCalorimeter):
            found = wall_rates(instrument, noun.source.tunnel, noun.facility, given)
        else:
            assert isinstance(instrument, RangeMeter)
            found = plane_rates(instrument, noun.facility, given)
        return [self.row(name, one) for one in found]

    def row(self, name: str, rate: Rate) -> dict[str, object]:
        """Numbers in units that one speaks."""
        area, window, many = float(self.cell) ** 2, float(self.window), float(self.multiplicity)
        most = max(rate.by_template, key=lambda flow: rate.by_template[flow])
        return {
            "counter": name,
            "place (m)": rate.place / m,
            "kHz per cm2": rate.flux * s * cm**2 / 1e3,
            "kHz per channel": rate.channel(area, many) * s / 1e3,
            "pile-up": rate.pile_up(area, window, many),
            "dead": rate.dead(area, window, many),
            "most from": most,
        }
