"""From counts to reach: parameters, priors, the likelihood, fits, profiles, intervals, toys."""

from ontarget.inference.components import Components, counts_at, predicted_spread
from ontarget.inference.coverage import Belt, belt_of, construction, feldman_cousins
from ontarget.inference.density import Marginal, marginal
from ontarget.inference.expand import expand
from ontarget.inference.expansion import Expansion
from ontarget.inference.fisher import covariance, fisher
from ontarget.inference.fit import Fit, fit
from ontarget.inference.forecast import AbstractDesign, Forecast, forecast
from ontarget.inference.interval import Intervals, Piece, Polyline, contour, intervals, refine, threshold
from ontarget.inference.likelihood import Likelihood, likelihood
from ontarget.inference.nested import Nested
from ontarget.inference.neyman import FeldmanCousins
from ontarget.inference.nuts import NUTS
from ontarget.inference.optimum import Bound, brute_force, front, minimise, starting_points
from ontarget.inference.parameter import AbstractParameter, Parameter, Scale
from ontarget.inference.posterior import Diagnostics, Draws, Mode
from ontarget.inference.prior import AbstractPrior, Flat, Gaussian, LogNormal
from ontarget.inference.profile import Scan, profile
from ontarget.inference.pulls import pull_parameters, pulls_after
from ontarget.inference.sampler import AbstractSampler, sample
from ontarget.inference.sideband import Sidebands
from ontarget.inference.sideband_fit import SidebandFit, sideband_fit
from ontarget.inference.significance import GoodnessOfFit, Significance, goodness_of_fit, significance
from ontarget.inference.target import Target, target
from ontarget.inference.toys import Toys, fit_toys, throw

__all__ = [
    "NUTS",
    "AbstractDesign",
    "AbstractParameter",
    "AbstractPrior",
    "AbstractSampler",
    "Belt",
    "Bound",
    "Components",
    "Diagnostics",
    "Draws",
    "Expansion",
    "FeldmanCousins",
    "Fit",
    "Flat",
    "Forecast",
    "Gaussian",
    "GoodnessOfFit",
    "Intervals",
    "Likelihood",
    "LogNormal",
    "Marginal",
    "Mode",
    "Nested",
    "Parameter",
    "Piece",
    "Polyline",
    "Scale",
    "Scan",
    "SidebandFit",
    "Sidebands",
    "Significance",
    "Target",
    "Toys",
    "belt_of",
    "brute_force",
    "construction",
    "contour",
    "counts_at",
    "covariance",
    "expand",
    "feldman_cousins",
    "fisher",
    "fit",
    "fit_toys",
    "forecast",
    "front",
    "goodness_of_fit",
    "intervals",
    "likelihood",
    "marginal",
    "minimise",
    "predicted_spread",
    "profile",
    "pull_parameters",
    "pulls_after",
    "refine",
    "sample",
    "sideband_fit",
    "significance",
    "starting_points",
    "target",
    "threshold",
    "throw",
]
