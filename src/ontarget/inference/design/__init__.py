"""Designs: forecasts of errors and limits, and what improves them."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.design.forecast import AbstractDesign, Forecast, forecast
    from ontarget.inference.design.optimise import Bound, brute_force, front, minimise, starting_points

lazy(
    __name__,
    {
        ".forecast": "AbstractDesign Forecast forecast",
        ".optimise": "Bound brute_force front minimise starting_points",
    },
)
