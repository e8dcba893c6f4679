"""Parameters, priors, and the likelihood of counts with their sidebands."""

from ontarget.inference.likelihood.build import Expansions, likelihood
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.parameter import AbstractParameter, Parameter, Scale
from ontarget.inference.likelihood.prior import AbstractPrior, Flat, Gaussian, LogNormal
from ontarget.inference.likelihood.sideband import Sidebands

__all__ = [
    "AbstractParameter",
    "AbstractPrior",
    "Expansions",
    "Flat",
    "Gaussian",
    "Likelihood",
    "LogNormal",
    "Parameter",
    "Scale",
    "Sidebands",
    "likelihood",
]
