"""Confidence regions that cover: the construction of Feldman and Cousins, and what Wilks covers beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.interval import Intervals, Polyline, contour, intervals, threshold
from ontarget.inference.fit.profile import Critical, Scan, profile
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.toys.neyman import LEAST, Drawn, FeldmanCousins, Verdicts
from ontarget.inference.toys.toys import TIE, fraction_error, words_of
from ontarget.numerics.job import Done, complete


class Belt(Noun):
    """A confidence belt by toys, along one parameter or over the plane of two.

    Attributes
    ----------
    levels : confidence levels
    scan : the profile of the data: grids, -2 ln L above its minimum, profiled nuisances, best fit
    critical, critical_errors : how large q must be to be rejected, and its error from the number of toys
        [level, axis, ...]
    p_values, p_errors : share of toys with a q at least that of the data [axis, ...]
    accepted : [level, axis, ...]
    coverage, coverage_errors : share of toys below the quantile of chi squared, to be compared with the level
        [level, axis, ...]
    toys, unconverged, negative : number of toys at each point; of those with a fit that did not converge; of those
        with q below zero, whose free fit missed the minimum. All of them are in the numbers above [axis, ...]
    intervals : along one parameter, by the critical values of the toys, one for each level; their threshold is that of
        chi squared, to which the critical values are scaled for the interpolation between points
    asymptotic : the same by Wilks' theorem, one for each level; both are empty over a plane
    message : a sentence where something is to be known, else empty
    """

    levels: tuple[float, ...] = static()
    scan: Scan
    critical: Float[np.ndarray, "level *axis"]
    critical_errors: Float[np.ndarray, "level *axis"]
    p_values: Float[np.ndarray, "*axis"]
    p_errors: Float[np.ndarray, "*axis"]
    accepted: Bool[np.ndarray, "level *axis"]
    coverage: Float[np.ndarray, "level *axis"]
    coverage_errors: Float[np.ndarray, "level *axis"]
    toys: Int[np.ndarray, "*axis"]
    unconverged: Int[np.ndarray, "*axis"]
    negative: Int[np.ndarray, "*axis"]
    intervals: tuple[Intervals, ...]
    asymptotic: tuple[Intervals, ...]
    message: str = static()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the grid."""
        return tuple(self.scan.grids)

    @property
    def name(self) -> str:
        """The parameter, or the first of two."""
        return self.names[0]

    @property
    def grid(self) -> Float[np.ndarray, " point"]:
        """The tried values of the parameter, or of the first of two."""
        return self.scan.grids[self.name]

    @property
    def observed(self) -> Float[np.ndarray, "*axis"]:
        """q of the data."""
        return self.scan.values

    def undecided(self, number: float = 1.0) -> Bool[np.ndarray, "level *axis"]:
        """Where accepting or not is up to likelihood: p-values less than `number` of their errors from the level."""
        tail = np.array([1.0 - level for level in self.levels]).reshape(-1, *[1] * self.p_values.ndim)
        return np.abs(self.p_values - tail) < number * self.p_errors

    def critical_on(self, scan: Scan, index: int = 0) -> Float[np.ndarray, "..."]:
        """Critical values of a level, by its index, between the points of the belt: linear along each axis."""
        found = self.critical[index]
        for axis, name in enumerate(self.names):
            between = partial(np.interp, scan.grids[name], self.scan.grids[name])
            found = np.apply_along_axis(between, axis, found)
        return found

    def scaled(self, scan: Scan | None = None, index: int = 0) -> Scan:
        """A profile in units in which the quantile of chi squared is critical; of the same data, on any grid.

        Where the critical value is that quantile, this is the profile itself, smooth between points. What takes a
        `Scan` and a level, such as `intervals`, `contour` or a figure, then gives the region by toys.
        """
        scan = self.scan if scan is None else scan
        rise = threshold(self.levels[index], len(self.names))
        critical = Critical(self.scan.grids, self.critical[index] + TIE, rise)
        values = scan.raw * critical(*np.meshgrid(*scan.grids.values(), indexing="ij"))
        return dataclasses.replace(scan, values=values, critical=critical)

    def contours(self, index: int = 0) -> list[Polyline]:
        """Over a plane: lines around the region by toys, of a level by its index."""
        return contour(self.scaled(index=index), self.levels[index])


def feldman_cousins(
    likelihood: Likelihood,
    name: str,
    grid: Any,
    key: Any,
    *,
    toys: int = 1000,
    more: int = 0,
    precision: float = 0.0,
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
    more : further toys at most, in rounds, at points whose verdict is in doubt and on both sides of each end
    precision : error of a critical value, as a share of it, at which it needs no more
    levels : confidence levels
    fixed : values, by name, of parameters that are neither tried nor profiled
    progress : called with the fraction done, anew in each round; an exception in it stops the toys

    References
    ----------
    Feldman:1997qc
    Wilks:1938dza
    """
    rule: Any = {"toys": toys, "more": more, "precision": precision, "levels": levels}
    job = construction(likelihood, {name: grid}, key, fixed=fixed, **rule)
    return belt_of(job, complete(job, progress))


def construction(
    likelihood: Likelihood,
    grids: Mapping[str, Any],
    key: Any,
    *,
    toys: int = 1000,
    more: int = 0,
    precision: float = 0.0,
    levels: Sequence[float] = (0.90,),
    fixed: Mapping[str, float] | None = None,
) -> FeldmanCousins:
    """What `feldman_cousins` computes, as a job, for one parameter or for two, whose grid they span.

    The profile of the data is computed here; the toys are left to whoever completes the job.
    """
    for level in levels:
        threshold(level, len(grids) or 1)
    if toys < 1 or more < 0:
        raise InputError("toys", f"{toys} and {more} more", "Quantiles need some.", "Throw one or more at each point.")
    if not precision >= 0.0:
        raise InputError("precision", f"{precision:g}", "It is a share, not negative.", "Give e.g. 0.05, or 0.")
    fixed = dict(fixed or {})
    scan = dataclasses.replace(profile(likelihood, grids, fixed=fixed), likelihood=None)  # the job holds it
    start = jnp.asarray(likelihood.theta(fixed))
    return FeldmanCousins(
        likelihood, scan, start, tuple(fixed), tuple(levels), words_of(key), int(toys), int(more), float(precision)
    )


def belt_of(job: FeldmanCousins, done: Done) -> Belt:
    """What the toys of a job say; of all chunks that are done, wanted or not."""
    drawn = Drawn(job, done)
    turns = drawn.finished()
    found, shape = drawn.verdicts(turns), job.scan.values.shape
    count = np.array([_unsound(drawn, point, turn) for point, turn in enumerate(turns.tolist())])
    rises = [threshold(level, len(shape)) for level in job.levels]
    below = np.array([[int((q <= rise).sum()) for q in found.q] for rise in rises])
    alone, scan = len(shape) == 1, dataclasses.replace(job.scan, likelihood=job.likelihood)
    plain = Belt(
        levels=job.levels,
        scan=scan,
        critical=found.critical.reshape(-1, *shape),
        critical_errors=found.errors.reshape(-1, *shape),
        p_values=found.p_values.reshape(shape),
        p_errors=found.p_errors.reshape(shape),
        accepted=found.accepted.reshape(-1, *shape),
        coverage=(below / found.toys).reshape(-1, *shape),
        coverage_errors=fraction_error(below, found.toys).reshape(-1, *shape),
        toys=found.toys.reshape(shape),
        unconverged=count[:, 0].reshape(shape),
        negative=count[:, 1].reshape(shape),
        intervals=(),
        asymptotic=tuple(intervals(scan, level) for level in job.levels) if alone else (),
        message=_sentence(job.scan, found, *count.sum(axis=0).tolist()),
    )
    by_toys = tuple(intervals(plain.scaled(index=i), level) for i, level in enumerate(job.levels)) if alone else ()
    return dataclasses.replace(plain, intervals=by_toys)


def _unsound(drawn: Drawn, point: int, turns: int) -> tuple[int, int]:
    """Toys of a point that did not converge, and those whose q is below zero."""
    q, unconverged = (drawn.of_point(name, point, turns) for name in ("q", "unconverged"))
    return int(unconverged.sum()), int((q < LEAST).sum())


def _sentence(scan: Scan, found: Verdicts, unconverged: int, negative: int) -> str:
    sentences, total = [scan.message] if scan.message else [], int(found.toys.sum())
    if unconverged:
        sentences.append(f"{unconverged} of {total} toys did not converge; they count with the lowest values met.")
    if negative:
        sentences.append(f"{negative} of {total} toys have a negative q, counted as zero: a minimum was missed.")
    return " ".join(sentences)
