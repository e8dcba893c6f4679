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

PROBES = 8  # of the slope in each cell of the grid, where there may be several minima
FINE, COARSE = 1.4, 2.0  # ratios of the distances from a minimum at which the slope, or the profile, is asked
SEARCHES = 8  # for minima, each between the points of those before
ROUNDS = 60  # a bracket is halved in each, if not far better
LOAD = 4_000_000  # numbers of all probes together; large likelihoods are probed less, or not


def refined(likelihood: Likelihood, scan: Scan, rises: Sequence[float]) -> Scan:
    """A scan along one axis with all of its minima, and with points as close as `STILL` around each rise.

    Minima are sought where the slope along the axis changes its sign, between the points of the grid too. From each
    that is low enough a ladder of points leads to its neighbours, so that no piece is lost however narrow it is. Then
    the cells that hold an end are cut until the ends stand still.
    """
    line, rise = Traced(likelihood, scan), max(rises)
    if not scan.searched:
        search(line, rise)
    if not scan.searched or any(cuts(line, one) for one in rises):
        line.add(ladders(line, rise, COARSE))
    for turn in range(ROUNDS):
        wanted = [point for one in rises for point in cuts(line, one)]
        if not wanted:
            return line.all()
        if not line.add(np.array(wanted)) or turn == ROUNDS - 1:
            raise too_narrow(line)
    raise AssertionError


def search(line: Traced, rise: float) -> None:
    """Put every minimum along the line among its points: where its slope changes its sign."""
    best = np.array([line.scan.best.values[line.name]])
    if line.x[0] < best[0] < line.x[-1]:
        line.add(best)
    if line.single:
        return
    turned(line, probes(line))
    for _ in range(SEARCHES):
        if not turned(line, ladders(line, rise, FINE, far=True)):
            return


def probes(line: Traced) -> Float[np.ndarray, " point"]:
    """Points inside the cells of a line."""
    number = min(PROBES, LOAD // (len(line.x) * line.slopes.largest))
    share = np.arange(1, number + 1) / (number + 1)
    return (line.x[:-1, None] + np.diff(line.x)[:, None] * share).ravel()


def turned(line: Traced, probed: Float[np.ndarray, " point"]) -> bool:
    """Find what lies where the slope goes from falling to rising, there too; whether there was anything to find."""
    nuisances = line.between(probed)
    x, every = np.concatenate([line.x, probed]), np.concatenate([line.nuisances, nuisances])
    slope = np.concatenate([line.slope, line.derivatives(probed, nuisances)[0]])
    order = np.argsort(x, kind="stable")
    cells = turns(x[order], slope[order])
    if not len(cells):
        return False
    both = order[np.unique(np.concatenate([cells, cells + 1]))]
    line.add(x[both])
    line.freed(x[both], every[both])
    for _ in range(SEARCHES):  # a step may have led elsewhere: then from nearer by
        cells = turns(line.x, line.slope)
        if not len(cells):
            break
        line.add(0.5 * (line.x[cells] + line.x[cells + 1]))
        cells = turns(line.x, line.slope)
        ends = np.unique(np.concatenate([cells, cells + 1]))
        line.freed(line.x[ends], line.nuisances[ends])
    return True


def turns(x: Float[np.ndarray, " point"], slope: Float[np.ndarray, " point"]) -> np.ndarray:
    """Cells in which the slope goes from falling to rising, but for those that only rounding makes."""
    wide = np.diff(x) > 1e-13 * np.abs(x).max()
    return np.nonzero((slope[:-1] < 0.0) & (slope[1:] > 0.0) & wide)[0]


def ladders(line: Traced, rise: float, ratio: float, far: bool = False) -> Float[np.ndarray, " point"]:
    """Points from what is allowed to neighbours that are not, or that lie beyond a rise, from half a width on.

    With `far` beyond the neighbours, to the ends of the line.
    """
    inside = line.scaled() <= rise
    apart = inside[:-1] & inside[1:] & (line.slope[:-1] >= 0.0) & (line.slope[1:] <= 0.0)
    rightward = np.nonzero((inside[:-1] & ~inside[1:]) | apart)[0]
    leftward = np.nonzero((~inside[:-1] & inside[1:]) | apart)[0] + 1
    begun, aims = np.concatenate([rightward, leftward]), np.concatenate([rightward + 1, leftward - 1])
    if far:
        aims = np.where(aims > begun, len(line.x) - 1, 0)
    gaps = line.x[aims] - line.x[begun]
    shares = np.sqrt(rise / np.maximum(line.bend[begun], 1e-300)) / np.maximum(abs(gaps), 1e-300)
    numbers = (-np.log(np.clip(shares, 1e-12, 1.0)) / np.log(ratio)).astype(int) + 1
    paths = zip(line.x[begun], gaps, numbers, strict=True)
    return np.concatenate([np.zeros(0), *(at + gap * ratio ** -np.arange(1.0, n + 1.0) for at, gap, n in paths)])


def cuts(line: Traced, rise: float) -> list[float]:
    """Where to cut the cells that hold an end and are not yet narrow beside their piece."""
    y = line.scaled()
    inside = y <= rise
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    wanted: list[float] = []
    for first, last in zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True):
        still = STILL * float(line.x[last] - line.x[first])
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
    points = np.sort([x[0] + 0.5 * width, chord, guess, guess - reach, guess + reach])
    least = max(0.1 * still, 1e-3 * min(abs(width), reach))  # closer ones would tell of rounding
    points = points[np.diff(points, prepend=-np.inf) > least]
    chosen = [one for one in points if least < (one - x[0]) * np.sign(width) < abs(width) - least]
    return chosen or [x[0] + 0.5 * width]


def ends(scan: Scan, rise: float) -> Float[np.ndarray, " end"]:
    """Where a scan crosses a rise, between the points on both sides of it."""
    ((_, x),) = scan.grids.items()
    y = scan.values
    cells = np.nonzero((y[:-1] <= rise) != (y[1:] <= rise))[0]
    root, goal = np.sqrt(np.maximum(y, 0.0)), np.sqrt(rise)
    return x[cells] + (x[cells + 1] - x[cells]) * (goal - root[cells]) / (root[cells + 1] - root[cells])


def too_narrow(line: Traced) -> InputError:
    """The error for a piece whose ends are never told apart."""
    y, name = line.scaled(), line.name
    at = float(line.x[int(y.argmin())])
    truth = (
        f"An allowed range of {name} near {at:.6g} is too narrow for the digits of a number, or -2 ln L jumps there."
    )
    return InputError(
        f"intervals.{name}", "ends that do not stand still", truth, "Narrow the box, or shift the origin."
    )
