"""The best fit: the lowest minimum over several starts, its errors, and a sentence where something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.batch import fit_many, is_convex
from ontarget.inference.fit.fallback import rescue
from ontarget.inference.fit.fisher import gradient, hessian, invert
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.prior import Flat
from ontarget.numerics.lattice import recurrence

STARTS = 12
SLOPE = 1e-3  # of -2 ln L across a box: less holds nothing at its edge


class Fit(Noun):
    """Where -2 ln L is lowest.

    Attributes
    ----------
    values : of every parameter, fixed ones included, by name
    errors : one standard deviation of the free ones; infinite where the data do not determine one, which they do not
        where it would be larger than the box
    covariance : [free, free], in the order of `errors`; infinite on the diagonal where `errors` are
    minimum : -2 ln L there
    converged : whether it is a minimum by the vertical distance
    at_edge : names of the parameters that stopped at an edge of their box
    message : a sentence where something is to be known, else empty
    """

    values: dict[str, float] = static()
    errors: dict[str, float] = static()
    covariance: Float[np.ndarray, "free free"]
    minimum: float = static()
    converged: bool = static()
    at_edge: tuple[str, ...] = static()
    message: str = static()


def fit(
    likelihood: Likelihood,
    fixed: Mapping[str, float] | None = None,
    *,
    starts: int = STARTS,
    extra: Float[np.ndarray, "start parameter"] | None = None,
) -> Fit:
    """The global best fit of all parameters but the fixed ones.

    Parameters
    ----------
    fixed : values by name
    starts : points to start from, if -2 ln L may have several minima: the likelihood's start and others spread over
        the boxes of the parameters without a prior
    extra : further starting points
    """
    fixed = dict(fixed or {})
    theta = likelihood.theta(fixed)
    free = [name for name in likelihood.names if name not in fixed]
    seeds = spread(likelihood, free, theta, 1 if is_convex(likelihood, free) else starts)
    if extra is not None:
        extra = np.asarray(extra, float).copy()
        columns = [likelihood.names.index(name) for name in fixed]
        extra[:, columns] = theta[columns]
        seeds = np.concatenate([seeds, extra])
    fits = fit_many(likelihood, free, seeds)
    # starts that failed matter only if they are lower than all that did not
    lower = ~fits.converged & (fits.value < np.where(fits.converged, fits.value, np.inf).min())
    fits = rescue(likelihood, free, seeds, fits, lower)
    best = int(np.argmin(np.where(fits.converged, fits.value, fits.value + 1e-6)))  # among equals one that converged
    found = theta.copy()
    places = [likelihood.names.index(name) for name in free]
    found[places] = fits.free[best]
    return _report(likelihood, free, found, float(fits.value[best]), bool(fits.converged[best]))


def spread(likelihood: Likelihood, free: Sequence[str], theta: np.ndarray, starts: int) -> np.ndarray:
    """Starting points: theta itself, and others evenly in the boxes of free parameters without a prior."""
    seeds = np.repeat(theta[None], starts, axis=0)
    loose = [i for i, one in enumerate(likelihood.parameters) if one.name in free and isinstance(one.prior, Flat)]
    if loose and starts > 1:
        unit = recurrence(0, starts - 1, len(loose))
        low, high = (np.asarray(one)[loose] for one in (likelihood.expansion.low, likelihood.expansion.high))
        seeds[1:, loose] = low + unit * (high - low)
    return seeds


def _report(likelihood: Likelihood, free: list[str], theta: np.ndarray, minimum: float, converged: bool) -> Fit:
    places = [likelihood.names.index(name) for name in free]
    low, high = (np.asarray(one) for one in (likelihood.expansion.low, likelihood.expansion.high))
    touches = (theta - low < 1e-9 * (high - low)) | (high - theta < 1e-9 * (high - low))
    edge = tuple(name for name in free if touches[likelihood.names.index(name)])
    bends = hessian(likelihood, theta)
    curvature = bends[np.ix_(places, places)] / 2.0
    covariance, flat = invert(curvature)
    wide = ~flat & (np.diagonal(covariance) > (high - low)[places] ** 2)
    covariance[np.diag(wide)] = np.inf
    idle = flat & _idle(likelihood)[places]
    lost = (flat | wide) & ~idle & ~_held(likelihood, theta)[places]
    straight = np.diagonal(bends) * (high - low) ** 2 < SLOPE
    for i in np.nonzero(lost & straight[places])[0]:
        lost[i] = not _bounded(likelihood, theta, places[i], minimum)
    counts = likelihood.profiled(theta).means
    sentences = []
    if not converged:
        sentences.append("The fit did not converge: its values are the lowest point met, not a minimum.")
    if edge:
        sentences.append(f"At the edge of the box: {', '.join(edge)}; widen it, or read the errors with care.")
    if idle.any():
        what = "does nothing: no count depends on it" if idle.sum() == 1 else "do nothing: no count depends on them"
        sentences.append(f"{listed(free, idle)} {what}.")
    if lost.any():
        what = "" if lost.sum() == 1 else "a combination of "
        sentences.append(f"The data do not determine {what}{listed(free, lost)}.")
    if ((counts <= 0) & (np.asarray(likelihood.data)[: likelihood.bins] > 0)).any():
        sentences.append("Counts were observed in bins where none are expected.")
    errors = dict(zip(free, np.sqrt(np.maximum(np.diagonal(covariance), 0.0)).tolist(), strict=True))
    values = dict(zip(likelihood.names, theta.tolist(), strict=True))
    return Fit(values, errors, covariance, minimum, converged, edge, " ".join(sentences))


def listed(names: Sequence[str], which: Any) -> str:
    """Some of the names, for a sentence."""
    return ", ".join(name for name, one in zip(names, np.asarray(which).tolist(), strict=True) if one)


def _idle(likelihood: Likelihood) -> np.ndarray:
    """Parameters that no count depends on, anywhere in the box [parameter]."""
    filled = np.asarray(likelihood.expansion.coefficients).any(axis=1)
    return np.logical_not((np.asarray(likelihood.expansion.orders)[filled] > 0).any(axis=0))


def _held(likelihood: Likelihood, theta: np.ndarray) -> np.ndarray:
    """Parameters that -2 ln L, by its slope, holds at an edge of their box: no curvature is needed [parameter]."""
    low, high = (np.asarray(one) for one in (likelihood.expansion.low, likelihood.expansion.high))
    slope, near = gradient(likelihood, theta) * (high - low), 1e-9 * (high - low)
    return ((theta - low < near) & (slope > SLOPE)) | ((high - theta < near) & (slope < -SLOPE))


def _bounded(likelihood: Likelihood, theta: np.ndarray, place: int, minimum: float) -> bool:
    """Whether -2 ln L rises to an end of a parameter's box, as with the square of one that is at zero."""
    ends = np.stack([theta, theta])
    ends[:, place] = [float(one[place]) for one in (likelihood.expansion.low, likelihood.expansion.high)]
    return bool(np.max(np.asarray(likelihood.minus_two_log(ends))) > minimum + 1.0)
