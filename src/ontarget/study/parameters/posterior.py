"""Posterior densities of parameters, with credible intervals beside those of the profile likelihood."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.credible_intervals import LEVELS, CredibleIntervals, PosteriorDensity, posterior
from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import static
from ontarget.inference.fit import threshold
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.posterior import NUTS, AbstractSampler, Draws
from ontarget.plot import Corner, Face, Figure, Side, corner_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import at_start, check_targets, grouped, symbol
from ontarget.study.task import AbstractTask, check_points

Rows = Callable[[str, PosteriorDensity], list[dict[str, Any]]]


class Posterior(AbstractTask):
    """Draws from the posterior of all parameters together, nuisances included, flat in their boxes but for priors.

    Attributes
    ----------
    title, text : of the section
    key : name of tables and figures
    parameters : of interest; the corner plot shows them
    groups : which experiments are fitted together, by label; each alone by default
    sampler : `NUTS` or `Nested`
    levels : credible levels, and confidence levels of the profile beside them
    points : of the profile's grid over each parameter's box
    plane : points along each axis of the profile of two parameters of interest, whose line is drawn over their region;
        none is with 0
    shown : names of nuisances that the corner plot shows as well
    """

    title: str = static()
    key: str = static()
    parameters: tuple[AbstractParameter, ...]
    text: str = static(default="")
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    sampler: AbstractSampler = NUTS()
    levels: tuple[float, ...] = static(default=LEVELS)
    points: int = static(default=201)
    plane: int = static(default=0)
    shown: tuple[str, ...] = static(default=())

    def __check_init__(self) -> None:
        for level in self.levels:
            if not 0 < level < 1:
                raise InputError("levels", f"{level:g}", "A credible level lies between 0 and 1.", "Give e.g. 0.9.")
        check_points(self.points, 11, 100_001)
        check_points(self.plane or 11, 11, 1001)

    def interest(self) -> Sequence[AbstractParameter]:
        return self.parameters

    def check(self, context: Context) -> None:
        groups = grouped(self.groups, context)
        check_targets(self.parameters, groups, context)
        self.sampler.check()
        known = {one.name for one in (*self.parameters, *context.parameters)}
        for name in self.shown:
            if name not in known:
                raise InputError("shown", repr(name), "It is no parameter of the study.", "Free it, or leave it out.")

    def run(self, context: Context) -> Section:
        groups = grouped(self.groups, context)
        found = {label: self.density(context, index, label, groups[label]) for index, label in enumerate(groups)}
        tables = [
            self.table(found, "intervals", "credible intervals", interval_rows),
            self.table(found, "modes", "modes", mode_rows),
            self.table(found, "diagnostics", "diagnostics", diagnostic_rows),
        ]
        pictures = [
            Picture(f"{self.key}_{index + 1}", self.caption(label, one.draws), figure(one, self.levels))
            for index, (label, one) in enumerate(found.items())
        ]
        warnings = [f"{label}: {sentence}" for label, one in found.items() for sentence in one.messages]
        return Section(self.title, self.text, tables, pictures, warnings, headline=headline(self.parameters, found))

    def density(self, context: Context, index: int, label: str, names: Sequence[str]) -> PosteriorDensity:
        """The posterior of one group; what its parameters are not free in stays at its start."""
        likelihood = context.likelihood(names, self.parameters)
        return posterior(
            likelihood,
            self.parameters,
            fixed=at_start(likelihood, {one.name for one in (*self.parameters, *context.parameters)}),
            sampler=self.sampler,
            levels=self.levels,
            points=self.points,
            plane=self.plane,
            shown=self.shown,
            complete=context.complete,
            key=f"{self.key}_{index + 1}",
            title=f"{self.title}, {label}",
        )

    def table(self, found: Mapping[str, PosteriorDensity], name: str, title: str, rows: Rows) -> Table:
        """The rows of all groups."""
        every = [row for label, one in found.items() for row in rows(label, one)]
        return Table(f"{self.key}_{name}", f"{self.title}: {title}", every, COLUMNS.get(name, {}))

    def caption(self, label: str, draws: Draws) -> str:
        """What the corner plot shows."""
        levels = " and ".join(f"{100 * one:.3g} %" for one in sorted(self.levels))
        lumps = f" {len(draws.modes)} modes." if len(draws.modes) > 1 else ""
        return f"{self.title}, {label}: posterior densities with regions of {levels}, profiles dashed.{lumps}"


COLUMNS = {
    "intervals": {
        "standard deviation": Column(error_of="mean"),
        "low": Column(end_of="interval"),
        "high": Column(end_of="interval"),
    },
    "modes": {"its error": Column(error_of="share")},
    "diagnostics": {"its error": Column(error_of="ln evidence"), "R-hat": Column(decimals=3)},
}
"""Which is the error of which, by table."""


def headline(parameters: Sequence[AbstractParameter], found: Mapping[str, PosteriorDensity]) -> list[Headline]:
    """Mean and standard deviation of each parameter of interest."""
    made = []
    for label, one in found.items():
        spread, draws = np.sqrt(np.diagonal(one.draws.covariance)), one.draws
        for name in (each.name for each in parameters if each.name in draws.names):
            place = draws.place(name)
            note = f"{len(draws.modes)} modes" if len(draws.modes) > 1 else ""
            made.append(Headline(f"{name}, {label}", float(draws.mean[place]), float(spread[place]), note=note))
    return made


def figure(found: PosteriorDensity, levels: Sequence[float]) -> Figure:
    """Densities of all parameters shown, one by one and two by two."""
    levels, names = sorted(levels), list(found.marginals)
    sides = [side(found, name, levels) for name in names]
    faces = {
        (column, row): face(found, (first, second), levels)
        for (column, first), (row, second) in itertools.combinations(enumerate(names), 2)
    }
    best = next(iter(found.profiles.values())).best.values
    return corner_figure(Corner(sides, faces, [f"{100 * one:.3g} %" for one in levels], [best[one] for one in names]))


def side(found: PosteriorDensity, name: str, levels: Sequence[float]) -> Side:
    """The density of one parameter, and the profile likelihood over it where it was asked about."""
    density, over = found.marginals[name], found.profiles.get(name)
    ratio = None if over is None else (over.grids[name], np.exp(-0.5 * over.values))
    heights = [density.height(one) for one in levels]
    return Side(symbol(name), density.grids[name], density.values, heights, ratio)


def face(found: PosteriorDensity, names: tuple[str, str], levels: Sequence[float]) -> Face:
    """The density of two parameters with its regions, and the line of the profile at the highest level."""
    both, scan = found.joint[names], found.planes.get(names)
    x, y = (both.grids[name] for name in names)
    heights, line = [both.height(one) for one in levels], None
    if scan is not None:
        first, second = (scan.grids[name] for name in names)
        line = first, second, scan.values, threshold(levels[-1], 2)
    return Face(x, y, both.values, heights, line)


def interval_rows(label: str, found: PosteriorDensity) -> list[dict[str, Any]]:
    """Central interval and pieces of highest density of each free parameter; of those of interest the profile too."""
    draws = found.draws
    spread = np.sqrt(np.diagonal(draws.covariance))
    table = []
    for one in found.intervals:
        place = draws.place(one.name)
        moments = {"mean": float(draws.mean[place]), "standard deviation": float(spread[place])}
        row = {"experiments": label, "parameter": one.name, "level": one.level}
        table += [row | ends | moments for ends in piece_rows(one)]
    return table


def piece_rows(found: CredibleIntervals) -> list[dict[str, Any]]:
    """The ends of every piece of one parameter's intervals, by each method."""
    low, high = found.central
    table = [{"method": "central", "piece": 1, "of": 1, "low": low, "high": high, "reaches end of box": False}]
    for method, pieces in (("highest density", found.densest), ("profile", found.profiled)):
        table += [
            {
                "method": method,
                "piece": index + 1,
                "of": len(pieces),
                "low": piece.low,
                "high": piece.high,
                "reaches end of box": piece.open_low or piece.open_high,
            }
            for index, piece in enumerate(pieces)
        ]
    return table


def mode_rows(label: str, found: PosteriorDensity) -> list[dict[str, Any]]:
    """The lumps of the posterior with their shares of the probability."""
    return [
        {
            "experiments": label,
            "mode": index + 1,
            "share": one.share,
            "its error": one.share_error,
            "draws": one.draws,
            "-2 ln L": one.depth,
        }
        | one.best
        for index, one in enumerate(found.draws.modes)
    ]


def diagnostic_rows(label: str, found: PosteriorDensity) -> list[dict[str, Any]]:
    """How far the draws are to be trusted, parameter by parameter."""
    draws, sampler = found.draws, found.draws.diagnostics
    return [
        {
            "experiments": label,
            "parameter": name,
            "R-hat": float(sampler.rhat[place]),
            "independent draws": float(sampler.effective[place]),
            "draws": len(draws.weights),
            "divergences": sampler.divergences,
            "acceptance": sampler.acceptance,
            "evaluations": sampler.evaluations,
            "ln evidence": draws.evidence,
            "its error": draws.evidence_error,
        }
        for place, name in enumerate(draws.names)
    ]
