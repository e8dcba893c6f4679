"""Lepton counters as what is known of a beam's mesons."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.counted_pulls import Matrix
from ontarget.beam.yields import Yields
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import InputError, check_range
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
            if name not in context.experiments or not isinstance(context.experiments[name].noun, LeptonMonitor):
                truth = "It is no LeptonMonitor of the study."
                raise InputError("production.monitors", repr(name), truth, "Name one that is.")

    def covariance(self, context: Context, yields: Yields) -> Matrix:
        """Of the pulls of the yields, after the counters have counted what is expected."""
        if not self.monitors:
            return np.eye(len(yields.names))
        key = "counted pulls", self.monitors, yields.names
        if key not in context.known:
            context.known[key] = counted_pulls(context, self.monitors, yields.names)
        return context.known[key].covariance(self.monitors, float(self.modelling))
