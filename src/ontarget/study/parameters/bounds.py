"""Allowed intervals of parameters, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.parameter_intervals import ParameterIntervals, bounds
from ontarget.analysis.parameters.parameter_intervals import at_start as at_start
from ontarget.ground.errors import check_range
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.fit import Piece
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.plot import Figure, Interval, intervals_figure
from ontarget.report.column import Column
from ontarget.report.digits import interval
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.groups import check_targets, grouped, likelihoods, nuisances
from ontarget.study.parameters.methods import by_method, message_of, sentences, toy_tables
from ontarget.study.task import AbstractTask, check_points


class Bounds(AbstractTask):
    """Intervals of each parameter with the other parameters of interest at their start, nuisances profiled.

    Attributes
    ----------
    title, text : of the section
    key : name of the table and the figure
    parameters : of interest
    groups : which experiments are fitted together, by label; each alone by default
    level : confidence level, one degree of freedom
    points : of the grid over each parameter's box
    method : how large -2 ln L may become; by toys, the rows of Wilks' theorem stand beside
    """

    title: str = static()
    key: str = static()
    parameters: tuple[AbstractParameter, ...]
    text: str = static(default="")
    label: str = static(default="parameter")
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    level: Number = quantity(default=0.90)
    points: int = static(default=201)
    method: AbstractIntervalConstruction = Wilks()

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 11, 100_001)

    def interest(self) -> Sequence[AbstractParameter]:
        return self.parameters

    def check(self, context: Context) -> None:
        check_targets(self.parameters, grouped(self.groups, context), context)

    def run(self, context: Context) -> Section:
        groups, level = grouped(self.groups, context), float(self.level)
        grids = {one.name: np.linspace(float(one.low), float(one.high), self.points) for one in self.parameters}
        found = {
            label: bounds(
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
        every = [(label, one) for label, by_name in found.items() for one in by_name.values()]
        belts = [(label, one.belt) for label, one in every]
        percent = f"{100 * level:.4g} % CL, one at a time"
        by_toys = ", by toys" if any(belt is not None for _, belt in belts) else ""
        caption = f"{self.title}: allowed ranges at {percent}{by_toys}; a range in pieces is drawn in pieces."
        return Section(
            self.title,
            self.text,
            [Table(self.key, f"{self.title}, {percent}", rows(every), ENDS), *toy_tables(self.key, self.title, belts)],
            [Picture(self.key, caption, figure(every, self.label))],
            [line for label, one in every for line in sentences(label, one.intervals[0].message, message_of(one.belt))],
            headline=headline(every, level),
        )


ENDS = {"low": Column(end_of="interval"), "high": Column(end_of="interval")}


def headline(found: Sequence[tuple[str, ParameterIntervals]], level: float) -> list[Headline]:
    """The interval of each parameter by the last group of experiments, which holds most where groups grow."""
    last = {one.name: (label, one) for label, one in found}
    return [
        Headline(f"{name}, {label}", allowed(one.intervals[0].pieces), note=f"{100 * level:.4g} % CL")
        for name, (label, one) in last.items()
    ]


def allowed(pieces: Sequence[Piece], unit: float = 1.0) -> str:
    """The pieces of an interval in words; one that reaches the end of the grid has only its other end."""
    said = []
    for one in pieces:
        low, high = interval([one.low * unit, one.high * unit])
        both = {(False, False): f"{low} to {high}", (True, False): f"below {high}", (False, True): f"above {low}"}
        said.append(both.get((one.open_low, one.open_high), "all values tried"))
    return " or ".join(said) or "nothing"


def rows(found: Sequence[tuple[str, ParameterIntervals]]) -> list[dict[str, Any]]:
    """One row per piece of an interval, with the flags of the profile; `found` has the labels of experiments."""
    return [
        {
            **method,
            "experiments": label,
            "parameter": one.name,
            "piece": index + 1,
            "of": len(interval.pieces),
            "low": piece.low,
            "high": piece.high,
            "reaches end of grid": piece.open_low or piece.open_high,
            "points not converged": int((~one.scan.converged).sum()),
            "points with a nuisance at its edge": int(one.scan.at_edge.sum()),
        }
        for label, one in found
        for method, interval in by_method(one.intervals, one.asymptotic, one.belt)
        for index, piece in enumerate(interval.pieces)
    ]


def figure(found: Sequence[tuple[str, ParameterIntervals]], label: str) -> Figure:
    """A panel for each parameter, a bar for each label of experiments; `label` stands at the axis."""
    return intervals_figure([bar(name, one) for name, one in found], label)


def bar(label: str, found: ParameterIntervals) -> Interval:
    """The pieces of an interval, to be drawn."""
    pieces = found.intervals[0].pieces
    ends = any(one.open_low for one in pieces), any(one.open_high for one in pieces)
    return Interval(symbol(found.name), label, [(one.low, one.high) for one in pieces], *ends)


def short(name: str, context: Context) -> str:
    """An experiment as figures call it."""
    return context.label(name)


MIXINGS = {"ue4": r"$|U_{e4}|^2$", "umu4": r"$|U_{\mu4}|^2$", "utau4": r"$|U_{\tau4}|^2$"}


def symbol(name: str) -> str:
    """A parameter's name for a figure: eps_ee_u and umu4 as formulas, other names in words."""
    if name in MIXINGS:
        return MIXINGS[name]
    parts = name.split("_")
    if parts[0] == "eps" and len(parts) == 3:
        flavours = parts[1].replace("mu", r"\mu ").replace("tau", r"\tau ")
        return rf"$\varepsilon_{{{flavours}}}^{{{parts[2]}}}$"
    return name.replace("_", " ")
