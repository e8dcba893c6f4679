"""Allowed regions in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.fit import Scan, contour, profile, threshold
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys import Belt
from ontarget.plot import Guide, Map, Region, maps_figure, regions_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import at_start, check_targets, grouped, start_of, symbol
from ontarget.study.parameters.degeneracy import bands
from ontarget.study.parameters.region import (
    AbstractIntervalConstruction,
    CalibratedScan,
    Wilks,
    by_method,
    messages,
    toy_rows,
)
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
        regions, belts, rows, warnings, best = list[Region](), dict[str, Belt](), [], [], None
        grids = {one.name: np.linspace(float(one.low), float(one.high), self.points) for one in (self.x, self.y)}
        for index, (label, names) in enumerate(grouped(self.groups, context).items()):
            context.progress(f"{self.title}: {label}")
            likelihood = context.likelihood(names, (self.x, self.y))
            free = {self.x.name, self.y.name} | {one.name for one in context.parameters}
            scan = profile(likelihood, grids, fixed=at_start(likelihood, free))
            best = start_of(likelihood, self.x.name), start_of(likelihood, self.y.name)
            where = f"{self.key}_{index}", f"{self.title}, {label}"
            calibrated = self.method.calibrate(context, *where, likelihood, scan, [float(self.level)])
            measured = any(noun.observed is not None for noun in context.nouns(names))
            regions += self.regions(label, index, scan, calibrated, measured)
            rows += by_method(calibrated, scan, [float(self.level)], partial(summaries, label))
            belts |= {label: calibrated.belt} if calibrated.belt is not None else {}
            warnings += [f"{label}: {one}" for one in messages(scan, calibrated)]
        lines = [Guide(*line) for line in bands(context, self.x.name, self.y.name, grids[self.x.name])]
        figure = regions_figure(regions, lines, symbol(self.x.name), symbol(self.y.name), best, "standard model")
        percent = f"{100 * float(self.level):.4g} % CL, two degrees of freedom"
        beside = " By toys; dashed beside: by Wilks' theorem." if belts else ""
        pictures = [Picture(self.key, f"{self.title}, {percent}.{beside}", figure), *self.surfaces(belts)]
        tables = [Table(self.key, f"{self.title}, {percent}", rows)]
        toys = [row for label, belt in belts.items() for row in toy_rows(label, belt)]
        tables += [Table(f"{self.key}_toys", f"{self.title}: toys", toys)] if toys else []
        return Section(self.title, self.text, tables, pictures, warnings)

    def surfaces(self, belts: Mapping[str, Belt]) -> list[Picture]:
        """Critical values by toys, a panel for each group."""
        if not belts:
            return []
        x, y = (next(iter(belts.values())).scan.grids[one.name] for one in (self.x, self.y))
        maps = [Map(label, x, y, one.critical[0]) for label, one in belts.items()]
        rise = threshold(float(self.level), 2)
        said = f"critical value (χ²: {rise:.2f})"
        figure = maps_figure(maps, symbol(self.x.name), symbol(self.y.name), said, aspect="auto")
        return [Picture(f"{self.key}_critical", f"{self.title}: how large −2 ln L may become, by toys.", figure)]

    def regions(self, label: str, index: int, scan: Scan, calibrated: CalibratedScan, measured: bool) -> list[Region]:
        """The region of a group, and under one by toys the lines of Wilks, dashed, in the same colour."""
        found = (scan.best.values[self.x.name], scan.best.values[self.y.name]) if measured else None
        x, y = scan.grids.values()
        level, (values,) = threshold(float(self.level), 2), (one.values for one in calibrated.scans)
        filled = label in self.filled
        if calibrated.belt is None:
            return [Region(label, x, y, values, level, filled, best=found, group=index)]
        beside = Region(f"{label}, Wilks", x, y, scan.values, level, group=index, dash="--")
        return [beside, Region(label, x, y, values, level, filled, best=found, group=index, dash="-")]


def summaries(label: str, scan: Scan, level: float) -> list[dict[str, Any]]:
    """How much of the plane is allowed, in how many lines, and whether the fits went well: one row."""
    lines = contour(scan, level)
    closed = sum(line.closed for line in lines)
    row = {
        "experiments": label,
        "allowed share of the plane": float((scan.values < threshold(level, 2)).mean()),
        "closed contours": closed,
        "contours that leave the plane": len(lines) - closed,
        "points": scan.values.size,
        "points not converged": int((~scan.converged).sum()),
        "points with a nuisance at its edge": int(scan.at_edge.sum()),
    }
    return [row]
