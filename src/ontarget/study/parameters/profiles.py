"""Profile likelihoods of one parameter, from several groups of experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.fit import Scan, intervals, profile
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.plot import Profile, Published, profiles_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import at_start, check_targets, grouped
from ontarget.study.parameters.region import AbstractIntervalConstruction, Wilks, by_method, messages, toy_rows
from ontarget.study.task import AbstractTask, check_points


class PublishedRange(Noun):
    """A published value with its errors, in the unit that is shown."""

    value: float = static()
    below: float = static()
    above: float = static()


class Profiles(AbstractTask):
    """-2 ln L along one parameter, nuisances profiled, with intervals; published values beside them.

    Attributes
    ----------
    title, text : of the section
    key : name of the table and the figure
    parameter : of interest
    label : of the axis, with the unit shown
    unit : what the parameter is multiplied by to be shown
    groups : which experiments are fitted together, by label; each alone by default
    fixed : names of the study's nuisances that are not freed here, for the parameter stands in their place
    published : by label
    levels : confidence levels of the intervals
    points : of the grid over the parameter's box
    method : how large -2 ln L may become; by toys, the rows of Wilks' theorem stand beside
    """

    title: str = static()
    key: str = static()
    parameter: AbstractParameter
    label: str = static()
    text: str = static(default="")
    unit: Number = quantity(default=1.0)
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    fixed: tuple[str, ...] = static(default=())
    published: Mapping[str, PublishedRange] = static(converter=FrozenDict, default_factory=FrozenDict)
    levels: tuple[float, ...] = static(default=(0.6826894921370859, 0.90))
    points: int = static(default=201)
    method: AbstractIntervalConstruction = Wilks()

    def __check_init__(self) -> None:
        check_positive(self, "unit")
        for level in self.levels:
            if not 0 < level < 1:
                raise InputError("levels", f"{level:g}", "A confidence level lies between 0 and 1.", "Give e.g. 0.9.")
        check_points(self.points, 11, 100_001)

    def interest(self) -> Sequence[AbstractParameter]:
        return (self.parameter,)

    def check(self, context: Context) -> None:
        check_targets((self.parameter,), grouped(self.groups, context), context)

    def run(self, context: Context) -> Section:
        rows, toys, curves, warnings = [], [], [], []
        unit, groups = float(self.unit), grouped(self.groups, context)
        name = self.parameter.name
        grid = np.linspace(float(self.parameter.low), float(self.parameter.high), self.points)

        def scan_of(label: str) -> tuple[Likelihood, Scan]:
            context.progress(f"{self.title}: {label}")
            likelihood = context.likelihood(groups[label], (self.parameter,), without=self.fixed)
            nuisances = {one.name for one in context.parameters}
            return likelihood, profile(likelihood, {name: grid}, fixed=at_start(likelihood, nuisances | {name}))

        for index, (label, (likelihood, scan)) in enumerate(zip(groups, context.each(scan_of, groups), strict=True)):
            where = f"{self.key}_{index}", f"{self.title}, {label}"
            calibrated = self.method.calibrate(context, *where, likelihood, scan, self.levels)
            best = scan.best.values[name] * unit
            curves.append(Profile(label, grid * unit, scan.values, best))
            rows += by_method(calibrated, scan, self.levels, partial(range_rows, label, best, unit))
            toys += toy_rows(label, calibrated.belt) if calibrated.belt is not None else []
            warnings += [f"{label}: {one}" for one in messages(scan, calibrated)]
        others = [Published(label, one.value, one.below, one.above) for label, one in self.published.items()]
        rows += self.published_rows({"method": "published"} if toys else {})
        picture = Picture(self.key, f"{self.title}.", profiles_figure(curves, self.label, others))
        tables = [Table(self.key, self.title, rows)]
        tables += [Table(f"{self.key}_toys", f"{self.title}: toys", toys)] if toys else []
        return Section(self.title, self.text, tables, [picture], warnings)

    def published_rows(self, method: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One row for each published value."""
        return [
            {**method, "experiments": label, "best": one.value, "level": 0.6826894921370859, "piece": 1, "of": 1}
            | {"low": one.value - one.below, "high": one.value + one.above, "reaches end of grid": False}
            for label, one in self.published.items()
        ]


def range_rows(label: str, best: float, unit: float, scan: Scan, level: float) -> list[dict[str, Any]]:
    """One row per piece of an interval."""
    found = intervals(scan, level)
    return [
        {
            "experiments": label,
            "best": best,
            "level": found.level,
            "piece": index + 1,
            "of": len(found.pieces),
            "low": piece.low * unit,
            "high": piece.high * unit,
            "reaches end of grid": piece.open_low or piece.open_high,
        }
        for index, piece in enumerate(found.pieces)
    ]
