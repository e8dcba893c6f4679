"""Points where a scan of a plane needs them: around every minimum that is allowed, and along the edge of the region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.errors import InputError
from ontarget.inference.fit.batch import SCAN, Fits, fit_many, is_convex
from ontarget.inference.fit.fit import spread
from ontarget.inference.fit.profile import SEEDS, Scan, choose
from ontarget.inference.fit.profile_slopes import ProfileSlopes
from ontarget.inference.likelihood.likelihood import Likelihood

NARROW = 3.0  # cells at least in half of a piece
STRAIGHT = 1.5e-3  # of half of a piece: how far the edge may lie from a straight line across a cell
LEVELS = 24  # halvings of a cell at most
MOST = 4_000_000  # points of the grid that the region is drawn on
FITS = 200_000  # further points at most
STARTS = 200  # fits with both axes free


class RegionGrid(NamedTuple):
    """-2 ln L over a plane, calibrated as its scan is, on lines that lie closer where the region has its edge.

    x, y : the lines; values : [x y], fitted along the edge, and elsewhere bilinear between the points of the scan.
    """

    x: Float[np.ndarray, " x"]
    y: Float[np.ndarray, " y"]
    values: Float[np.ndarray, "x y"]


def refined_plane(likelihood: Likelihood, scan: Scan, rise: float) -> RegionGrid:
    """A scan of a plane with the edge of the region below a rise resolved.

    Minima of the plane, and of each line of the grid between its points, say which cells hold a part of the region that
    no point of the grid lies in. These and all cells that the edge passes through are halved until there are `NARROW`
    of them in half the width of the region along both axes, and the edge is as good as straight in each.
    """
    mesh = Mesh(likelihood, scan)
    open_cells = np.ones((len(mesh.x) - 1, len(mesh.y) - 1), bool)
    minima = mesh.minima(rise)
    for _ in range(LEVELS):
        wanted = mesh.wanted(open_cells, rise, minima)
        if not wanted.any():
            return RegionGrid(mesh.x, mesh.y, mesh.values)
        open_cells = mesh.halve(wanted, rise)
    raise too_thin(scan)


class Mesh:
    """Lines of a plane, the points that were fitted, and those that lie between them.

    Attributes
    ----------
    x, y, values : as of a `RegionGrid`
    slot : number of the fit at each point, -1 where there is none [x y]
    thetas, slope, bend : all parameters of each fit [fit parameter], and derivatives along both axes [fit axis]
    """

    def __init__(self, likelihood: Likelihood, scan: Scan) -> None:
        self.likelihood, self.scan = likelihood, scan
        self.names = list(scan.grids)
        self.axes = [likelihood.names.index(name) for name in self.names]
        self.free = [name for name in likelihood.names if name in scan.nuisances]
        self.places = [likelihood.names.index(name) for name in self.free]
        self.theta = np.array([scan.best.values[name] for name in likelihood.names])
        self.convex = is_convex(likelihood, self.free)
        self.x, self.y = (np.asarray(grid, float) for grid in scan.grids.values())
        self.values = np.asarray(scan.values, float)
        self.slot = np.arange(self.values.size).reshape(self.values.shape)
        mesh = np.stack([one.ravel() for one in np.meshgrid(self.x, self.y, indexing="ij")], axis=1)
        self.thetas = np.repeat(self.theta[None], len(mesh), axis=0)
        self.thetas[:, self.axes] = mesh
        for name, place in zip(self.free, self.places, strict=True):
            self.thetas[:, place] = np.asarray(scan.nuisances[name]).ravel()
        self.slopes = ProfileSlopes(likelihood, self.places, self.axes, self.theta)
        self.slope, self.bend = self.slopes(self.thetas)

    def minima(self, rise: float) -> Float[np.ndarray, "minimum axis"]:
        """Minima of the plane that are allowed: the best fit, and those found from the lowest points of the grid."""
        padded = np.pad(self.values, 1, constant_values=np.inf)
        rows, columns = self.values.shape
        around = [
            padded[1 + i : 1 + i + rows, 1 + j : 1 + j + columns] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
        ]
        low = self.slot[(self.values <= np.min(around, axis=0)) & (self.values > rise)]
        best = self.within(self.theta[self.axes][None])
        if not len(low) or is_convex(self.likelihood, [*self.free, *self.names]):
            return best
        starts = self.thetas[low[np.argsort(self.values.ravel()[low])][:STARTS]]
        fits = fit_many(self.likelihood, [*self.free, *self.names], starts, few=SCAN)
        points = fits.free[:, len(self.free) :]
        inside = fits.converged & (self.scaled(fits.value, points) <= rise)
        return np.concatenate([best, self.within(points[inside])])

    def within(self, points: Float[np.ndarray, "point axis"]) -> Float[np.ndarray, "_ axis"]:
        """Those of some points that lie in the plane."""
        low, high = np.array([self.x[0], self.y[0]]), np.array([self.x[-1], self.y[-1]])
        return points[((points >= low) & (points <= high)).all(axis=1)]

    def scaled(self, value: Float[np.ndarray, " point"], points: Float[np.ndarray, "point axis"]) -> np.ndarray:
        """-2 ln L above the scan's minimum, calibrated as the scan is."""
        above = value - self.scan.best.minimum
        return above if self.scan.critical is None else above * self.scan.critical(*points.T)

    def wanted(
        self, cells: Bool[np.ndarray, "i j"], rise: float, minima: Float[np.ndarray, "minimum axis"]
    ) -> Bool[np.ndarray, "i j"]:
        """Which of some cells are to be halved."""
        inside = self.values <= rise
        mixed = cells & self.crossed(rise)
        outside = cells & ~mixed & ~inside[:-1, :-1]
        found = np.zeros_like(cells)
        found[mixed] = self.coarse(mixed, rise)
        for point in minima:
            place = [
                np.searchsorted(line, at, side="right") - 1 for line, at in zip((self.x, self.y), point, strict=True)
            ]
            i, j = (int(np.clip(one, 0, size - 1)) for one, size in zip(place, cells.shape, strict=True))
            found[i, j] |= outside[i, j]
        return found | (outside & self.hidden(outside, rise))

    def coarse(self, mixed: Bool[np.ndarray, "i j"], rise: float) -> Bool[np.ndarray, " cell"]:
        r"""Whether cells that the edge passes through are wide beside the region, or the edge bends within them.

        Its half width is 2 rise / slope. The root z of -2 ln L, along which lines between points are straight, is
        straight itself across a band, and bends by :math:`z'' = (y'' - y'^2/2y)/2z`.
        """
        i, j = np.nonzero(mixed)
        corners = np.stack([self.slot[i, j], self.slot[i + 1, j], self.slot[i, j + 1], self.slot[i + 1, j + 1]])
        widths = np.stack([np.diff(self.x)[i], np.diff(self.y)[j]], axis=1)
        y = self.values[np.stack([i, i + 1, i, i + 1]), np.stack([j, j, j + 1, j + 1])][..., None]
        factor, safe = self.factor(corners)[..., None], np.maximum(y, 1e-3 * rise)
        slope, bend = self.slope[corners] * factor, self.bend[corners] * factor
        # the slope at the edge, were -2 ln L a parabola: it grows as the root
        wide = widths * (np.abs(slope) * np.sqrt(rise / safe)).mean(axis=0) * NARROW > 2.0 * rise
        turn = np.where(y > 0.1 * rise, np.abs(bend - slope**2 / (2.0 * safe)) / (2.0 * np.sqrt(safe)), 0.0)
        return (wide | (turn.max(axis=0) * widths**2 / 8.0 > STRAIGHT * np.sqrt(rise))).any(axis=1)

    def factor(self, slots: Int[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """By what slopes are calibrated."""
        if self.scan.critical is None:
            return np.ones(slots.shape)
        return self.scan.critical(*(self.thetas[slots, place] for place in self.axes))

    def hidden(self, outside: Bool[np.ndarray, "i j"], rise: float) -> Bool[np.ndarray, "i j"]:
        """Cells with corners outside of the region and an edge that passes through it."""
        found = np.zeros_like(outside)
        for axis in (0, 1):
            cells = outside.swapaxes(0, axis)  # [along across]
            slot, values, hold = self.slot.swapaxes(0, axis), self.values.swapaxes(0, axis), found.swapaxes(0, axis)
            beside = np.zeros((cells.shape[0], cells.shape[1] + 1), bool)
            beside[:, :-1] |= cells
            beside[:, 1:] |= cells
            slope = np.where(slot >= 0, self.slope[slot, axis], 0.0)
            turn = beside & (slope[:-1] < 0.0) & (slope[1:] > 0.0) & (slot[:-1] >= 0) & (slot[1:] >= 0)
            i, j = np.nonzero(turn & (values[:-1] > rise) & (values[1:] > rise))
            if not len(i):
                continue
            low = self.along(axis, slot[i, j], slot[i + 1, j]) <= rise
            for shift in (0, -1):
                mine = low & (j + shift >= 0) & (j + shift < cells.shape[1])
                hold[i[mine], j[mine] + shift] = True
        return found

    def along(self, axis: int, first: Int[np.ndarray, " edge"], last: Int[np.ndarray, " edge"]) -> np.ndarray:
        """-2 ln L at the lowest point of edges between two fits; infinite where it is not between them."""
        one, other = self.slope[first, axis], self.slope[last, axis]
        share = np.clip(one / (one - other), 0.0, 1.0)[:, None]
        starts = self.thetas[first] * (1.0 - share) + self.thetas[last] * share
        name, place = self.names[axis], self.axes[axis]
        fits = fit_many(self.likelihood, [*self.free, name], starts, few=SCAN)
        at, points = fits.free[:, -1], starts[:, self.axes]
        points[:, axis] = at
        between = (at > self.thetas[first, place]) & (at < self.thetas[last, place]) & fits.converged
        return np.where(between, self.scaled(fits.value, points), np.inf)

    def halve(self, wanted: Bool[np.ndarray, "i j"], rise: float) -> Bool[np.ndarray, "k l"]:
        """Cut cells in four, with fits at the new corners; the lines through them cross the whole plane.

        The new cells, and neighbours whose edges the region turns out to cross.
        """
        before = self.crossed(rise)
        old_x, old_y = self.x, self.y
        self.x, keep_x, of_x = split(old_x, np.asarray(wanted.any(axis=1)))
        self.y, keep_y, of_y = split(old_y, np.asarray(wanted.any(axis=0)))
        if len(self.x) * len(self.y) > MOST:
            raise too_thin(self.scan)
        rows = np.stack([np.interp(self.x, old_x, column) for column in self.values.T], axis=1)
        self.values = np.stack([np.interp(self.y, old_y, row) for row in rows])
        slot = np.full(self.values.shape, -1)
        slot[np.ix_(keep_x, keep_y)] = self.slot
        self.slot = slot
        children, known = wanted[np.ix_(of_x, of_y)], before[np.ix_(of_x, of_y)]
        self.fit_corners(children)
        beside = ~children & ~known & self.crossed(rise)
        self.fit_corners(beside)
        return children | beside

    def crossed(self, rise: float) -> Bool[np.ndarray, "i j"]:
        """Cells with corners on both sides of the edge of the region."""
        inside = self.values <= rise
        corners = np.stack([inside[:-1, :-1], inside[1:, :-1], inside[:-1, 1:], inside[1:, 1:]])
        return np.asarray(corners.any(axis=0) & ~corners.all(axis=0))

    def fit_corners(self, cells: Bool[np.ndarray, "i j"]) -> None:
        """Profile at those corners of some cells that were not fitted."""
        corners = np.zeros(self.values.shape, bool)
        for i in (slice(None, -1), slice(1, None)):
            for j in (slice(None, -1), slice(1, None)):
                corners[i, j] |= cells
        new = np.nonzero(corners & (self.slot < 0))
        if len(new[0]):
            self.fit(*new)

    def fit(self, i: Int[np.ndarray, " point"], j: Int[np.ndarray, " point"]) -> None:
        """Profile at points of the mesh, from the nuisances of fits nearby."""
        if len(self.thetas) + len(i) - self.scan.values.size > FITS:
            raise too_thin(self.scan)
        near = self.neighbours(i, j)
        starts = [self.thetas[near].mean(axis=0)]
        if not self.convex:
            seeds = np.unique(spread(self.likelihood, self.free, self.theta, SEEDS)[:, self.places], axis=0)
            starts += [*self.thetas[near]]
            for seed in seeds:
                starts.append(starts[0].copy())
                starts[-1][:, self.places] = seed
        for one in starts:
            one[:, self.axes[0]], one[:, self.axes[1]] = self.x[i], self.y[j]
        fits = fit_many(self.likelihood, self.free, np.concatenate(starts), few=len(starts) * SCAN)
        cuts = [slice(k * len(i), (k + 1) * len(i)) for k in range(len(starts))]
        best = choose([Fits(*(one[cut] for one in fits)) for cut in cuts])
        thetas = starts[0]
        thetas[:, self.places] = best.free
        slope, bend = self.slopes(thetas)
        self.slot[i, j] = len(self.thetas) + np.arange(len(i))
        self.values[i, j] = self.scaled(best.value, thetas[:, self.axes])
        self.thetas, self.slope = np.concatenate([self.thetas, thetas]), np.concatenate([self.slope, slope])
        self.bend = np.concatenate([self.bend, bend])

    def neighbours(self, i: Int[np.ndarray, " point"], j: Int[np.ndarray, " point"]) -> Int[np.ndarray, "2 point"]:
        """Two fits on opposite sides of each new point: along x, along y, or across the cell."""
        rows, columns = self.slot.shape
        found = np.full((2, len(i)), -1)
        for di, dj in ((1, 0), (0, 1), (1, 1)):
            low = np.maximum(i - di, 0), np.maximum(j - dj, 0)
            high = np.minimum(i + di, rows - 1), np.minimum(j + dj, columns - 1)
            pair = np.stack([self.slot[low], self.slot[high]])
            found = np.where((found < 0).any(axis=0) & (pair >= 0).all(axis=0), pair, found)
        lone = (found < 0).any(axis=0)
        if lone.any():  # beside a cell that was cut: the nearest fit along its line
            found[:, lone] = np.argmin(np.abs(self.thetas[None, :, self.axes[0]] - self.x[i[lone], None]), axis=1)
        return found


def split(line: Float[np.ndarray, " point"], wanted: Bool[np.ndarray, " cell"]) -> tuple[np.ndarray, ...]:
    """A line with the middles of some cells, where its points went, and the old cell of each new one."""
    new = np.sort(np.concatenate([line, 0.5 * (line[:-1] + line[1:])[wanted]]))
    cells = np.repeat(np.arange(len(wanted)), np.where(wanted, 2, 1))
    return new, np.searchsorted(new, line), cells


def too_thin(scan: Scan) -> InputError:
    """The error for a region whose edge no affordable grid resolves."""
    first, second = scan.grids
    truth = f"The region of {first} and {second} is too thin for its box to be drawn to 1e-3 of its width."
    return InputError(
        "contour", f"a grid of {' x '.join(map(str, scan.values.shape))} points", truth, "Narrow the box."
    )


def area_below(grid: RegionGrid, rise: float) -> float:
    """The share of a plane below a rise: cells by how much of them straight lines between their corners cut off."""
    value = np.sqrt(np.maximum(grid.values, 0.0)) - np.sqrt(rise)
    corners = np.stack([value[:-1, :-1], value[1:, :-1], value[1:, 1:], value[:-1, 1:]])
    centre = corners.mean(axis=0)
    share = np.zeros_like(centre)
    for k in range(4):  # four triangles between the centre and two corners
        share += 0.25 * triangle_below(np.stack([centre, corners[k], corners[(k + 1) % 4]]))
    area = np.diff(grid.x)[:, None] * np.diff(grid.y)
    return float((share * area).sum() / area.sum())


def triangle_below(value: Float[np.ndarray, "3 *cell"]) -> Float[np.ndarray, "*cell"]:
    """The share of a triangle in which a plane through its corners is below zero."""
    low, middle, high = np.sort(value, axis=0)
    one = np.where((low < 0) & (middle >= 0), low**2 / np.maximum((middle - low) * (high - low), 1e-300), 0.0)
    two = np.where((middle < 0) & (high >= 0), 1.0 - high**2 / np.maximum((high - low) * (high - middle), 1e-300), 0.0)
    return one + two + (high < 0)
