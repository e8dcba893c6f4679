"""Floor 8: the chain, and the counts it expects."""

from ontarget.experiment.contract import AbstractExperiment
from ontarget.experiment.counts import BackgroundCounts, ChannelCounts, Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.lepton_monitor import LeptonMonitor
from ontarget.experiment.many import counts_of_many

__all__ = [
    "AbstractExperiment",
    "BackgroundCounts",
    "ChannelCounts",
    "Counts",
    "Experiment",
    "LeptonMonitor",
    "counts_of_many",
]
