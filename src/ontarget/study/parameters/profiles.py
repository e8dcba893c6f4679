"""Profile likelihoods of one parameter, from several groups of experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.parameter_intervals import ONE_SIGMA, ParameterIntervals, likelihood_profile
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.plot import Figure, Profile, Published, profiles_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import allowed
from ontarget.study.parameters.groups import check_targets, grouped, likelihoods, nuisances
from ontarget.study.parameters.methods import by_method, message_of, published_method, sentences, toy_tables
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
    levels: tuple[float, ...] = static(default=(ONE_SIGMA, 0.90))
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
        groups, unit = grouped(self.groups, context), float(self.unit)
        grid = np.linspace(float(self.parameter.low), float(self.parameter.high), self.points)
        made = likelihoods(context, self.title, groups, (self.parameter,), self.fixed)
        found = {
            label: likelihood_profile(
                nll,
                self.parameter.name,
                levels=self.levels,
                grid=grid,
                nuisances=nuisances(context, nll),
                method=self.method,
                complete=context.complete,
                key=f"{self.key}_{index}",
                title=f"{self.title}, {label}",
            )
            for index, (label, nll) in enumerate(made.items())
        }
        return Section(
            self.title,
            self.text,
            [
                Table(self.key, self.title, rows(found, self.published, unit), COLUMNS),
                *toy_tables(self.key, self.title, [(label, one.belt) for label, one in found.items()]),
            ],
            [Picture(self.key, f"{self.title}.", figure(found, self.published, unit, self.label))],
            [text for label, one in found.items() for text in sentences(label, one.scan.message, message_of(one.belt))],
            headline=headline(self.parameter.name, found, self.published, unit),
        )


COLUMNS = {"low": Column(end_of="best"), "high": Column(end_of="best")}


def headline(
    name: str, found: Mapping[str, ParameterIntervals], published: Mapping[str, PublishedRange], unit: float
) -> list[Headline]:
    """Best fit and interval of each group at the first level; then what is published."""
    made = []
    for label, one in found.items():
        first, note = one.intervals[0], f"{100 * one.levels[0]:.4g} % CL"
        if len(first.pieces) == 1 and not (first.pieces[0].open_low or first.pieces[0].open_high):
            ends = first.pieces[0].low * unit, first.pieces[0].high * unit
            made.append(Headline(f"{name}, {label}", one.best * unit, interval=ends, note=note))
        else:
            made.append(Headline(f"{name}, {label}", allowed(first.pieces, unit), note=note))
    return made + [
        Headline(label, one.value, interval=(one.value - one.below, one.value + one.above))
        for label, one in published.items()
    ]


def rows(
    found: Mapping[str, ParameterIntervals], published: Mapping[str, PublishedRange], unit: float
) -> list[dict[str, Any]]:
    """One row per piece of an interval, in `unit`, by label of the experiments; then one for each published value."""
    beside = published_method(one.belt for one in found.values())
    return [
        {
            **method,
            "experiments": label,
            "best": one.best * unit,
            "level": interval.level,
            "piece": index + 1,
            "of": len(interval.pieces),
            "low": piece.low * unit,
            "high": piece.high * unit,
            "reaches end of grid": piece.open_low or piece.open_high,
        }
        for label, one in found.items()
        for method, interval in by_method(one.intervals, one.asymptotic, one.belt)
        for index, piece in enumerate(interval.pieces)
    ] + [
        {**beside, "experiments": label, "best": one.value, "level": ONE_SIGMA, "piece": 1, "of": 1}
        | {"low": one.value - one.below, "high": one.value + one.above, "reaches end of grid": False}
        for label, one in published.items()
    ]


def figure(
    found: Mapping[str, ParameterIntervals], published: Mapping[str, PublishedRange], unit: float, label: str
) -> Figure:
    """-2 ln L over the parameter in `unit` for each label of experiments, beside published values."""
    curves = [Profile(name, one.curve[0] * unit, one.curve[1], one.best * unit) for name, one in found.items()]
    others = [Published(name, one.value, one.below, one.above) for name, one in published.items()]
    return profiles_figure(curves, label, others)
