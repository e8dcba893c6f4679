"""Confidence regions from profile likelihoods: intervals, which may come in several pieces, and contours."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import contourpy
import numpy as np
from jaxtyping import Float
from scipy.interpolate import Akima1DInterpolator
from scipy.special import gammaincinv

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.plane_refinement import RegionGrid, refined_plane
from ontarget.inference.fit.profile import Scan
from ontarget.inference.fit.refinement import ends, refined
from ontarget.inference.likelihood.likelihood import Likelihood


class Piece(Noun):
    """One connected interval; `open_low` or `open_high` where it reaches the end of the grid and may go on."""

    low: float = static()
    high: float = static()
    open_low: bool = static()
    open_high: bool = static()

    @property
    def width(self) -> float:
        """Its length."""
        return self.high - self.low


class Intervals(Noun):
    """Where -2 ln L lies below `threshold` above its minimum.

    Attributes
    ----------
    name : the parameter
    level : confidence level
    threshold : quantile of chi squared
    pieces : from low to high
    message : a sentence where something is to be known, else empty
    """

    name: str = static()
    level: float = static()
    threshold: float = static()
    pieces: tuple[Piece, ...] = static()
    message: str = static()


class Polyline(Noun):
    """One line of a contour: points [point, axis], and whether it closes; one that does not ends at the grid's edge."""

    points: Float[np.ndarray, "point 2"]
    closed: bool = static()


def threshold(level: float, ndof: int) -> float:
    """Quantile of chi squared: how far -2 ln L may rise at this confidence level.

    For regions by Wilks' theorem: large counts, no edge nearby, no two minima of like depth.

    References
    ----------
    Wilks:1938dza
    """
    if not 0.0 < level < 1.0:
        raise InputError("level", f"{level:g}", "A confidence level lies between 0 and 1.", "Write 0.90 for 90 %.")
    if ndof < 1:
        raise InputError("ndof", str(ndof), "Degrees of freedom are one or more.", "Give the number of axes.")
    return float(2.0 * gammaincinv(ndof / 2.0, level))  # scipy.stats has it too, and takes half a second to import


def intervals(scan: Scan, level: float, ndof: int = 1) -> Intervals:
    """Pieces of a one-dimensional scan below the threshold; their ends are right to a thousandth of the piece.

    Every minimum joins the points of the grid, and cells that hold an end are cut until it stands still (`refine`): the
    grid need not know how narrow a piece is. A scan without its likelihood is taken as it is, with the best fit and
    with ends by cubic (Akima) interpolation, and refused where its cells are wider than half of a piece.
    """
    rise = threshold(level, ndof)
    check_line(scan, "intervals", "Intervals have one.", "Use contour.")
    if scan.likelihood is not None:
        scan = refined(scan.likelihood, scan, [rise])
    ((name, grid),) = scan.grids.items()
    x, y = (grid, scan.values) if scan.searched else _with_best(grid, scan.values, scan.best.values[name])
    points = np.concatenate([[x[0]], ends(scan, rise) if scan.searched else _crossings(x, y - rise), [x[-1]]])
    inside = (y <= rise)[np.clip(np.searchsorted(x, points[:-1], side="right"), 0, len(x) - 1)]
    pieces = [
        Piece(float(low), float(high), bool(low == x[0]), bool(high == x[-1]))
        for (low, high), mine in zip(itertools.pairwise(points), inside, strict=True)
        if high > low and mine
    ]
    if not scan.searched:
        _check_cells(name, x, pieces)
    return Intervals(name, level, rise, tuple(pieces), _sentence(scan, pieces, name))


def refine(likelihood: Likelihood, scan: Scan, level: float | Sequence[float], ndof: int = 1) -> Scan:
    """The same one-dimensional scan with every minimum, and with more points where the curve crosses the threshold.

    At one level or several. `intervals` does the same; this is for whoever wants the points.
    """
    check_line(scan, "refine", "It sharpens scans with one.", "")
    levels = (level,) if isinstance(level, (int, float)) else level
    return refined(likelihood, scan, [threshold(one, ndof) for one in levels])


def check_line(scan: Scan, where: str, truth: str, remedy: str) -> None:
    """Refuse a scan that has not one axis."""
    if len(scan.grids) != 1:
        raise InputError(where, f"a scan with {len(scan.grids)} axes", truth, remedy)


def _check_cells(name: str, x: np.ndarray, pieces: list[Piece]) -> None:
    """Refuse pieces that fewer than three points know of."""
    for one in pieces:
        known = int(((x >= one.low) & (x <= one.high)).sum())
        if known < 3 and len(x) > 3:
            got = f"{known} points in the allowed range from {one.low:.6g} to {one.high:.6g}"
            truth = "A cell wider than half of a piece leaves its ends to chance."
            raise InputError(f"intervals.{name}", got, truth, "Give a finer grid, or a scan that has its likelihood.")


def contour(scan: Scan, level: float, ndof: int = 2) -> list[Polyline]:
    """Lines of a two-dimensional scan at the threshold, points in the order of the scan's axes."""
    return lines_of(region(scan, level, ndof), threshold(level, ndof))


def region(scan: Scan, level: float, ndof: int = 2) -> RegionGrid:
    """A two-dimensional scan on lines that are close where its region has its edge; a scan without likelihood as it is.

    Where the region is wider than a few cells of the grid, straight lines between the points know its edge to a
    thousandth of its width; else cells are cut, and those in which a minimum hides are found.
    """
    if len(scan.grids) != 2:
        raise InputError(
            "contour", f"a scan with {len(scan.grids)} axes", "Contours have two.", "Use intervals for one."
        )
    if scan.likelihood is None:
        x, y = scan.grids.values()
        return RegionGrid(x, y, scan.values)
    return refined_plane(scan.likelihood, scan, threshold(level, ndof))


def lines_of(grid: RegionGrid, rise: float) -> list[Polyline]:
    """Lines at a rise, where the root of -2 ln L, straight between the lines of a grid, is that of the rise."""
    root = np.sqrt(np.maximum(grid.values, 0.0))
    made = contourpy.contour_generator(grid.x, grid.y, root.T, line_type=contourpy.LineType.Separate)
    lines = made.lines(np.sqrt(rise))
    arrays = [np.asarray(line, float) for line in lines]
    # a closed line comes back with its first point repeated
    return [Polyline(line, len(line) > 2 and np.array_equal(line[0], line[-1])) for line in arrays]


def _with_best(grid: np.ndarray, values: np.ndarray, best: float) -> tuple[np.ndarray, np.ndarray]:
    near = np.abs(grid - best).min() < 1e-6 * (grid[-1] - grid[0])
    if near or not grid[0] < best < grid[-1]:
        return grid, values
    place = int(np.searchsorted(grid, best))
    return np.insert(grid, place, best), np.insert(values, place, 0.0)


def _curve(x: np.ndarray, y: np.ndarray):  # type: ignore[no-untyped-def]
    if len(x) < 5:
        return lambda at: np.interp(at, x, y)
    return Akima1DInterpolator(x, y, method="makima")


def _crossings(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where the curve through the points crosses zero, once per change of sign between neighbours."""
    curve = _curve(x, y)
    low, high = x[:-1].copy(), x[1:].copy()
    change = (y[:-1] <= 0) != (y[1:] <= 0)
    low, high, sign = low[change], high[change], np.where(y[:-1][change] <= 0, 1.0, -1.0)
    for _ in range(60):  # bisection: sixty halvings are the last digit
        middle = 0.5 * (low + high)
        above = sign * curve(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)


def _sentence(scan: Scan, pieces: list[Piece], name: str) -> str:
    sentences = []
    if any(one.open_low or one.open_high for one in pieces):
        sentences.append(f"The interval of {name} reaches the end of the grid and may go on.")
    if not pieces:
        sentences.append(f"No point of the grid of {name} is allowed: the best fit lies elsewhere.")
    if not scan.converged.all():
        sentences.append(scan.message)
    return " ".join(sentences)
