"""Allowed regions in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.nsi_degeneracy import degenerate_lines
from ontarget.analysis.parameters.plane_region import PlaneRegion, plane
from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys.interval_construction import AbstractIntervalConstruction, Wilks
from ontarget.plot import Figure, Guide, Map, Region, maps_figure, regions_figure
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import symbol
from ontarget.study.parameters.groups import check_targets, grouped, likelihoods, nuisances
from ontarget.study.parameters.methods import by_method, message_of, sentences, toy_tables
from ontarget.study.task import AbstractTask, check_points


class Plane(AbstractTask):
    """Profile likelihood on a grid over two parameters, two degrees of freedom, nuisances profiled.

    Attributes
    ----------
    title, text : of the section
    key : name of the table and the figure
    x, y : the two parameters
    groups : which experiments are fitted together, by label; each alone by default
    filled : the labels drawn as filled areas
    level : confidence level
    points : of the grid along each axis
    method : how large -2 ln L may become; by toys, Wilks' lines are drawn beside, dashed
    """

    title: str = static()
    key: str = static()
    x: AbstractParameter
    y: AbstractParameter
    text: str = static(default="")
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    filled: tuple[str, ...] = static(default=())
    level: Number = quantity(default=0.90)
    points: int = static(default=100)
    method: AbstractIntervalConstruction = Wilks()

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 11, 2001)

    def interest(self) -> Sequence[AbstractParameter]:
        return self.x, self.y

    def check(self, context: Context) -> None:
        groups = grouped(self.groups, context)
        for label in self.filled:
            if label not in groups:
                raise InputError("filled", repr(label), "No group has this label.", did_you_mean(label, groups))
        check_targets((self.x, self.y), groups, context)

    def run(self, context: Context) -> Section:
        groups, level = grouped(self.groups, context), float(self.level)
        grids = {one.name: np.linspace(float(one.low), float(one.high), self.points) for one in (self.x, self.y)}
        found = {
            label: plane(
                nll,
                *grids,
                level=level,
                grids=grids,
                nuisances=nuisances(context, nll),
                method=self.method,
                complete=context.complete,
                key=f"{self.key}_{index}",
                title=f"{self.title}, {label}",
            )
            for index, (label, nll) in enumerate(likelihoods(context, self.title, groups, (self.x, self.y)).items())
        }
        measured = [label for label in found if any(one.observed is not None for one in context.nouns(groups[label]))]
        toys = [(label, one.belt) for label, one in found.items()]
        percent = f"{100 * level:.4g} % CL, two degrees of freedom"
        beside = " By toys; dashed beside: by Wilks' theorem." if any(belt is not None for _, belt in toys) else ""
        drawn = figure(found, self.filled, measured, guides(context, self.x.name, self.y.name, grids[self.x.name]))
        return Section(
            self.title,
            self.text,
            [Table(self.key, f"{self.title}, {percent}", rows(found)), *toy_tables(self.key, self.title, toys)],
            [Picture(self.key, f"{self.title}, {percent}.{beside}", drawn), *critical(found, self.key, self.title)],
            [line for label, one in found.items() for line in sentences(label, one.scan.message, message_of(one.belt))],
            headline=headline(found),
        )


def headline(found: Mapping[str, PlaneRegion]) -> list[Headline]:
    """How much of the plane each group allows, the last first, which holds most where groups grow."""
    return [
        Headline(
            f"allowed of {' and '.join(one.names)}, {label}",
            100 * one.region.area,
            unit="% of the plane",
            note=f"{100 * one.level:.4g} % CL",
        )
        for label, one in reversed(list(found.items()))
    ]


def rows(found: Mapping[str, PlaneRegion]) -> list[dict[str, Any]]:
    """How much of the plane each group allows, in how many lines, and whether the fits went well."""
    return [
        {
            **method,
            "experiments": label,
            "allowed share of the plane": region.share,
            "allowed share of its area": region.area,
            "closed contours": region.closed,
            "contours that leave the plane": region.open,
            "points": one.scan.values.size,
            "points not converged": int((~one.scan.converged).sum()),
            "points with a nuisance at its edge": int(one.scan.at_edge.sum()),
        }
        for label, one in found.items()
        for method, region in by_method([one.region], [one.asymptotic], one.belt)
    ]


def figure(
    found: Mapping[str, PlaneRegion], filled: Sequence[str], measured: Sequence[str], lines: Sequence[Guide]
) -> Figure:
    """The regions of all groups, some `filled`; a mark at the best fit of those that `measured` something."""
    regions = [
        region
        for index, (label, one) in enumerate(found.items())
        for region in drawn(label, index, one, label in filled, label in measured)
    ]
    last = list(found.values())[-1]
    x, y = map(symbol, last.names)
    return regions_figure(regions, list(lines), x, y, last.start, "standard model")


def drawn(label: str, index: int, found: PlaneRegion, filled: bool, measured: bool) -> list[Region]:
    """The region of a group, and under one by toys the lines of Wilks, dashed, in the same colour."""
    best = found.best if measured else None
    here, wilks = found.region, found.asymptotic
    if found.belt is None:
        return [Region(label, here.x, here.y, here.values, here.threshold, filled, best=best, group=index)]
    beside = Region(f"{label}, Wilks", wilks.x, wilks.y, wilks.values, wilks.threshold, group=index, dash="--")
    whole = Region(label, here.x, here.y, here.values, here.threshold, filled, best=best, group=index, dash="-")
    return [beside, whole]


def critical(found: Mapping[str, PlaneRegion], key: str, title: str) -> list[Picture]:
    """Critical values by toys, a panel for each group that has some."""
    belts = {label: one.belt for label, one in found.items() if one.belt is not None}
    if not belts:
        return []
    first = next(iter(found.values()))
    x, y = first.names
    maps = [Map(label, one.scan.grids[x], one.scan.grids[y], one.critical[0]) for label, one in belts.items()]
    said = f"critical value (χ²: {first.region.threshold:.2f})"
    picture = maps_figure(maps, symbol(x), symbol(y), said, aspect="auto")
    return [Picture(f"{key}_critical", f"{title}: how large −2 ln L may become, by toys.", picture)]


def guides(context: Context, x: str, y: str, grid: np.ndarray) -> list[Guide]:
    """Where the first experiment has the rate of the standard model, in the plane of eps_ee_u and eps_ee_d only."""
    if (x, y) != ("eps_ee_u", "eps_ee_d"):
        return []
    lines = degenerate_lines(context.nouns()[0], grid)
    if lines is None:
        return []
    labels = f"{context.label(lines.experiment)}, same rate as SM", ""
    return [Guide(label, grid, line) for label, line in zip(labels, lines.eps_d, strict=True)]
