"""Posterior densities of parameters, with credible intervals beside those of the profile likelihood."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import static
from ontarget.inference.fit import Intervals, Scan, intervals, profile, refine, threshold
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.inference.posterior import NUTS, AbstractSampler, Draws, marginal, target
from ontarget.plot import Corner, Face, Side, corner_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import at_start, check_targets, grouped, symbol
from ontarget.study.task import AbstractTask, check_points


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
    levels: tuple[float, ...] = static(default=(0.6826894921370859, 0.90))
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
        rows: dict[str, list[dict[str, Any]]] = {"intervals": [], "modes": [], "diagnostics": []}
        pictures, warnings = [], []
        for index, (label, names) in enumerate(grouped(self.groups, context).items()):
            likelihood = context.likelihood(names, self.parameters)
            fixed = at_start(likelihood, {one.name for one in (*self.parameters, *context.parameters)})
            found = target(likelihood, fixed)
            key = f"{self.key}_{index + 1}"
            title = f"{self.title}, {label}"
            draws = self.sampler.gathered(found, context.complete(key, self.sampler.job(found), title))
            scans = {one.name: self.scan(likelihood, one, fixed) for one in self.parameters}
            for level in self.levels:
                fine = {name: intervals(refine(likelihood, scan, level), level) for name, scan in scans.items()}
                rows["intervals"] += interval_rows(label, draws, fine, level)
            rows["modes"] += mode_rows(label, draws)
            rows["diagnostics"] += diagnostic_rows(label, draws)
            corner = self.corner(draws, scans, self.planes(likelihood, fixed))
            pictures.append(Picture(key, self.caption(label, draws), corner_figure(corner)))
            warnings += [
                f"{label}: {one}" for one in (draws.message, *(scan.message for scan in scans.values())) if one
            ]
        titles = {"intervals": "credible intervals", "modes": "modes", "diagnostics": "diagnostics"}
        tables = [Table(f"{self.key}_{one}", f"{self.title}: {titles[one]}", rows[one]) for one in rows]
        return Section(self.title, self.text, tables, pictures, warnings)

    def scan(self, likelihood: Likelihood, parameter: AbstractParameter, fixed: Mapping[str, float]) -> Scan:
        """The profile likelihood of one parameter, all that was drawn besides profiled."""
        grid = np.linspace(float(parameter.low), float(parameter.high), self.points)
        return profile(likelihood, {parameter.name: grid}, fixed=fixed)

    def planes(self, likelihood: Likelihood, fixed: Mapping[str, float]) -> dict[tuple[str, str], Scan]:
        """The profile likelihoods of two parameters of interest each, if they are wanted."""
        pairs = list(itertools.combinations(self.parameters, 2)) if self.plane else []
        grids = {
            (x.name, y.name): {one.name: np.linspace(float(one.low), float(one.high), self.plane) for one in (x, y)}
            for x, y in pairs
        }
        return {names: profile(likelihood, grid, fixed=fixed) for names, grid in grids.items()}

    def caption(self, label: str, draws: Draws) -> str:
        """What the corner plot shows."""
        levels = " and ".join(f"{100 * one:.3g} %" for one in sorted(self.levels))
        lumps = f" {len(draws.modes)} modes." if len(draws.modes) > 1 else ""
        return f"{self.title}, {label}: posterior densities with regions of {levels}, profiles dashed.{lumps}"

    def corner(self, draws: Draws, scans: Mapping[str, Scan], planes: Mapping[tuple[str, str], Scan]) -> Corner:
        """Densities of all parameters shown, one by one and two by two."""
        names = [*scans, *(one for one in self.shown if one in draws.names and one not in scans)]
        levels = sorted(self.levels)
        sides, faces = [], {}
        for name in names:
            density = marginal(draws, name)
            (x,) = density.grids.values()
            over = scans.get(name)
            ratio = None if over is None else (over.grids[name], np.exp(-0.5 * over.values))
            sides.append(Side(symbol(name), x, density.values, [density.height(one) for one in levels], ratio))
        for (column, first), (row, second) in itertools.combinations(enumerate(names), 2):
            faces[column, row] = face(draws, (first, second), levels, planes.get((first, second)))
        best = next(iter(scans.values())).best.values
        percent = [f"{100 * one:.3g} %" for one in levels]
        return Corner(sides, faces, percent, [best[name] for name in names])


def face(draws: Draws, names: tuple[str, str], levels: Sequence[float], scan: Scan | None) -> Face:
    """The density of two parameters with its regions, and the line of the profile at the highest level."""
    both = marginal(draws, *names)
    x, y = both.grids.values()
    heights, line = [both.height(one) for one in levels], None
    if scan is not None:
        first, second = scan.grids.values()
        line = first, second, scan.values, threshold(levels[-1], 2)
    return Face(x, y, both.values, heights, line)


def interval_rows(label: str, draws: Draws, profiled: Mapping[str, Intervals], level: float) -> list[dict[str, Any]]:
    """Central interval and pieces of highest density of each free parameter; of those of interest the profile too."""
    rows = []
    spread = np.sqrt(np.diagonal(draws.covariance))
    for place, name in enumerate(draws.names):
        row = {"experiments": label, "parameter": name, "level": level}
        moments = {"mean": float(draws.mean[place]), "standard deviation": float(spread[place])}
        low, high = draws.central(name, level)
        ends = {"piece": 1, "of": 1, "low": low, "high": high, "reaches end of box": False}
        rows.append(row | {"method": "central"} | ends | moments)
        dense = marginal(draws, name).pieces(level)
        for method, pieces in (
            ("highest density", dense),
            ("profile", profiled[name].pieces if name in profiled else ()),
        ):
            for index, piece in enumerate(pieces):
                ends = {"piece": index + 1, "of": len(pieces), "low": piece.low, "high": piece.high}
                ends["reaches end of box"] = piece.open_low or piece.open_high
                rows.append(row | {"method": method} | ends | moments)
    return rows


def mode_rows(label: str, draws: Draws) -> list[dict[str, Any]]:
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
        for index, one in enumerate(draws.modes)
    ]


def diagnostic_rows(label: str, draws: Draws) -> list[dict[str, Any]]:
    """How far the draws are to be trusted, parameter by parameter."""
    told = draws.diagnostics
    return [
        {
            "experiments": label,
            "parameter": name,
            "R-hat": float(told.rhat[place]),
            "independent draws": float(told.effective[place]),
            "draws": len(draws.weights),
            "divergences": told.divergences,
            "acceptance": told.acceptance,
            "evaluations": told.evaluations,
            "ln evidence": draws.evidence,
            "its error": draws.evidence_error,
        }
        for place, name in enumerate(draws.names)
    ]
