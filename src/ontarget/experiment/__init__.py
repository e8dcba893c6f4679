"""Floor 8: the chain, and the counts it expects."""

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.batch import batched_counts
from ontarget.experiment.counts import BackgroundCounts, ChannelCounts, Counts, LeptonCounts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.lepton_monitor import LeptonMonitor

__all__ = [
    "AbstractExperiment",
    "BackgroundCounts",
    "ChannelCounts",
    "Counts",
    "Experiment",
    "LeptonCounts",
    "LeptonMonitor",
    "batched_counts",
]
