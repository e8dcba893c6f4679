"""Allowed intervals of parameters, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.fit import Intervals, Scan, intervals, profile
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.plot import Interval, intervals_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.region import AbstractIntervalConstruction, Wilks, by_method, messages, toy_rows
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
        rows, toys, bars, warnings = [], [], [], []
        groups, level = grouped(self.groups, context), float(self.level)

        def scan_group(label: str) -> list[tuple[Likelihood, Scan]]:
            context.progress(f"{self.title}: {label}")
            likelihood = context.likelihood(groups[label], self.parameters)
            nuisances = {one.name for one in context.parameters}
            return [(likelihood, self.scan(likelihood, parameter, nuisances)) for parameter in self.parameters]

        for index, (label, scans) in enumerate(zip(groups, context.each(scan_group, groups), strict=True)):
            for parameter, (likelihood, scan) in zip(self.parameters, scans, strict=True):
                name = parameter.name
                where = f"{self.key}_{index}_{name}", f"{self.title}, {label}, {name}"
                calibrated = self.method.calibrate(context, *where, likelihood, scan, [level])
                rows += by_method(calibrated, scan, [level], partial(piece_rows, label, name))
                toys += toy_rows(label, calibrated.belt) if calibrated.belt is not None else []
                found = intervals(calibrated.scans[0], level)
                bars.append(bar(label, found))
                warnings += [f"{label}: {one}" for one in messages(found, calibrated)]
        percent = f"{100 * level:.4g} % CL, one at a time"
        tables = [Table(self.key, f"{self.title}, {percent}", rows)]
        tables += [Table(f"{self.key}_toys", f"{self.title}: toys", toys)] if toys else []
        by_toys = ", by toys" if toys else ""
        caption = f"{self.title}: allowed ranges at {percent}{by_toys}; a range in pieces is drawn in pieces."
        picture = Picture(self.key, caption, intervals_figure(bars, self.label))
        return Section(self.title, self.text, tables, [picture], warnings)

    def scan(self, likelihood: Likelihood, parameter: AbstractParameter, nuisances: set[str]) -> Scan:
        """Profile one parameter over its box, the other parameters of interest at their start."""
        grid = np.linspace(float(parameter.low), float(parameter.high), self.points)
        return profile(likelihood, {parameter.name: grid}, fixed=at_start(likelihood, nuisances | {parameter.name}))


def bar(label: str, found: Intervals) -> Interval:
    """The pieces of an interval, to be drawn."""
    ends = any(p.open_low for p in found.pieces), any(p.open_high for p in found.pieces)
    return Interval(symbol(found.name), label, [(piece.low, piece.high) for piece in found.pieces], *ends)


def grouped(groups: Mapping[str, tuple[str, ...]], context: Context) -> dict[str, tuple[str, ...]]:
    """Experiments by label: the groups given, or each experiment alone under its title."""
    for label, names in groups.items():
        for name in names:
            if name not in context.experiments:
                raise InputError(f"groups.{label}", repr(name), "The study has no such experiment.", "List it there.")
    if groups:
        return {label: tuple(names) for label, names in groups.items()}
    return {short(name, context): (name,) for name in context.experiments}


def check_targets(
    parameters: Sequence[AbstractParameter], groups: Mapping[str, tuple[str, ...]], context: Context
) -> None:
    """Refuse parameters, of the task or of the study, whose address or start does not fit a group of experiments."""
    for names in groups.values():
        for parameter in (*parameters, *context.nuisances(names)):
            parameter.initial(context.nouns(names))


def short(name: str, context: Context) -> str:
    """An experiment as figures call it."""
    return context.label(name)


def start_of(likelihood: Likelihood, name: str) -> float:
    """Where a parameter starts: the value the Asimov data are made with."""
    return float(likelihood.start[likelihood.names.index(name)])


def at_start(likelihood: Likelihood, free: set[str]) -> dict[str, float]:
    """All parameters but the free ones, where they start."""
    return {name: start_of(likelihood, name) for name in likelihood.names if name not in free}


def piece_rows(label: str, name: str, scan: Scan, level: float) -> list[dict[str, Any]]:
    """One row per piece of an interval, with the flags of the profile."""
    found = intervals(scan, level)
    return [
        {
            "experiments": label,
            "parameter": name,
            "piece": index + 1,
            "of": len(found.pieces),
            "low": piece.low,
            "high": piece.high,
            "reaches end of grid": piece.open_low or piece.open_high,
            "points not converged": int((~scan.converged).sum()),
            "points with a nuisance at its edge": int(scan.at_edge.sum()),
        }
        for index, piece in enumerate(found.pieces)
    ]


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
