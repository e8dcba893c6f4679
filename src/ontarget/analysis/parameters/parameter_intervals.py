"""What a likelihood allows of single parameters: intervals, upper limits, profiles."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.inference.fit import Intervals, Scan, intervals, profile, refine
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.toys import Belt
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.numerics.progress import Complete, in_memory

ONE_SIGMA = 0.6826894921370859
"""Confidence level of one standard deviation of a normal distribution."""


@dataclass(frozen=True)
class Limit:
    """The largest value that is allowed of a parameter, in its internal unit.

    Attributes
    ----------
    level : confidence level
    value : the limit; not a number where no point of the grid is allowed
    open : whether it is the end of the grid, and the parameter may be larger
    """

    level: float
    value: float
    open: bool


@dataclass(frozen=True)
class ParameterIntervals:
    """What is allowed of one parameter, in its internal unit, at one or more confidence levels.

    Attributes
    ----------
    levels : confidence levels
    scan : the profile: its grid, -2 ln L above the minimum, profiled nuisances, best fit
    intervals : by the construction that was asked for, one for each level
    asymptotic : by the theorem of Wilks, one for each level
    belt : of the toys, where the construction is by toys
    note : a sentence where the best fit lies beyond the values that were tried, else empty
    fine : the profile with every minimum, and with points around each end, from which intervals were read
    """

    levels: tuple[float, ...]
    scan: Scan
    intervals: tuple[Intervals, ...]
    asymptotic: tuple[Intervals, ...]
    belt: Belt | None = None
    note: str = ""
    fine: Scan | None = None

    @property
    def name(self) -> str:
        """The parameter."""
        return next(iter(self.scan.grids))

    @property
    def grid(self) -> Float[np.ndarray, " point"]:
        """Values of the parameter that were tried, in its internal unit."""
        return self.scan.grids[self.name]

    @property
    def values(self) -> Float[np.ndarray, " point"]:
        """-2 ln L above its minimum."""
        return self.scan.values

    @property
    def curve(self) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
        """The parameter and -2 ln L at all points, those around minima and ends too: what figures draw."""
        scan = self.scan if self.fine is None else self.fine
        return scan.grids[self.name], scan.values

    @property
    def best(self) -> float:
        """The value of the global best fit."""
        return self.scan.best.values[self.name]

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Upper ends of `intervals`, one for each level."""
        return tuple(upper_limit(one) for one in self.intervals)


def bounds(
    likelihood: Likelihood,
    names: Sequence[str],
    *,
    level: float = 0.90,
    grids: Mapping[str, Any] | None = None,
    points: int = 201,
    nuisances: Sequence[str] | None = None,
    method: AbstractIntervalConstruction = Wilks(),
    complete: Complete = in_memory,
    key: str = "bounds",
    title: str = "bounds",
) -> dict[str, ParameterIntervals]:
    """Intervals of parameters one at a time, by name: the others of interest at their start, nuisances profiled.

    Parameters
    ----------
    likelihood : with its data
    names : the parameters of interest
    level : confidence level, one degree of freedom
    grids : rising values to try, by name
    points : even steps over its box that are tried of a parameter without a grid
    nuisances : which are profiled, the rest stays at its start; all but `names` by default
    method : how large -2 ln L may become
    complete, key, title : who computes the toys of a method that needs some, what they are called, and their progress
    """
    free = nuisances_of(likelihood, names, nuisances)
    axes = grids_of(likelihood, names, grids, points)
    return {
        name: parameter_intervals(
            likelihood, name, axes[name], (level,), free, method, complete, f"{key}_{name}", f"{title}, {name}"
        )
        for name in names
    }


def upper_limits(
    likelihood: Likelihood,
    names: Sequence[str],
    *,
    level: float = 0.90,
    grids: Mapping[str, Any] | None = None,
    points: int = 201,
    nuisances: Sequence[str] | None = None,
    method: AbstractIntervalConstruction = Wilks(),
    complete: Complete = in_memory,
    key: str = "limits",
    title: str = "limits",
) -> dict[str, ParameterIntervals]:
    """`bounds` of parameters that are zero in the standard model, whose `limits` are asked for.

    They are tried from zero to the end of the box, or from the beginning of a box that begins above zero. The best fit
    is sought in the whole box, also below zero. Where it lies so far below that no value from zero on is allowed, the
    limit by Wilks' theorem is counted from the best of these values, and a note says so; by toys there is none.

    Parameters
    ----------
    likelihood, names, level, grids, points, nuisances, method, complete, key, title : as for `bounds`
    """
    axes = grids_of(likelihood, names, grids, points, least=0.0)
    more: dict[str, Any] = {"level": level, "nuisances": nuisances, "method": method}
    found = bounds(likelihood, names, grids=axes, complete=complete, key=key, title=title, **more)
    return {name: from_best_tried(one) for name, one in found.items()}


def from_best_tried(found: ParameterIntervals) -> ParameterIntervals:
    """The same where something is allowed; else with limits counted from the best of the values that were tried."""
    if found.fine is None or all(one.pieces for one in found.asymptotic):
        return found
    scan, name = found.fine, found.name
    place = int(scan.values.argmin())
    nuisances = {one: float(values[place]) for one, values in scan.nuisances.items()}
    values = {**scan.best.values, **nuisances, name: float(scan.grids[name][place])}
    least = float(scan.values[place])
    best = dataclasses.replace(scan.best, values=values, minimum=scan.best.minimum + least)
    lifted = dataclasses.replace(scan, values=scan.values - least, best=best)
    limits = tuple(
        one if one.pieces else intervals(lifted, level)
        for one, level in zip(found.asymptotic, found.levels, strict=True)
    )
    percent = ", ".join(
        f"{100 * level:.4g} %" for level, one in zip(found.levels, found.asymptotic, strict=True) if not one.pieces
    )
    note = (
        f"No {name} from {found.grid[0]:.6g} to {found.grid[-1]:.6g} is allowed at {percent} CL: the best fit is "
        f"{found.best:.6g}, and -2 ln L is {least:.4g} higher at {values[name]:.6g}, the best of these. "
    )
    if found.belt is None:
        return dataclasses.replace(
            found, intervals=limits, asymptotic=limits, note=note + "The limit counts from there."
        )
    note += "Wilks' limit counts from there; for one by toys begin the box at zero."
    return dataclasses.replace(found, asymptotic=limits, note=note)


def upper_limit(found: Intervals) -> Limit:
    """The upper end of an interval, of its last piece where it has several."""
    if not found.pieces:
        return Limit(found.level, float("nan"), False)
    last = found.pieces[-1]
    return Limit(found.level, last.high, last.open_high)


def likelihood_profile(
    likelihood: Likelihood,
    name: str,
    *,
    levels: Sequence[float] = (ONE_SIGMA, 0.90),
    grid: Any = None,
    points: int = 201,
    nuisances: Sequence[str] | None = None,
    method: AbstractIntervalConstruction = Wilks(),
    complete: Complete = in_memory,
    key: str = "profile",
    title: str = "profile",
) -> ParameterIntervals:
    """-2 ln L along one parameter, nuisances profiled, and its intervals at these confidence levels.

    Parameters
    ----------
    name : the parameter
    levels : confidence levels, one degree of freedom
    grid : rising values to try, in the parameter's unit; `points` even steps over its box by default
    likelihood, nuisances, method, complete, key, title : as for `bounds`
    """
    free = nuisances_of(likelihood, [name], nuisances)
    grid = box_grid(likelihood, name, points) if grid is None else grid
    return parameter_intervals(likelihood, name, grid, tuple(levels), free, method, complete, key, title)


def parameter_intervals(
    likelihood: Likelihood,
    name: str,
    grid: Any,
    levels: tuple[float, ...],
    nuisances: Sequence[str],
    method: AbstractIntervalConstruction,
    complete: Complete,
    key: str,
    title: str,
) -> ParameterIntervals:
    """Profile one parameter on a grid, and read its intervals off by `method` and by the theorem of Wilks."""
    scan = profile(likelihood, {name: grid}, fixed=at_start(likelihood, {name, *nuisances}))
    fine = refine(likelihood, scan, levels)
    calibrated = method.calibrate(likelihood, fine, levels, complete, key, title)
    by_method = tuple(intervals(one, level) for one, level in zip(calibrated.scans, levels, strict=True))
    by_wilks = by_method if calibrated.belt is None else tuple(intervals(fine, level) for level in levels)
    return ParameterIntervals(levels, scan, by_method, by_wilks, calibrated.belt, fine=fine)


def grids_of(
    likelihood: Likelihood, names: Sequence[str], given: Mapping[str, Any] | None, points: int, least: float = -np.inf
) -> dict[str, Any]:
    """Values to try of each parameter: the grid that was given, or the `box_grid`."""
    likelihood.check_names([*names, *(given or {})])
    own = dict(given or {})
    return {name: own[name] if name in own else box_grid(likelihood, name, points, least) for name in names}


def box_grid(likelihood: Likelihood, name: str, points: int, least: float = -np.inf) -> Float[np.ndarray, " point"]:
    """Even steps over a parameter's box, or over what of it lies at `least` and above; in the parameter's unit."""
    likelihood.check_names([name])
    place = likelihood.names.index(name)
    low, high = float(likelihood.expansion.low[place]), float(likelihood.expansion.high[place])
    return np.linspace(max(least, low), high, points)


def nuisances_of(likelihood: Likelihood, interest: Sequence[str], given: Sequence[str] | None) -> list[str]:
    """The parameters to profile: those given, or all that are not of interest."""
    likelihood.check_names([*interest, *(given or ())])
    return [name for name in likelihood.names if name not in interest] if given is None else list(given)


def start_of(likelihood: Likelihood, name: str) -> float:
    """Where a parameter starts: the value the Asimov data are made with."""
    return float(likelihood.start[likelihood.names.index(name)])


def at_start(likelihood: Likelihood, free: set[str]) -> dict[str, float]:
    """All parameters but the free ones, where they start."""
    return {name: start_of(likelihood, name) for name in likelihood.names if name not in free}
