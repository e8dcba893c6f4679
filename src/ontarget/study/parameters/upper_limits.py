"""Upper limits of couplings that are zero in the standard model, beside published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.fit import Scan, intervals, profile, threshold
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import at_start, check_targets, grouped, symbol
from ontarget.study.parameters.region import AbstractIntervalConstruction, Wilks, by_method, messages, toy_rows
from ontarget.study.task import AbstractTask, check_points


class PublishedLimit(Noun):
    """A published upper limit on the `parameter` of this name, in the unit that is shown, at its confidence level."""

    value: float = static()
    parameter: str = static()
    level: float = static(default=0.90)


class UpperLimits(AbstractTask):
    """Upper limit of each parameter with the others of interest at their start, nuisances profiled.

    Attributes
    ----------
    title, text : of the section
    key : name of the table, and of the figures with the parameter behind it
    parameters : of interest, scanned from zero to the end of the box; a box on both sides of zero holds the best fit
    label : of the axis, with the unit shown
    unit : what the parameters are multiplied by to be shown
    groups : which experiments are fitted together, by label; each alone by default
    published : limits by label, drawn as lines
    level : confidence level, one degree of freedom
    points : of the grid over each parameter's box
    method : how large -2 ln L may become; by toys, the rows of Wilks' theorem stand beside
    """

    title: str = static()
    key: str = static()
    parameters: tuple[AbstractParameter, ...]
    label: str = static()
    text: str = static(default="")
    unit: Number = quantity(default=1.0)
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    published: Mapping[str, PublishedLimit] = static(converter=FrozenDict, default_factory=FrozenDict)
    level: Number = quantity(default=0.90)
    points: int = static(default=201)
    method: AbstractIntervalConstruction = Wilks()

    def __check_init__(self) -> None:
        check_positive(self, "unit")
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 11, 100_001)
        names = [one.name for one in self.parameters]
        for label, one in self.published.items():
            if one.parameter not in names:
                truth = f"The task asks about {', '.join(names)}."
                raise InputError(f"published.{label}.parameter", repr(one.parameter), truth, "Name one of them.")

    def interest(self) -> Sequence[AbstractParameter]:
        return self.parameters

    def check(self, context: Context) -> None:
        check_targets(self.parameters, grouped(self.groups, context), context)

    def run(self, context: Context) -> Section:
        groups, level = grouped(self.groups, context), float(self.level)

        def scans_of(label: str) -> list[tuple[Likelihood, Scan]]:
            context.progress(f"{self.title}: {label}")
            likelihood = context.likelihood(groups[label], self.parameters)
            nuisances = {one.name for one in context.parameters}
            grids = {one.name: self.grid(one) for one in self.parameters}
            return [
                (likelihood, profile(likelihood, {name: grid}, fixed=at_start(likelihood, nuisances | {name})))
                for name, grid in grids.items()
            ]

        found = dict(zip(groups, context.each(scans_of, groups), strict=True))
        rows, toys, pictures, warnings = [], [], [], []
        for place, parameter in enumerate(self.parameters):
            name = parameter.name
            for index, (label, scans) in enumerate(found.items()):
                where = f"{self.key}_{index}_{name}", f"{self.title}, {label}, {name}"
                calibrated = self.method.calibrate(context, *where, *scans[place], [level])
                rows += by_method(calibrated, scans[place][1], [level], partial(self.limit, name, label))
                toys += toy_rows(label, calibrated.belt) if calibrated.belt is not None else []
                warnings += [f"{label}: {one}" for one in messages(scans[place][1], calibrated)]
            rows += self.published_rows(name, {"method": "published"} if toys else {})
            pictures.append(self.picture(parameter, {label: scans[place][1] for label, scans in found.items()}))
        tables = [Table(self.key, f"{self.title}, {100 * level:.4g} % CL", rows)]
        tables += [Table(f"{self.key}_toys", f"{self.title}: toys", toys)] if toys else []
        return Section(self.title, self.text, tables, pictures, warnings)

    def grid(self, parameter: AbstractParameter) -> np.ndarray:
        """From zero, or where the box begins above it, to the end of the box."""
        return np.linspace(max(0.0, float(parameter.low)), float(parameter.high), self.points)

    def limit(self, name: str, label: str, scan: Scan, level: float) -> list[dict[str, Any]]:
        """The upper end of what a group of experiments allows: one row."""
        last = intervals(scan, level).pieces[-1]
        row = {"parameter": name, "experiments": label, "below": last.high * float(self.unit)}
        return [row | {"level": level, "reaches end of grid": last.open_high}]

    def published_rows(self, name: str, method: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A row for each published limit on a parameter."""
        return [
            {**method, "parameter": name, "experiments": label, "below": one.value}
            | {"level": one.level, "reaches end of grid": False}
            for label, one in self.published.items()
            if one.parameter == name
        ]

    def picture(self, parameter: AbstractParameter, scans: Mapping[str, Scan]) -> Picture:
        """Profiles up to thrice the level, published limits as upright lines."""
        unit, level = float(self.unit), threshold(float(self.level), 1)
        grid, ends = self.grid(parameter) * unit, [0.0]
        curves: list[Curve] = []
        for label, scan in scans.items():
            shown = scan.values <= 3 * level
            curves.append(Curve(label, grid[shown], scan.values[shown]))
        ends += [float(curve.x.max()) for curve in curves if curve.x.size]
        dashes = iter(("--", "-.", ":") * len(self.published))
        for label, one in self.published.items():
            if one.parameter == parameter.name:
                ends.append(one.value)
                curves.append(Guide(label, np.full(2, one.value), np.array([0.0, 3 * level]), dash=next(dashes)))
        curves.append(Guide("", np.array([0.0, max(ends)]), np.full(2, level)))
        figure = curves_figure(curves, [], self.label, "−2 Δ ln L")
        caption = f"{self.title}: {symbol(parameter.name)}; dotted across: {100 * float(self.level):.4g} % CL."
        return Picture(f"{self.key}_{parameter.name}", caption, figure)
