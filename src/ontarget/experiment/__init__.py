"""Floor 8: the chain, and the counts it expects."""

from ontarget.experiment.counts import BackgroundCounts, ChannelCounts, Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.many import counts_of_many

__all__ = ["BackgroundCounts", "ChannelCounts", "Counts", "Experiment", "counts_of_many"]
