"""Fits of many points at once, profiles, intervals, and pulls."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.fit.components import Components, counts_at, predicted_spread
    from ontarget.inference.fit.fisher import covariance, fisher
    from ontarget.inference.fit.fit import Fit, fit
    from ontarget.inference.fit.interval import (
        Intervals,
        Piece,
        Polyline,
        contour,
        intervals,
        lines_of,
        refine,
        region,
        threshold,
    )
    from ontarget.inference.fit.plane_refinement import RegionGrid, area_below
    from ontarget.inference.fit.profile import Scan, profile
    from ontarget.inference.fit.pulls import pull_parameters, pulls_after
    from ontarget.inference.fit.sideband_fit import SidebandFit, sideband_fit

lazy(
    __name__,
    {
        ".components": "Components counts_at predicted_spread",
        ".fisher": "covariance fisher",
        ".fit": "Fit fit",
        ".interval": "Intervals Piece Polyline contour intervals lines_of refine region threshold",
        ".plane_refinement": "RegionGrid area_below",
        ".profile": "Scan profile",
        ".pulls": "pull_parameters pulls_after",
        ".sideband_fit": "SidebandFit sideband_fit",
    },
)
