"""Confidence regions from profile likelihoods: intervals, which may come in several pieces, and contours."""

from __future__ import annotations

import itertools

import contourpy
import numpy as np
from jaxtyping import Float
from scipy.interpolate import Akima1DInterpolator
from scipy.special import gammaincinv

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.profile import Scan, profile
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
    """Pieces of a one-dimensional scan below the threshold, with ends by cubic (Akima) interpolation.

    The global best fit joins the grid's points where it lies on the grid's range, so that no narrow minimum is lost.
    """
    rise = threshold(level, ndof)
    if len(scan.grids) != 1:
        raise InputError("intervals", f"a scan with {len(scan.grids)} axes", "Intervals have one.", "Use contour.")
    ((name, grid),) = scan.grids.items()
    x, y = _with_best(grid, scan.values, scan.best.values[name])
    ends = _crossings(x, y - rise)
    points = np.concatenate([[x[0]], ends, [x[-1]]])
    curve = _curve(x, y - rise)
    pieces: list[Piece] = []
    for low, high in itertools.pairwise(points):
        if high > low and curve(0.5 * (low + high)) <= 0.0:
            pieces.append(Piece(float(low), float(high), bool(low == x[0]), bool(high == x[-1])))
    return Intervals(name, level, rise, tuple(pieces), _sentence(scan, pieces, name))


def refine(likelihood: Likelihood, scan: Scan, level: float, ndof: int = 1, rounds: int = 2) -> Scan:
    """The same one-dimensional scan with more grid points where the curve crosses the threshold.

    Each round puts eight points into every cell of the grid that holds an end of an interval.
    """
    rise = threshold(level, ndof)
    if len(scan.grids) != 1:
        raise InputError("refine", f"a scan with {len(scan.grids)} axes", "It sharpens scans with one.", "")
    ((name, _),) = scan.grids.items()
    fixed = {one: value for one, value in scan.best.values.items() if one != name and one not in scan.nuisances}
    for _ in range(rounds):
        grid, values = _with_best(scan.grids[name], scan.values, scan.best.values[name])
        cells = np.nonzero((values[:-1] <= rise) != (values[1:] <= rise))[0]
        if not len(cells):
            break
        new = [np.linspace(grid[cell], grid[cell + 1], 10) for cell in cells]
        scan = _merged(scan, profile(likelihood, {name: np.unique(np.concatenate(new))}, fixed=fixed), name)
    return scan


def _merged(old: Scan, new: Scan, name: str) -> Scan:
    """Two scans along one axis as one; the lower minimum is the zero of both."""
    minimum = min(old.best.minimum, new.best.minimum)
    grid = np.concatenate([old.grids[name], new.grids[name]])
    values = np.concatenate([one.values + (one.best.minimum - minimum) for one in (old, new)])
    order = np.lexsort((values, grid))
    order = order[np.concatenate([[True], np.diff(grid[order]) > 0])]

    def join(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.concatenate([first, second])[order]

    nuisances = {one: join(old.nuisances[one], new.nuisances[one]) for one in old.nuisances}
    converged, edge = join(old.converged, new.converged), join(old.at_edge, new.at_edge)
    best = min((old.best, new.best), key=lambda one: one.minimum)
    return Scan({name: grid[order]}, values[order], nuisances, converged, edge, best, old.message)


def contour(scan: Scan, level: float, ndof: int = 2) -> list[Polyline]:
    """Lines of a two-dimensional scan at the threshold, points in the order of the scan's axes."""
    rise = threshold(level, ndof)
    if len(scan.grids) != 2:
        raise InputError(
            "contour", f"a scan with {len(scan.grids)} axes", "Contours have two.", "Use intervals for one."
        )
    first, second = scan.grids.values()
    lines = contourpy.contour_generator(first, second, scan.values.T, line_type=contourpy.LineType.Separate).lines(rise)
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
