"""The posterior density of parameters: draws, marginal densities, credible intervals beside those of the profile."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ontarget.analysis.parameters.signal_strength import ONE_SIGMA
from ontarget.inference.fit import Piece, Scan, intervals, profile, refine
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.inference.posterior import NUTS, AbstractSampler, Draws, Marginal, marginal, target
from ontarget.numerics.progress import Complete, in_memory

LEVELS = (ONE_SIGMA, 0.90)


@dataclass(frozen=True)
class CredibleIntervals:
    """Intervals of one parameter at one level, in the parameter's unit.

    Attributes
    ----------
    name, level : of the parameter, and the probability inside
    central : ends of the interval with equal probability on both sides
    densest : pieces of the shortest set with this probability, from low to high
    profiled : pieces of the profile likelihood at this confidence level; none for parameters that were not asked about
    """

    name: str
    level: float
    central: tuple[float, float]
    densest: tuple[Piece, ...]
    profiled: tuple[Piece, ...]


@dataclass(frozen=True)
class PosteriorDensity:
    """Draws of all free parameters, and what they say.

    Attributes
    ----------
    draws : from the posterior, with modes, evidence and diagnostics
    intervals : level by level, of every free parameter
    profiles : -2 ln L profiled along each parameter that was asked about, by name
    planes : -2 ln L profiled along two of them, by their names; none where no plane was asked for
    marginals : densities of the parameters that are shown, by name
    joint : densities of two of them, by their names
    """

    draws: Draws
    intervals: tuple[CredibleIntervals, ...]
    profiles: dict[str, Scan]
    planes: dict[tuple[str, str], Scan]
    marginals: dict[str, Marginal]
    joint: dict[tuple[str, str], Marginal]

    @property
    def messages(self) -> list[str]:
        """Sentences where something is to be known of the draws or the profiles."""
        return [one for one in (self.draws.message, *(scan.message for scan in self.profiles.values())) if one]


def posterior(
    likelihood: Likelihood,
    parameters: Sequence[AbstractParameter] | None = None,
    *,
    fixed: Mapping[str, float] | None = None,
    sampler: AbstractSampler = NUTS(),
    levels: Sequence[float] = LEVELS,
    points: int = 201,
    plane: int = 0,
    shown: Sequence[str] = (),
    complete: Complete = in_memory,
    key: str = "posterior",
    title: str = "posterior",
) -> PosteriorDensity:
    """Draw all parameters but the fixed ones from their posterior, flat in their boxes but for the priors.

    Parameters
    ----------
    likelihood : with its data
    parameters : of interest, whose boxes are profiled; all that are free by default
    fixed : values by name
    sampler : `NUTS` or `Nested`
    levels : credible levels, and confidence levels of the profile beside them
    points : of each profile's grid
    plane : points along each axis of the profile of two parameters of interest; none is made with 0
    shown : names of other parameters whose densities are wanted; those that were not free are left out
    complete : computes the chains or runs; `key` names them, `title` stands before their progress
    """
    sampler.check()
    held = dict(fixed or {})
    asked = [one for one in likelihood.parameters if one.name not in held] if parameters is None else parameters
    found = target(likelihood, held)
    draws = sampler.gathered(found, complete(key, sampler.job(found), title))
    lines = {one.name: profile(likelihood, grid_of([one], points), fixed=held) for one in asked}
    profiles = {name: refine(likelihood, scan, levels) for name, scan in lines.items()}
    pairs = itertools.combinations(asked, 2) if plane else ()
    planes = {(x.name, y.name): profile(likelihood, grid_of([x, y], plane), fixed=held) for x, y in pairs}
    names = [*profiles, *(one for one in shown if one in draws.names and one not in profiles)]
    return PosteriorDensity(
        draws,
        tuple(one for level in levels for one in intervals_at(draws, profiles, level)),
        profiles,
        planes,
        {name: marginal(draws, name) for name in names},
        {pair: marginal(draws, *pair) for pair in itertools.combinations(names, 2)},
    )


def grid_of(parameters: Sequence[AbstractParameter], points: int) -> dict[str, np.ndarray]:
    """Equal steps over the box of each parameter, in its unit [point], by name."""
    return {one.name: np.linspace(float(one.low), float(one.high), points) for one in parameters}


def intervals_at(draws: Draws, profiles: Mapping[str, Scan], level: float) -> list[CredibleIntervals]:
    """Intervals of every free parameter at one level."""
    fine = {name: intervals(scan, level).pieces for name, scan in profiles.items()}
    return [
        CredibleIntervals(
            name, level, draws.central(name, level), marginal(draws, name).pieces(level), fine.get(name, ())
        )
        for name in draws.names
    ]
