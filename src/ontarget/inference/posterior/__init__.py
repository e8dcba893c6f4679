"""Posteriors: chains, nested sampling, modes and their weights."""

from ontarget.inference.posterior.density import Marginal, marginal
from ontarget.inference.posterior.draws import Diagnostics, Draws, Mode
from ontarget.inference.posterior.nested import Nested
from ontarget.inference.posterior.nuts import NUTS
from ontarget.inference.posterior.sampler import AbstractSampler, sample
from ontarget.inference.posterior.target import Target, target

__all__ = [
    "NUTS",
    "AbstractSampler",
    "Diagnostics",
    "Draws",
    "Marginal",
    "Mode",
    "Nested",
    "Target",
    "marginal",
    "sample",
    "target",
]
