"""Profile likelihoods on grids: at each point the lowest -2 ln L over everything that is not on an axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import map_coordinates

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.batch import SCAN, Fits, fit_many, is_convex
from ontarget.inference.fit.fallback import rescue
from ontarget.inference.fit.fit import Fit, fit, spread
from ontarget.inference.likelihood.likelihood import Likelihood

SEEDS = 6
SWEEPS = 30
GAIN = 1e-5  # in -2 ln L: a neighbour's solution counts as better from here on


class Critical(Noun):
    """How large -2 ln L may become over the points of a grid; linear between them along each axis.

    Attributes
    ----------
    grids : the axes, by name
    values : what is critical [axis, ...]
    rise : the quantile of chi squared that takes its place in calibrated scans
    """

    grids: dict[str, Float[np.ndarray, " _"]]
    values: Float[np.ndarray, "..."]
    rise: float = static()

    def __call__(self, *points: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """By what -2 ln L is multiplied at points, one array for each axis, all of one shape."""
        axes = [np.asarray(one) for one in self.grids.values()]
        if len(axes) == 1:
            return self.rise / np.interp(points[0], axes[0], self.values)
        places = [np.interp(one, axis, np.arange(len(axis))) for one, axis in zip(points, axes, strict=True)]
        return self.rise / map_coordinates(np.asarray(self.values), places, order=1, mode="nearest")


class Scan(Noun):
    """A profile likelihood on a grid.

    Attributes
    ----------
    grids : the axes, by name
    values : -2 ln L above the global minimum [axis, ...]
    nuisances : profiled values of the other free parameters, by name [axis, ...]
    converged, at_edge : [axis, ...]; at_edge means that a profiled parameter stopped at an edge of its box
    best : the global best fit, over the whole box
    message : a sentence where something is to be known, else empty
    likelihood : of which this is the profile; `intervals` and `contour` ask it between the points of the grid. Without
        one they take the points as they are
    critical : by which the values are calibrated, if they are
    searched : whether all minima are among the points
    """

    grids: dict[str, Float[np.ndarray, " _"]]
    values: Float[np.ndarray, "..."]
    nuisances: dict[str, Float[np.ndarray, "..."]]
    converged: Bool[np.ndarray, "..."]
    at_edge: Bool[np.ndarray, "..."]
    best: Fit
    message: str = static()
    likelihood: Likelihood | None = None
    critical: Critical | None = None
    searched: bool = static(default=False)

    @property
    def raw(self) -> Float[np.ndarray, "..."]:
        """-2 ln L above the global minimum, also where `values` are calibrated."""
        if self.critical is None:
            return self.values
        return self.values / self.critical(*np.meshgrid(*self.grids.values(), indexing="ij"))


def profile(
    likelihood: Likelihood,
    grids: Mapping[str, Any],
    *,
    fixed: Mapping[str, float] | None = None,
    seeds: int = SEEDS,
    progress: Callable[[float], None] | None = None,
) -> Scan:
    """Profile -2 ln L on the grid spanned by one or more parameters.

    Where the counts are affine in all that is profiled, each point is fitted once. Elsewhere there may be several
    minima: each point starts from several seeds, then from its neighbours' solutions until none is lower.

    Parameters
    ----------
    grids : values along each axis, by name of the parameter
    fixed : parameters that are neither on an axis nor profiled
    seeds : starting points per grid point
    progress : called with the fraction of the first pass done; an exception in it stops the scan
    """
    axes = {name: np.asarray(grid, float).ravel() for name, grid in grids.items()}
    fixed = dict(fixed or {})
    theta = likelihood.theta(fixed)
    _check(likelihood, axes, fixed)
    shape = tuple(len(grid) for grid in axes.values())
    free = [name for name in likelihood.names if name not in axes and name not in fixed]
    thetas = np.repeat(theta[None], int(np.prod(shape)), axis=0)
    for name, mesh in zip(axes, np.meshgrid(*axes.values(), indexing="ij"), strict=True):
        thetas[:, likelihood.names.index(name)] = mesh.ravel()
    fits = lowest(likelihood, free, thetas, shape, seeds, progress)
    best = _global(likelihood, free, fits, thetas, shape, fixed)
    places = [likelihood.names.index(name) for name in free]
    minimum = min(best.minimum, float(fits.value.min()))
    failed = int((~fits.converged).sum())
    sentence = f"{failed} of {len(thetas)} points did not converge; they hold the lowest value met." if failed else ""
    return Scan(
        axes,
        (fits.value - minimum).reshape(shape),
        {likelihood.names[place]: fits.free[:, i].reshape(shape) for i, place in enumerate(places)},
        fits.converged.reshape(shape),
        fits.at_edge.reshape(shape),
        best,
        " ".join(one for one in (sentence, best.message) if one),
        likelihood,
    )


def _check(likelihood: Likelihood, axes: Mapping[str, np.ndarray], fixed: Mapping[str, float]) -> None:
    likelihood.check_names(axes)
    for name, grid in axes.items():
        if name in fixed:
            raise InputError(f"profile.{name}", "an axis that is also fixed", "", "Leave it out of one of the two.")
        if len(grid) < 2 or not (np.diff(grid) > 0).all():
            got = f"a grid of {len(grid)} values" if len(grid) < 2 else "a grid that does not rise"
            raise InputError(f"profile.{name}", got, "A grid is two or more rising values.", "Sort it.")
        low, high = float(grid[0]), float(grid[-1])
        for value in (low, high):
            likelihood.theta({name: value})  # refuses what lies outside the box
    if not axes:
        raise InputError("profile", "no axis", "A profile has one or more.", "Name a parameter and its grid.")


def lowest(
    likelihood: Likelihood,
    free: Sequence[str],
    thetas: Float[np.ndarray, "point parameter"],
    shape: tuple[int, ...] | None = None,
    seeds: int = SEEDS,
    progress: Callable[[float], None] | None = None,
) -> Fits:
    """The lowest fit found at every point, over several starts and, on a grid of this shape, neighbours' solutions."""
    if not free or is_convex(likelihood, free):
        fits = fit_many(likelihood, free, thetas, progress=progress, few=SCAN)
        return fits if fits.converged.all() else rescue(likelihood, free, thetas, fits)
    places = [likelihood.names.index(name) for name in free]
    starts = spread(likelihood, free, thetas[0], seeds)[:, places]
    starts = starts[np.sort(np.unique(starts, axis=0, return_index=True)[1])]  # all alike where all have priors
    count = len(thetas)
    many = np.repeat(thetas[None], len(starts), axis=0)
    many[:, :, places] = starts[:, None, :]
    starting = many.reshape(-1, thetas.shape[1])
    every = fit_many(likelihood, free, starting, progress=progress, few=len(starts) * SCAN)
    parts = [slice(i * count, (i + 1) * count) for i in range(len(starts))]
    fits = choose([Fits(*(one[part] for one in every)) for part in parts])
    if shape is not None:
        fits = _sweep(likelihood, free, thetas, shape, fits)
    return fits if fits.converged.all() else rescue(likelihood, free, thetas, fits)


def choose(several: Sequence[Fits]) -> Fits:
    """Point by point the lowest; among equals one that converged."""
    value = np.stack([one.value for one in several])
    rank = np.where(np.stack([one.converged for one in several]), value, value + GAIN / 10)
    pick = np.argmin(rank, axis=0)
    every = np.arange(value.shape[1])
    return Fits(*(np.stack(one)[pick, every] for one in zip(*several, strict=True)))


def _sweep(likelihood: Likelihood, free: Sequence[str], thetas: np.ndarray, shape: tuple[int, ...], fits: Fits) -> Fits:
    """Hand solutions on to neighbours along every axis, as long as somewhere that leads lower."""
    places = [likelihood.names.index(name) for name in free]
    index = np.arange(len(thetas)).reshape(shape)
    pairs = []
    for axis in range(len(shape)):
        left, right = np.moveaxis(index, axis, 0)[:-1].ravel(), np.moveaxis(index, axis, 0)[1:].ravel()
        pairs += [np.stack([left, right]), np.stack([right, left])]
    giver, taker = np.concatenate(pairs, axis=1)
    changed = np.ones(len(thetas), bool)
    for _ in range(SWEEPS):
        # a solution much like the one already there would lead to the same minimum
        width = np.asarray(likelihood.expansion.high - likelihood.expansion.low)[places]
        other = (np.abs(fits.free[giver] - fits.free[taker]) > 0.02 * width).any(axis=1) | ~fits.converged[taker]
        use = changed[giver] & other
        if not use.any():
            break
        starts = thetas[taker[use]].copy()
        starts[:, places] = fits.free[giver[use]]
        new = fit_many(likelihood, free, starts, few=SCAN)
        arrays, changed = [one.copy() for one in fits], np.zeros(len(thetas), bool)
        order = np.argsort(-new.value, kind="stable")  # the lowest is written last
        points = taker[use][order]
        better = new.value[order] < fits.value[points] - GAIN
        for array, one in zip(arrays, new, strict=True):
            array[points[better]] = one[order][better]
        changed[points[better]] = True
        fits = Fits(*arrays)
    return fits


def _global(
    likelihood: Likelihood,
    free: Sequence[str],
    fits: Fits,
    thetas: np.ndarray,
    shape: tuple[int, ...],
    fixed: Mapping[str, float],
) -> Fit:
    """The best fit with the axes free as well, started from the lowest points of the grid too."""
    lowest = np.argsort(fits.value, kind="stable")[:4]
    extra = thetas[lowest].copy()
    extra[:, [likelihood.names.index(name) for name in free]] = fits.free[lowest]
    return fit(likelihood, fixed, starts=4, extra=extra)
