"""Points where a scan along one axis needs them: at every minimum, and around every end of an allowed piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.inference.fit.profile import Scan
from ontarget.inference.fit.traced import Traced
from ontarget.inference.likelihood.likelihood import Likelihood

STILL = 2e-4
"""Of a piece: how closely its ends lie between two points."""

LADDER = 0.25 ** np.arange(1, 14)
"""Steps from a minimum to its neighbour, whatever the width of the piece between them."""

PROBES = 8  # of the slope in each cell of the grid, where there may be several minima
SEARCHES = 8  # for minima, each between the points of those before
ROUNDS = 60  # a bracket is halved in each, if not far better
LOAD = 4_000_000  # numbers of all probes together; larger likelihoods are probed less


def refined(likelihood: Likelihood, scan: Scan, rises: Sequence[float]) -> Scan:
    """A scan along one axis with all of its minima, and with points as close as `STILL` around each rise.

    Minima are sought where the slope along the axis changes its sign, between the points of the grid too. From each
    that is low enough a ladder of points leads to its neighbours, so that no piece is lost however narrow it is. Then
    the cells that hold an end are cut until the ends stand still.
    """
    line = Traced(likelihood, scan)
    if not scan.searched:
        search(line)
    for _ in range(SEARCHES):
        if not line.add(ladders(line, max(rises))) or line.single or not turned(line):
            break
    for turn in range(ROUNDS):
        wanted = [point for rise in rises for point in cuts(line, rise)]
        if not wanted:
            return line.all()
        if not line.add(np.array(wanted)) or turn == ROUNDS - 1:
            raise too_narrow(line, rises)
    raise AssertionError


def search(line: Traced) -> None:
    """Put every minimum along the line among its points: where its slope changes its sign."""
    best = np.array([line.scan.best.values[line.name]])
    if line.x[0] < best[0] < line.x[-1]:
        line.add(best)
    if line.single:
        return
    between = probes(line)
    nuisances = line.between(between)
    slope = line.slopes(between, nuisances)
    x, every = np.concatenate([line.x, between]), np.concatenate([line.nuisances, nuisances])
    order = np.argsort(x, kind="stable")
    falls = np.concatenate([line.slope, slope])[order] < 0.0
    cells = np.nonzero(falls[:-1] & ~falls[1:])[0]
    starts = order[np.unique(np.concatenate([cells, cells + 1]))]
    line.freed(x[starts], every[starts])
    turned(line)


def probes(line: Traced) -> Float[np.ndarray, " point"]:
    """Points inside the cells of a line."""
    numbers = len(line.x) * line.likelihood.expansion.coefficients.size
    number = int(np.clip(LOAD // max(numbers, 1), 1, PROBES))
    share = np.arange(1, number + 1) / (number + 1)
    return (line.x[:-1, None] + np.diff(line.x)[:, None] * share).ravel()


def turned(line: Traced) -> bool:
    """Find what lies where the slope goes from falling to rising; whether there was anything to find."""
    for turn in range(SEARCHES):
        falls, rises = line.slope < 0.0, line.slope > 0.0
        flat = 1e-9 * np.abs(line.x).max()
        cells = np.nonzero(falls[:-1] & rises[1:] & (np.diff(line.x) > flat * 1e-6))[0]
        if not len(cells):
            return turn > 0
        ends = np.unique(np.concatenate([cells, cells + 1]))
        x, nuisances = line.x[ends], line.nuisances[ends]
        line.add(0.5 * (line.x[cells] + line.x[cells + 1]))
        line.freed(x, nuisances)
    return True


def ladders(line: Traced, rise: float) -> Float[np.ndarray, " point"]:
    """Points between minima that are allowed and neighbours that are not, ever closer to the minima."""
    y = line.scaled()
    low = (y <= rise) & (y <= np.append(y[1:], np.inf)) & (y <= np.insert(y[:-1], 0, np.inf))
    wanted = [np.zeros(0)]
    for point in np.nonzero(low)[0]:
        for other in (point - 1, point + 1):
            if 0 <= other < len(y) and y[other] > rise:
                wanted.append(line.x[point] + (line.x[other] - line.x[point]) * LADDER)
    return np.concatenate(wanted)


def cuts(line: Traced, rise: float) -> list[float]:
    """Where to cut the cells that hold an end and are not yet narrow beside their piece."""
    y = line.scaled()
    inside = y <= rise
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    wanted: list[float] = []
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        still = STILL * (line.x[last] - line.x[first])
        for here, there in ((first, first - 1), (last, last + 1)):
            if 0 <= there < len(y) and abs(line.x[here] - line.x[there]) > still:
                wanted += cut(line, y, rise, here, there, still)
    return wanted


def cut(line: Traced, y: np.ndarray, rise: float, here: int, there: int, still: float) -> list[float]:
    """Points in one cell: its middle, where the root of -2 ln L would cross if it were straight, and on both sides."""
    x, root, goal = line.x[[here, there]], np.sqrt(np.maximum(y[[here, there]], 0.0)), np.sqrt(rise)
    width = x[1] - x[0]
    chord = x[0] + width * (goal - root[0]) / (root[1] - root[0])
    near = int(abs(root[1] - goal) < abs(root[0] - goal))
    slope = line.slope[[here, there][near]] * (y[[here, there][near]] / max(line.y[[here, there][near]], 1e-300))
    tangent = x[near] + 2.0 * root[near] * (goal - root[near]) / slope if slope else chord
    guess = tangent if 0.0 < (tangent - x[0]) / width < 1.0 else chord
    reach = max(0.1 * abs(guess - chord), 0.3 * still, 1e-3 * abs(guess - x[near]))
    points = [x[0] + 0.5 * width, chord, guess, guess - reach, guess + reach]
    return [one for one in points if 0.0 < (one - x[0]) / width < 1.0]


def ends(scan: Scan, rise: float) -> Float[np.ndarray, " end"]:
    """Where a scan crosses a rise, between the points on both sides of it."""
    ((_, x),) = scan.grids.items()
    y = scan.values
    cells = np.nonzero((y[:-1] <= rise) != (y[1:] <= rise))[0]
    root, goal = np.sqrt(np.maximum(y, 0.0)), np.sqrt(rise)
    return x[cells] + (x[cells + 1] - x[cells]) * (goal - root[cells]) / (root[cells + 1] - root[cells])


def too_narrow(line: Traced, rises: Sequence[float]) -> InputError:
    """The error for a piece whose ends are never told apart."""
    y, name = line.scaled(), line.name
    at = float(line.x[int(y.argmin())])
    truth = f"An allowed range of {name} near {at:.6g} is too narrow for the digits of a number, or -2 ln L jumps there."
    return InputError(f"intervals.{name}", "ends that do not stand still", truth, "Narrow the box, or shift the origin.")
