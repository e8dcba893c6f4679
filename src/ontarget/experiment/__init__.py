"""The chain, and the counts it expects."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.experiment.abstract import AbstractExperiment
    from ontarget.experiment.batch import batched_counts
    from ontarget.experiment.counts import BackgroundCounts, ChannelCounts, Counts, LeptonCounts
    from ontarget.experiment.experiment import Experiment
    from ontarget.experiment.lepton_monitor import LeptonMonitor

lazy(
    __name__,
    {
        ".abstract": "AbstractExperiment",
        ".batch": "batched_counts",
        ".counts": "BackgroundCounts ChannelCounts Counts LeptonCounts",
        ".experiment": "Experiment",
        ".lepton_monitor": "LeptonMonitor",
    },
)
