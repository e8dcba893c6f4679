"""What the theorem of Wilks is worth: intervals by toys beside those by the quantile of chi squared."""

from __future__ import annotations

from dataclasses import dataclass

from ontarget.analysis.parameters.parameter_intervals import box_grid
from ontarget.inference.fit import Intervals, Scan, profile
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.toys import Belt, belt_of, construction
from ontarget.numerics.progress import Complete, in_memory

FINE = 201
"""Points of the profile of the data alone: it needs no toys."""


@dataclass(frozen=True)
class IntervalCoverage:
    """Intervals of one parameter by toys and by the theorem of Wilks, in its internal unit.

    Attributes
    ----------
    level : confidence level
    belt : critical values, p-values, coverage of the quantile of chi squared and numbers of toys [level, point]
    scan : the profile of the data on a finer grid
    """

    level: float
    belt: Belt
    scan: Scan

    @property
    def by_toys(self) -> Intervals:
        """The interval of Feldman and Cousins."""
        return self.belt.intervals[0]

    @property
    def by_wilks(self) -> Intervals:
        """The interval by the quantile of chi squared."""
        return self.belt.asymptotic[0]


def coverage(
    likelihood: Likelihood,
    name: str,
    *,
    level: float = 0.90,
    points: int = 25,
    toys: int = 1000,
    seed: int = 2,
    complete: Complete = in_memory,
    key: str = "coverage",
    title: str = "coverage",
) -> IntervalCoverage:
    """The construction of Feldman and Cousins along one parameter, all others profiled.

    Parameters
    ----------
    likelihood : with its data
    name : the parameter; a limit of physics is an edge of its box
    level : confidence level
    points : of the grid over the parameter's box
    toys : at each point, and as many again where it is in doubt whether the point is accepted
    seed : of the toys
    complete, key, title : who computes the toys, what they are called, and their progress

    References
    ----------
    Feldman:1997qc
    """
    grid = box_grid(likelihood, name, points)
    job = construction(likelihood, {name: grid}, seed, toys=toys, more=toys, levels=(level,))
    belt = belt_of(job, complete(key, job, f"{title}: toys"))
    return IntervalCoverage(level, belt, profile(likelihood, {name: box_grid(likelihood, name, FINE)}))
