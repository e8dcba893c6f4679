"""Confidence intervals that cover: the construction of Feldman and Cousins, and what Wilks covers beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.interval import Intervals, intervals, threshold
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.profile import Scan, profile
from ontarget.inference.toys import TIE, Ratios, counted, fraction_error, thrown_ratios

NEAR = 3.0  # standard deviations of a p-value: closer to a level than that, a point is given more toys


class Belt(Noun):
    """A confidence belt by toys, along one parameter.

    Attributes
    ----------
    name : the parameter
    levels : confidence levels
    scan : the profile of the data: grid, -2 ln L above its minimum, profiled nuisances, best fit
    critical, critical_errors : how large q must be to be rejected, and its error from the number of toys [level, point]
    p_values, p_errors : share of toys with a q at least that of the data [point]
    accepted : [level, point]
    coverage, coverage_errors : share of toys below the quantile of chi squared, to be compared with the level
        [level, point]
    toys, unconverged, negative : number of toys at each point; of those with a fit that did not converge; of those
        with q below zero, whose free fit missed the minimum. All of them are in the numbers above [point]
    intervals : by the critical values of the toys, one for each level; their threshold is that of chi squared, to
        which the critical values are scaled for the interpolation between points
    asymptotic : by Wilks' theorem, one for each level
    message : a sentence where something is to be known, else empty
    """

    name: str = static()
    levels: tuple[float, ...] = static()
    scan: Scan
    critical: Float[np.ndarray, "level point"]
    critical_errors: Float[np.ndarray, "level point"]
    p_values: Float[np.ndarray, " point"]
    p_errors: Float[np.ndarray, " point"]
    accepted: Bool[np.ndarray, "level point"]
    coverage: Float[np.ndarray, "level point"]
    coverage_errors: Float[np.ndarray, "level point"]
    toys: Int[np.ndarray, " point"]
    unconverged: Int[np.ndarray, " point"]
    negative: Int[np.ndarray, " point"]
    intervals: tuple[Intervals, ...]
    asymptotic: tuple[Intervals, ...]
    message: str = static()

    @property
    def grid(self) -> Float[np.ndarray, " point"]:
        """The tried values of the parameter."""
        return self.scan.grids[self.name]

    @property
    def observed(self) -> Float[np.ndarray, " point"]:
        """q of the data."""
        return self.scan.values

    def undecided(self, number: float = 1.0) -> Bool[np.ndarray, "level point"]:
        """Where accepting or not is up to chance: p-values less than `number` of their errors from the level."""
        tail = 1.0 - np.array(self.levels)[:, None]
        return np.abs(self.p_values - tail) < number * self.p_errors


def feldman_cousins(
    likelihood: Likelihood,
    name: str,
    grid: Any,
    key: Any,
    *,
    toys: int = 1000,
    more: int = 0,
    levels: Sequence[float] = (0.90,),
    fixed: Mapping[str, float] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Belt:
    r"""Intervals from the distribution that q has, rather than from the one it has for large counts.

    .. math:: q(\theta) = -2\ln\frac{\max_\nu L(\theta,\nu)}{\max_{\theta,\nu} L(\theta,\nu)}, \qquad
              \theta \text{ accepted if } q_\mathrm{data}(\theta) \le c(\theta), \quad
              P(q \le c\,|\,\theta,\hat\nu(\theta)) \ge \text{level}

    The ordering is that of Feldman and Cousins; the maxima are taken over the box. Toys are thrown at the nuisances
    profiled on the data (parametric bootstrap): coverage is exact without nuisances, and as good as that choice with
    them. The critical value is an order statistic, also right where counts are few and q takes few values.

    Parameters
    ----------
    name, grid : the parameter and its rising values; one that is a limit of physics belongs to the grid, and is an
        edge of the parameter's box
    key : a JAX random key or an integer; results do not depend on how grid or toys are split over calls
    toys : at each point
    more : further toys at points within three standard deviations of a level, and on both sides of each end
    levels : confidence levels
    fixed : values, by name, of parameters that are neither tried nor profiled
    progress : called with the fraction done, anew for what `more` adds; an exception in it stops the toys

    References
    ----------
    Feldman:1997qc
    Wilks:1938dza
    """
    rises = [threshold(level, 1) for level in levels]
    if toys < 1 or more < 0:
        raise InputError("toys", f"{toys} and {more} more", "Quantiles need some.", "Throw one or more at each point.")
    fixed = dict(fixed or {})
    scan = profile(likelihood, {name: grid}, fixed=fixed)
    truths = _truths(likelihood, name, scan, fixed)

    def thrown(points: Sequence[int], number: int, first: int) -> list[Ratios]:
        tell, keep = counted(progress, number * len(points)), tuple(fixed)
        return [
            thrown_ratios(likelihood, name, truths[point], key, number, fixed=keep, first=first, progress=tell)
            for point in points
        ]

    ratios = thrown(range(len(truths)), toys, 0)
    belt = _belt(name, tuple(levels), rises, scan, ratios)
    if more:
        wanted = _near(belt)
        for point, further in zip(wanted, thrown(wanted, more, toys), strict=True):
            ratios[point] = Ratios(*(np.concatenate(both) for both in zip(ratios[point], further, strict=True)))
        belt = _belt(name, tuple(levels), rises, scan, ratios)
    return belt


def quantile(q: Float[np.ndarray, " toy"], level: float) -> tuple[float, float]:
    """The smallest q below or at which lies the share `level` of toys, and its error, from the binomial one in rank."""
    ordered, count = np.sort(q), len(q)
    rank, reach = level * count, np.sqrt(count * level * (1.0 - level))

    def at(place: float) -> float:
        return float(ordered[int(np.clip(np.ceil(place - 1e-9), 1, count)) - 1])

    return at(rank), 0.5 * (at(rank + reach) - at(rank - reach))


def _truths(likelihood: Likelihood, name: str, scan: Scan, fixed: Mapping[str, float]) -> np.ndarray:
    """Where toys are thrown: the grid, with the other parameters as the data have them [point, parameter]."""
    grid = scan.grids[name]
    truths = np.repeat(likelihood.theta(fixed)[None], len(grid), axis=0)
    for one, values in {name: grid, **scan.nuisances}.items():
        truths[:, likelihood.names.index(one)] = values
    return truths


def _belt(name: str, levels: tuple[float, ...], rises: list[float], scan: Scan, ratios: Sequence[Ratios]) -> Belt:
    counts = np.array([len(one.q) for one in ratios])
    unconverged = np.array([int((~one.converged).sum()) for one in ratios])
    negative = np.array([int((one.q < -10.0 * TIE).sum()) for one in ratios])
    every = [np.maximum(one.q, 0.0) for one in ratios]
    quantiles = np.array([[quantile(q, level) for q in every] for level in levels])
    critical, errors = quantiles[..., 0], quantiles[..., 1]
    observed = scan.values
    above = [int((q >= value - TIE).sum()) for q, value in zip(every, observed, strict=True)]
    below = np.array([[int((q <= rise).sum()) for q in every] for rise in rises])
    return Belt(
        name=name,
        levels=levels,
        scan=scan,
        critical=critical,
        critical_errors=errors,
        p_values=np.array(above) / counts,
        p_errors=_errors(np.array(above), counts),
        accepted=observed <= critical + TIE,
        coverage=below / counts,
        coverage_errors=_errors(below, counts),
        toys=counts,
        unconverged=unconverged,
        negative=negative,
        intervals=tuple(
            _inverted(scan, row, level, rise) for level, rise, row in zip(levels, rises, critical, strict=True)
        ),
        asymptotic=tuple(intervals(scan, level) for level in levels),
        message=_sentence(scan, int(counts.sum()), int(unconverged.sum()), int(negative.sum())),
    )


def _inverted(scan: Scan, critical: np.ndarray, level: float, rise: float) -> Intervals:
    """Where the profile lies below the critical values: scaled by them, it is compared with chi squared's quantile.

    Where the critical value is that quantile, the scaled curve is the curve itself, smooth between points.
    """
    return intervals(dataclasses.replace(scan, values=scan.values * (rise / (critical + TIE))), level)


def _errors(parts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.vectorize(fraction_error, otypes=[float])(parts, counts)


def _near(belt: Belt) -> list[int]:
    """Points so close to a level that more toys may change the verdict, and both sides of every possible change."""
    near = np.logical_or.reduce(belt.undecided(NEAR))
    change = (belt.accepted[:, 1:] != belt.accepted[:, :-1]).any(axis=0) | near[:-1] | near[1:]
    return np.nonzero(np.append(change, False) | np.append(False, change))[0].tolist()


def _sentence(scan: Scan, total: int, unconverged: int, negative: int) -> str:
    sentences = [scan.message] if scan.message else []
    if unconverged:
        sentences.append(f"{unconverged} of {total} toys did not converge; they count with the lowest values met.")
    if negative:
        sentences.append(f"{negative} of {total} toys have a negative q, counted as zero: a minimum was missed.")
    return " ".join(sentences)
