"""Designs: forecasts of errors and limits, and what improves them."""

from ontarget.inference.design.forecast import AbstractDesign, Forecast, forecast
from ontarget.inference.design.optimise import Bound, brute_force, front, minimise, starting_points

__all__ = [
    "AbstractDesign",
    "Bound",
    "Forecast",
    "brute_force",
    "forecast",
    "front",
    "minimise",
    "starting_points",
]
