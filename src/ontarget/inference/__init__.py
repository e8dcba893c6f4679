"""From counts to reach: parameters, priors, the likelihood, fits, profiles, intervals."""

from ontarget.inference.expand import expand
from ontarget.inference.expansion import Expansion
from ontarget.inference.fisher import covariance, fisher
from ontarget.inference.fit import Fit, fit
from ontarget.inference.interval import Intervals, Piece, Polyline, contour, intervals, refine, threshold
from ontarget.inference.likelihood import Likelihood, likelihood
from ontarget.inference.parameter import AbstractParameter, Parameter, Scale
from ontarget.inference.prior import AbstractPrior, Flat, Gaussian, LogNormal
from ontarget.inference.profile import Scan, profile
from ontarget.inference.sideband import Sidebands
from ontarget.inference.sideband_fit import SidebandFit, sideband_fit

__all__ = [
    "AbstractParameter",
    "AbstractPrior",
    "Expansion",
    "Fit",
    "Flat",
    "Gaussian",
    "Intervals",
    "Likelihood",
    "LogNormal",
    "Parameter",
    "Piece",
    "Polyline",
    "Scale",
    "Scan",
    "SidebandFit",
    "Sidebands",
    "contour",
    "covariance",
    "expand",
    "fisher",
    "fit",
    "intervals",
    "likelihood",
    "profile",
    "refine",
    "sideband_fit",
    "threshold",
]
