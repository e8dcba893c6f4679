"""Upper limits of couplings that are zero in the standard model, beside published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.parameter_intervals import ParameterIntervals, upper_limit, upper_limits
from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.plot import Curve, Figure, Guide, curves_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import symbol
from ontarget.study.parameters.groups import check_targets, grouped, likelihoods, nuisances
from ontarget.study.parameters.methods import by_method, message_of, published_method, sentences, toy_tables
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
        grids = {one.name: self.grid(one) for one in self.parameters}
        found = {
            label: upper_limits(
                nll,
                list(grids),
                level=level,
                grids=grids,
                nuisances=nuisances(context, nll),
                method=self.method,
                complete=context.complete,
                key=f"{self.key}_{index}",
                title=f"{self.title}, {label}",
            )
            for index, (label, nll) in enumerate(likelihoods(context, self.title, groups, self.parameters).items())
        }
        every = [(label, by_name[name]) for name in grids for label, by_name in found.items()]
        belts = [(label, one.belt) for label, one in every]
        unit = float(self.unit)
        return Section(
            self.title,
            self.text,
            [
                Table(self.key, f"{self.title}, {100 * level:.4g} % CL", rows(every, self.published, unit)),
                *toy_tables(self.key, self.title, belts),
            ],
            [self.picture(name, {label: by_name[name] for label, by_name in found.items()}) for name in grids],
            [
                line
                for label, one in every
                for line in sentences(label, one.scan.message, one.note, message_of(one.belt))
            ],
            headline=headline(every, self.published, unit),
        )

    def grid(self, parameter: AbstractParameter) -> np.ndarray:
        """Values [point], from zero, or where the box begins above it, to the end of the box."""
        return np.linspace(max(0.0, float(parameter.low)), float(parameter.high), self.points)

    def picture(self, name: str, found: Mapping[str, ParameterIntervals]) -> Picture:
        """The profiles of one parameter, by label of the experiments."""
        published = {label: one for label, one in self.published.items() if one.parameter == name}
        caption = f"{self.title}: {symbol(name)}; dotted across: {100 * float(self.level):.4g} % CL."
        return Picture(f"{self.key}_{name}", caption, figure(found, published, float(self.unit), self.label))


def headline(
    found: Sequence[tuple[str, ParameterIntervals]], published: Mapping[str, PublishedLimit], unit: float
) -> list[Headline]:
    """The limits of each parameter, and those that are published of it."""
    made = []
    for label, one in found:
        limit = upper_limit(one.intervals[0])
        some = bool(one.intervals[0].pieces)
        said = f"< {number_text(limit.value * unit)}" if some else "no value allowed"
        lifted = ", from the best of the values from zero on" if one.note and some else ""
        ending = ", the end of the grid" if limit.open else lifted
        made.append(Headline(f"{one.name}, {label}", said, note=f"{100 * limit.level:.4g} % CL" + ending))
    return made + [
        Headline(
            f"{one.parameter}, published: {label}", f"< {number_text(one.value)}", note=f"{100 * one.level:.4g} % CL"
        )
        for label, one in published.items()
    ]


def rows(
    found: Sequence[tuple[str, ParameterIntervals]], published: Mapping[str, PublishedLimit], unit: float
) -> list[dict[str, Any]]:
    """A row for each limit, in `unit`, by label of the experiments; after those of a parameter what is published."""
    beside = published_method(one.belt for _, one in found)
    every: list[dict[str, Any]] = []
    for name in dict.fromkeys(one.name for _, one in found):
        every += [row for label, one in found if one.name == name for row in limit_rows(label, one, unit)]
        every += [
            {**beside, "parameter": name, "experiments": label, "below": one.value}
            | {"level": one.level, "reaches end of grid": False}
            for label, one in published.items()
            if one.parameter == name
        ]
    return every


def limit_rows(label: str, found: ParameterIntervals, unit: float) -> list[dict[str, Any]]:
    """The upper end of what a group of experiments allows."""
    limits = [(method, upper_limit(one)) for method, one in by_method(found.intervals, found.asymptotic, found.belt)]
    return [
        {**method, "parameter": found.name, "experiments": label}
        | {"below": one.value * unit if np.isfinite(one.value) else None}
        | {"level": one.level, "reaches end of grid": one.open}
        for method, one in limits
    ]


def figure(
    found: Mapping[str, ParameterIntervals], published: Mapping[str, PublishedLimit], unit: float, label: str
) -> Figure:
    """Profiles of one parameter up to thrice the level, published limits as upright lines; `label` is of the axis."""
    level = next(iter(found.values())).asymptotic[0].threshold
    curves: list[Curve] = []
    for name, one in found.items():
        x, y = one.curve
        curves.append(Curve(name, x[y <= 3 * level] * unit, y[y <= 3 * level]))
    ends = [
        0.0,
        *(float(curve.x.max()) for curve in curves if curve.x.size),
        *(one.value for one in published.values()),
    ]
    dashes = ("--", "-.", ":") * len(published)
    curves += [
        Guide(name, np.full(2, one.value), np.array([0.0, 3 * level]), dash=dash)
        for (name, one), dash in zip(published.items(), dashes, strict=False)
    ]
    curves.append(Guide("", np.array([0.0, max(ends)]), np.full(2, level)))
    return curves_figure(curves, [], label, "−2 Δ ln L")
