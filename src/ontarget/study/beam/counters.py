"""Lepton counters as what is known of a beam's mesons."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.counted_pulls import Matrix
from ontarget.beam.yields import Yields
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.study.beam.counted_pulls import counted_pulls
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
        """Of the pulls of the yields, after the counters have counted what is expected."""
        if not self.monitors:
            return np.eye(len(yields.names))
        found = context.once(counted_pulls, context, self.monitors, tuple(yields.names))
        return found.covariance(self.monitors, float(self.modelling))
