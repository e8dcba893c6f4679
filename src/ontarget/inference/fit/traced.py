"""A profile likelihood along one axis, to which points are added wherever they are wanted."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.inference.fit.batch import SCAN, Fits, fit_many, is_convex
from ontarget.inference.fit.fit import spread
from ontarget.inference.fit.profile import SEEDS, Scan, choose
from ontarget.inference.fit.profile_slopes import SAME, ProfileSlopes
from ontarget.inference.likelihood.likelihood import Likelihood


class Traced:
    """Points of a scan along one axis, from low to high, and more of them.

    Attributes
    ----------
    x, y : the axis, and -2 ln L above the scan's minimum [point]
    slope, bend : first and second derivative along the axis [point]
    nuisances : profiled values [point, free]
    converged, at_edge : [point]
    """

    def __init__(self, likelihood: Likelihood, scan: Scan) -> None:
        ((self.name, grid),) = scan.grids.items()
        self.likelihood, self.scan, self.place = likelihood, scan, likelihood.names.index(self.name)
        self.free = [name for name in likelihood.names if name in scan.nuisances]
        self.places = [likelihood.names.index(name) for name in self.free]
        self.theta = np.array([scan.best.values[name] for name in likelihood.names])
        self.zero = scan.best.minimum
        self.convex = is_convex(likelihood, self.free)
        self.single = is_convex(likelihood, [*self.free, self.name])
        self.slopes = ProfileSlopes(likelihood, self.places, [self.place], self.theta)
        self.x, self.y = np.asarray(grid, float), np.asarray(scan.raw, float)
        columns = [np.asarray(scan.nuisances[name]) for name in self.free]
        self.nuisances = np.stack(columns, axis=1) if columns else np.zeros((len(self.x), 0))
        self.converged, self.at_edge = np.asarray(scan.converged), np.asarray(scan.at_edge)
        self.slope, self.bend = self.derivatives(self.x, self.nuisances)

    def thetas(self, x: Float[np.ndarray, " point"], nuisances: Float[np.ndarray, "point free"]) -> np.ndarray:
        """All parameters there [point, parameter]."""
        thetas = np.repeat(self.theta[None], len(x), axis=0)
        thetas[:, self.place], thetas[:, self.places] = x, nuisances
        return thetas

    def derivatives(
        self, x: Float[np.ndarray, " point"], nuisances: Float[np.ndarray, "point free"]
    ) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
        """First and second derivative of the profile along the axis."""
        slope, bend = self.slopes(self.thetas(x, nuisances))
        return slope[:, 0], bend[:, 0]

    def between(self, x: Float[np.ndarray, " point"]) -> np.ndarray:
        """Nuisances between those known [point, free]."""
        columns = [np.interp(x, self.x, column) for column in self.nuisances.T]
        return np.stack(columns, axis=1) if columns else np.zeros((len(x), 0))

    def add(self, x: Float[np.ndarray, " point"]) -> bool:
        """Profile at further points, from the solutions of their neighbours; whether there were any new ones."""
        x = np.setdiff1d(x, self.x)
        if not len(x):
            return False
        right = np.clip(np.searchsorted(self.x, x), 1, len(self.x) - 1)
        starts = [self.between(x)]
        if not self.convex:
            starts += [self.nuisances[right - 1], self.nuisances[right], *self.seeds(len(x))]
        every = np.concatenate([self.thetas(x, one) for one in starts])
        fits = fit_many(self.likelihood, self.free, every, few=len(starts) * SCAN)
        cuts = [slice(i * len(x), (i + 1) * len(x)) for i in range(len(starts))]
        self.join(x, choose([Fits(*(one[cut] for one in fits)) for cut in cuts]))
        return True

    def seeds(self, points: int) -> list[np.ndarray]:
        """Starting points over the boxes of the nuisances, the same at all points."""
        seeds = np.unique(spread(self.likelihood, self.free, self.theta, SEEDS)[:, self.places], axis=0)
        return [np.repeat(one[None], points, axis=0) for one in seeds]

    def join(self, x: Float[np.ndarray, " point"], fits: Fits, flat: bool = False) -> None:
        """Put fits at these points, minima if `flat`, between the others; of two at one point the lower stays."""
        value = np.concatenate([self.y, fits.value - self.zero])
        every = np.concatenate([self.x, x])
        order = np.lexsort((value, every))
        order = order[np.concatenate([[True], np.diff(every[order]) > 0])]

        def joined(old: np.ndarray, new: np.ndarray) -> np.ndarray:
            return np.concatenate([old, new])[order]

        slope, bend = self.derivatives(x, fits.free)
        self.slope, self.bend = joined(self.slope, 0.0 * slope if flat else slope), joined(self.bend, bend)
        self.x, self.y = every[order], value[order]
        self.nuisances = joined(self.nuisances, fits.free)
        self.converged, self.at_edge = joined(self.converged, fits.converged), joined(self.at_edge, fits.at_edge)
        lowest = int(self.y.argmin())
        if self.y[lowest] < 0.0:
            self.lower(lowest)

    def lower(self, point: int) -> None:
        """A point lies below the scan's minimum: it is the minimum now."""
        theta = self.thetas(self.x[point : point + 1], self.nuisances[point : point + 1])[0]
        values = dict(zip(self.likelihood.names, theta.tolist(), strict=True))
        self.zero += float(self.y[point])
        self.y = self.y - self.y[point]
        best = dataclasses.replace(self.scan.best, values=values, minimum=self.zero)
        self.scan = dataclasses.replace(self.scan, best=best)

    def freed(self, x: Float[np.ndarray, " point"], nuisances: Float[np.ndarray, "point free"]) -> None:
        """Fit with the axis free from these points; minima inside the grid join the points."""
        if not len(x):
            return
        fits = fit_many(self.likelihood, [*self.free, self.name], self.thetas(x, nuisances), few=SCAN)
        at = fits.free[:, -1]
        found = Fits(*(one[np.argsort(at, kind="stable")] for one in fits))
        at = found.free[:, -1]
        bend = self.derivatives(at, found.free[:, :-1])[1]
        near = SAME / np.sqrt(np.maximum(bend, 1e-300))
        known = self.x[self.slope == 0.0]
        new = found.converged & (at > self.x[0]) & (at < self.x[-1]) & (np.diff(at, prepend=-np.inf) > near)
        if len(known):
            new &= np.abs(at[:, None] - known).min(axis=1) > near
        some = Fits(*(one[new] for one in found))
        self.join(at[new], some._replace(free=some.free[:, :-1]), flat=True)

    def scaled(self) -> Float[np.ndarray, " point"]:
        """-2 ln L in the units of the scan: those of its critical values, if it has some."""
        critical = self.scan.critical
        return self.y if critical is None else self.y * critical(self.x)

    def all(self) -> Scan:
        """The scan with all points."""
        nuisances = {name: self.nuisances[:, column] for column, name in enumerate(self.free)}
        found: dict[str, Any] = {"converged": self.converged, "at_edge": self.at_edge, "searched": True}
        return dataclasses.replace(
            self.scan, grids={self.name: self.x}, values=self.scaled(), nuisances=nuisances, **found
        )
