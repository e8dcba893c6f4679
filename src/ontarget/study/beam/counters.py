"""Lepton counters as what is known of a beam's mesons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ontarget.analysis.monitored.counted_pulls import CountedPulls, Matrix, count_pulls
from ontarget.beam.yields import Yields
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.study.context import Context


class Counters(Noun):
    """Counters of a study that measure the mesons of its beam; with none of them the mesons are as known before.

    Attributes
    ----------
    monitors : their names; efficiencies and the like are the study's parameters, with their priors
    modelling : how well each of their bins is known beyond that, see `CountedPulls`
    """

    monitors: tuple[str, ...] = static(default=())
    modelling: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "modelling", 0.0, 1.0)

    def check(self, context: Context) -> None:
        """Refuse what is no counter of the study."""
        for name in self.monitors:
            context.experiment(name, "production.monitors", LeptonMonitor)

    def covariance(self, context: Context, yields: Yields) -> Matrix:
        """Of the pulls of the yields [pull pull], after the counters have counted what is expected."""
        if not self.monitors:
            return np.eye(len(yields.names))
        found = context.once(counted_in, context, self.monitors, tuple(yields.names))
        return found.covariance(self.monitors, float(self.modelling))


def counted_in(context: Context, names: Sequence[str], pulls: Sequence[str]) -> CountedPulls:
    """What counters of a study leave of these pulls, with the study's parameters as nuisances."""
    return count_pulls(precomputed_monitors(context, names), pulls, context.nuisances(names), context.progress)


def precomputed_monitors(context: Context, names: Sequence[str]) -> list[LeptonMonitor]:
    """Monitors of the study with their templates, computed once."""
    return [context.once(precomputed_monitor, context, name) for name in names]


def precomputed_monitor(context: Context, name: str) -> LeptonMonitor:
    """A monitor of the study with its templates."""
    context.progress(f"templates of {name}")
    return context.experiment(name, "monitors", LeptonMonitor).precomputed()
