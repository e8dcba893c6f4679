"""What a likelihood allows in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.analysis.parameters.parameter_intervals import at_start, grids_of, nuisances_of, start_of
from ontarget.inference.fit import Polyline, Scan, area_below, lines_of, profile, region, threshold
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.toys import Belt
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.numerics.progress import Complete, in_memory


@dataclass(frozen=True)
class AllowedRegion:
    """The part of a plane in which `values` are below `threshold`.

    Attributes
    ----------
    x, y : both parameters, on lines that are close where the region has its edge, in their internal units
    values : -2 ln L above its minimum, in units in which the threshold is critical [x y]
    threshold : quantile of chi squared with two degrees of freedom
    contours : lines around it, points in the parameters' internal units
    share : the share of the points of the scan that are allowed
    area : the share of the plane's area that is allowed
    """

    x: Float[np.ndarray, " x"]
    y: Float[np.ndarray, " y"]
    values: Float[np.ndarray, "x y"]
    threshold: float
    contours: tuple[Polyline, ...]
    share: float
    area: float

    @property
    def closed(self) -> int:
        """How many contours close."""
        return sum(line.closed for line in self.contours)

    @property
    def open(self) -> int:
        """How many contours leave the plane."""
        return len(self.contours) - self.closed


@dataclass(frozen=True)
class PlaneRegion:
    """What is allowed in the plane of two parameters, in their internal units.

    Attributes
    ----------
    level : confidence level, two degrees of freedom
    scan : the profile: its grids, -2 ln L above the minimum [x y], profiled nuisances, best fit
    start : where both parameters start, the point the Asimov data are made with
    region : by the construction that was asked for
    asymptotic : by the theorem of Wilks
    belt : of the toys, where the construction is by toys
    """

    level: float
    scan: Scan
    start: tuple[float, float]
    region: AllowedRegion
    asymptotic: AllowedRegion
    belt: Belt | None = None

    @property
    def names(self) -> tuple[str, str]:
        """The parameters."""
        x, y = self.scan.grids
        return x, y

    @property
    def x(self) -> Float[np.ndarray, " x"]:
        """Values of the first parameter."""
        return self.scan.grids[self.names[0]]

    @property
    def y(self) -> Float[np.ndarray, " y"]:
        """Values of the second parameter."""
        return self.scan.grids[self.names[1]]

    @property
    def best(self) -> tuple[float, float]:
        """Both parameters at the global best fit."""
        x, y = self.names
        return self.scan.best.values[x], self.scan.best.values[y]


def plane(
    likelihood: Likelihood,
    x: str,
    y: str,
    *,
    level: float = 0.90,
    grids: Mapping[str, Any] | None = None,
    points: int = 100,
    nuisances: Sequence[str] | None = None,
    method: AbstractIntervalConstruction = Wilks(),
    complete: Complete = in_memory,
    key: str = "plane",
    title: str = "plane",
) -> PlaneRegion:
    """Profile likelihood over the boxes of two parameters, two degrees of freedom, nuisances profiled.

    Parameters
    ----------
    likelihood : with its data
    x, y : the two parameters
    level : confidence level
    grids : rising values to try of both parameters, by name
    points : even steps over its box that are tried of a parameter without a grid
    nuisances : which are profiled, the rest stays at its start; all but x and y by default
    method : how large -2 ln L may become
    complete, key, title : who computes the toys of a method that needs some, what they are called, and their progress
    """
    axes = grids_of(likelihood, (x, y), grids, points)
    free = {x, y, *nuisances_of(likelihood, (x, y), nuisances)}
    scan = profile(likelihood, axes, fixed=at_start(likelihood, free))
    calibrated = method.calibrate(likelihood, scan, (level,), complete, key, title)
    region, asymptotic = allowed_region(calibrated.scans[0], level), allowed_region(scan, level)
    start = start_of(likelihood, x), start_of(likelihood, y)
    return PlaneRegion(level, scan, start, region, asymptotic, calibrated.belt)


def allowed_region(scan: Scan, level: float) -> AllowedRegion:
    """Where a scan of two parameters lies below the quantile of chi squared of a level."""
    grid, rise = region(scan, level), threshold(level, 2)
    share = float((scan.values < rise).mean())
    return AllowedRegion(*grid, rise, tuple(lines_of(grid, rise)), share, area_below(grid, rise))
