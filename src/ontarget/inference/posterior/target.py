"""What is sampled: the posterior density of the free parameters in their box, and its modes as fits find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.batch import fit_many, is_convex
from ontarget.inference.fit.fit import spread
from ontarget.inference.likelihood.likelihood import Likelihood, host_priors
from ontarget.inference.likelihood.prior import AbstractPrior, Flat

STARTS = 12  # for each parameter without a prior, and twice as many at least
DEEP = 30.0  # in -2 ln L: a minimum so much higher has a share of less than a millionth
BARRIER = 1.0  # in -2 ln L: chains pass what is lower
MEMBERS = 8  # minima of one mode that are kept: ends and middle of a valley
STEPS = 17  # points on a straight way between two
ROWS = 2048  # points that are computed at once
MANY = 500_000  # counts from which it pays to compile
CELLS = 4096


class Target(Noun):
    r"""The posterior density of the free parameters, flat in the box but for the constraints.

    .. math:: p(\theta\,|\,n) \propto \exp\left[-\tfrac12(-2\ln L)(\theta)\right], \qquad
              \theta_i \in [\mathrm{low}_i, \mathrm{high}_i]

    So the density is flat in each parameter as it is written; that of the logarithm, or of the square, would be another
    statement. The backgrounds of sidebands are at their best for each theta, not integrated over.

    Attributes
    ----------
    likelihood : with its data
    theta : values of all parameters, of which those of the fixed ones are held [parameter]
    places : of the free ones in theta
    minima : of -2 ln L, [minimum free]; lowest first
    depths : -2 ln L there
    modes : the mode of each minimum: those of one mode are not parted by a barrier
    """

    likelihood: Likelihood
    theta: Float[np.ndarray, " parameter"]
    places: tuple[int, ...] = static()
    minima: Float[np.ndarray, "minimum free"]
    depths: Float[np.ndarray, " minimum"]
    modes: tuple[int, ...] = static()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(self.likelihood.names[place] for place in self.places)

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper edges of the free parameters."""
        return _box(self.likelihood, self.places)

    @property
    def number_of_modes(self) -> int:
        """How many modes there are."""
        return max(self.modes) + 1

    @property
    def priors(self) -> list[AbstractPrior]:
        """Of the free parameters, with numpy numbers."""
        every = host_priors(self.likelihood)
        return [every[place] for place in self.places]

    def minus_two_log(self, points: Float[np.ndarray, "point free"]) -> Float[np.ndarray, " point"]:
        """-2 ln L at values of the free parameters."""
        return _values(self.likelihood, self.theta, self.places, points)

    def at_one_point(self) -> Callable[[np.ndarray], float]:
        """-2 ln L of one point [free] after the other, compiled: for samplers that ask so."""
        theta, places = jnp.asarray(self.theta), np.array(self.places)
        run = jax.jit(lambda point: self.likelihood.minus_two_log(theta.at[places].set(point)[None])[0])
        return lambda point: float(run(point))

    def mode_of(self, points: Float[np.ndarray, "point free"]) -> Int[np.ndarray, " point"]:
        """The mode of each point: that to whose nearest minimum the straight way climbs least."""
        if self.number_of_modes == 1:
            return np.zeros(len(points), int)
        width = self.box[1] - self.box[0]
        climbs = []
        for mode in range(self.number_of_modes):
            mine = self.minima[np.array(self.modes) == mode]
            away = (((points[:, None] - mine) / width) ** 2).sum(axis=2)
            climbs.append(climb(self.likelihood, self.theta, self.places, points, mine[away.argmin(axis=1)]))
        return np.argmin(np.stack(climbs), axis=0)

    def prior_mass(self) -> float:
        r"""The logarithm of :math:`\prod_i \int \exp(-\mathrm{pull}_i^2/2)\,d\theta_i` over the box."""
        return float(sum(np.log(table.sum()) for table in self.prior_tables()))

    def prior_tables(self) -> list[np.ndarray]:
        """The constraint of each free parameter integrated over equal cells of its box, [cell] each."""
        tables = []
        for prior, low, high in zip(self.priors, *self.box, strict=True):
            middle = low + (np.arange(CELLS) + 0.5) * (high - low) / CELLS
            with np.errstate(all="ignore"):  # a logarithm of a box's end below zero: such cells have no mass
                density = np.exp(-0.5 * np.asarray(prior.minus_two_log(middle), float))
            tables.append(np.where(np.isfinite(density), density, 0.0) * (high - low) / CELLS)
        return tables


def target(likelihood: Likelihood, fixed: Mapping[str, float] | None = None, *, starts: int = 0) -> Target:
    """The posterior of all parameters but the fixed ones, with its modes.

    Parameters
    ----------
    fixed : values by name
    starts : fits that look for modes, spread over the boxes of parameters without a prior; 24 or more by default
    """
    fixed = dict(fixed or {})
    theta = likelihood.theta(fixed)
    free = [name for name in likelihood.names if name not in fixed]
    if not free:
        raise InputError("fixed", "all parameters", "A posterior is of one or more.", "Leave one free.")
    places = tuple(likelihood.names.index(name) for name in free)
    loose = sum(isinstance(likelihood.parameters[place].prior, Flat) for place in places)
    starts = 1 if is_convex(likelihood, free) else starts or STARTS * max(loose, 2)
    fits = fit_many(likelihood, free, spread(likelihood, free, theta, starts))
    use = fits.converged if fits.converged.any() else np.isfinite(fits.value)
    order = np.argsort(np.where(use, fits.value, np.inf), kind="stable")
    order = order[fits.value[order] < fits.value[order[0]] + DEEP][: int(use.sum())]
    points, depths = _distinct(fits.free[order], fits.value[order], *_box(likelihood, places))
    modes = _parted(likelihood, theta, places, points)
    keep = _kept(modes)
    return Target(likelihood, theta, places, points[keep], depths[keep], tuple(modes[keep].tolist()))


def climb(
    likelihood: Likelihood,
    theta: np.ndarray,
    places: Sequence[int],
    start: Float[np.ndarray, "point free"],
    end: Float[np.ndarray, "point free"],
) -> Float[np.ndarray, " point"]:
    """How much -2 ln L rises, falls not counted, on the straight way from each start to its end."""
    share = np.linspace(0.0, 1.0, STEPS)[:, None, None]
    way = start + share * (end - start)
    values = _values(likelihood, theta, places, way.reshape(-1, way.shape[-1])).reshape(STEPS, -1)
    return np.maximum(np.diff(values, axis=0), 0.0).sum(axis=0)


def _box(likelihood: Likelihood, places: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.asarray(likelihood.expansion.low), np.asarray(likelihood.expansion.high)
    return low[list(places)], high[list(places)]


def _values(likelihood: Likelihood, theta: np.ndarray, places: Sequence[int], points: np.ndarray) -> np.ndarray:
    full = np.repeat(theta[None], len(points), axis=0)
    full[:, list(places)] = points
    if not len(full):
        return np.zeros(0)
    parts = [full[low : low + ROWS] for low in range(0, len(full), ROWS)]
    if full.shape[0] * likelihood.bins < MANY:
        return np.concatenate([likelihood.minus_two_log(part) for part in parts])
    parts[-1] = np.pad(parts[-1], ((0, ROWS - len(parts[-1])), (0, 0)), mode="edge")
    return np.concatenate([np.asarray(_compiled(likelihood, part)) for part in parts])[: len(full)]


@jax.jit
def _compiled(likelihood: Likelihood, theta: Any) -> Any:
    return likelihood.minus_two_log(theta)


def _distinct(
    points: np.ndarray, depths: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Without those that are the same within a thousandth of the box; the lowest of each stays."""
    seen = np.round((points - low) / (high - low), 3)
    first = np.sort(np.unique(seen, axis=0, return_index=True)[1])
    return points[first], depths[first]


def _parted(likelihood: Likelihood, theta: np.ndarray, places: Sequence[int], points: np.ndarray) -> np.ndarray:
    """The mode of each minimum, numbered from the lowest: joined are those with no barrier on the way."""
    count = len(points)
    i, j = np.triu_indices(count, 1)
    there = climb(likelihood, theta, places, points[i], points[j])
    back = climb(likelihood, theta, places, points[j], points[i])
    modes = np.arange(count)
    for one, other in zip(*(each[np.minimum(there, back) < BARRIER] for each in (i, j)), strict=True):
        low, high = sorted((modes[one], modes[other]))
        modes[modes == high] = low
    return np.unique(modes, return_inverse=True)[1]


def _kept(modes: np.ndarray) -> np.ndarray:
    """Places of at most `MEMBERS` minima of each mode."""
    every = [np.nonzero(modes == mode)[0] for mode in range(modes.max() + 1)]
    return np.concatenate([one[np.unique(np.linspace(0, len(one) - 1, MEMBERS).astype(int))] for one in every])
