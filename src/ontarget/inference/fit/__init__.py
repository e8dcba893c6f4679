"""Fits of many points at once, profiles, intervals, and pulls."""

from ontarget.inference.fit.components import Components, counts_at, predicted_spread
from ontarget.inference.fit.fisher import covariance, fisher
from ontarget.inference.fit.fit import Fit, fit
from ontarget.inference.fit.interval import Intervals, Piece, Polyline, contour, intervals, refine, threshold
from ontarget.inference.fit.profile import Scan, profile
from ontarget.inference.fit.pulls import pull_parameters, pulls_after
from ontarget.inference.fit.sideband_fit import SidebandFit, sideband_fit

__all__ = [
    "Components",
    "Fit",
    "Intervals",
    "Piece",
    "Polyline",
    "Scan",
    "SidebandFit",
    "contour",
    "counts_at",
    "covariance",
    "fisher",
    "fit",
    "intervals",
    "predicted_spread",
    "profile",
    "pull_parameters",
    "pulls_after",
    "refine",
    "sideband_fit",
    "threshold",
]
