"""Intervals by toys beside those of Wilks' theorem."""

from __future__ import annotations

from typing import Any

from ontarget.analysis.parameters.interval_coverage import IntervalCoverage, coverage
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys import Belt
from ontarget.plot import Bar, Critical, Figure, Profile, feldman_cousins_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import ENDS, allowed, symbol
from ontarget.study.parameters.methods import TOYS, WILKS
from ontarget.study.task import AbstractTask, check_points


class Coverage(AbstractTask):
    """The interval of Feldman and Cousins for one parameter of one experiment, and what Wilks' theorem is worth there.

    Attributes
    ----------
    title, text : of the section
    key : name of tables and figures
    experiment : with its observed counts
    parameter : of interest; a limit of physics is an edge of its box
    nuisances : by label, sets of parameters to free besides: each set makes an interval of its own
    level : confidence level
    points : of the grid over the parameter's box
    toys : at each point; as many again near the ends of the interval
    seed : of the toys
    """

    title: str = static()
    key: str = static()
    experiment: str = static()
    parameter: AbstractParameter
    nuisances: tuple[AbstractParameter, ...] = ()
    text: str = static(default="")
    level: Number = quantity(default=0.90)
    points: int = static(default=25)
    toys: int = static(default=1000)
    seed: int = static(default=2)

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 5, 1001)

    def check(self, context: Context) -> None:
        noun = context.experiment(self.experiment, "experiment")
        for parameter in (self.parameter, *self.nuisances):
            parameter.initial([noun])

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        nll = context.likelihood_of([noun], (self.parameter, *self.nuisances))
        found = coverage(
            nll,
            self.parameter.name,
            level=float(self.level),
            points=self.points,
            toys=self.toys,
            seed=self.seed,
            complete=context.complete,
            key=self.key,
            title=self.title,
        )
        tables = [
            Table(f"{self.key}_intervals", f"{self.title}: intervals", interval_rows(found), ENDS),
            Table(
                f"{self.key}_coverage", f"{self.title}: critical values and coverage", point_rows(found.belt), POINTS
            ),
        ]
        drawn = figure(found, symbol(self.parameter.name))
        picture = Picture(self.key, f"{self.title}: critical values by toys and by Wilks' theorem.", drawn)
        message = found.belt.message
        said = [message] if message else []
        return Section(self.title, self.text, tables, [picture], said, headline=headline(found))


POINTS = {
    "error": Column(error_of="critical value"),
    "its error": Column(error_of="coverage of Wilks' threshold"),
}


def headline(found: IntervalCoverage) -> list[Headline]:
    """The interval by toys and by Wilks' theorem, and how well that covers."""
    level, covered = f"{100 * found.level:.4g} % CL", 100 * found.belt.coverage[0]
    name = found.belt.name
    return [
        Headline(f"{name} by toys", allowed(found.by_toys.pieces), note=level),
        Headline(f"{name} by Wilks' theorem", allowed(found.by_wilks.pieces), note=level),
        Headline("coverage of Wilks' threshold", interval=(float(covered.min()), float(covered.max())), unit="%"),
    ]


def interval_rows(found: IntervalCoverage) -> list[dict[str, Any]]:
    """Pieces of both intervals."""
    return [
        {"method": method, "level": interval.level, "piece": index + 1, "of": len(interval.pieces)}
        | {"low": piece.low, "high": piece.high, "reaches end of grid": piece.open_low or piece.open_high}
        for method, interval in ((TOYS, found.by_toys), (WILKS, found.by_wilks))
        for index, piece in enumerate(interval.pieces)
    ]


def point_rows(belt: Belt) -> list[dict[str, Any]]:
    """What the toys say at each point of the grid."""
    return [
        {
            belt.name: float(x),
            "q of the data": float(belt.observed[i]),
            "critical value": float(belt.critical[0, i]),
            "error": float(belt.critical_errors[0, i]),
            "p-value": float(belt.p_values[i]),
            "coverage of Wilks' threshold": float(belt.coverage[0, i]),
            "its error": float(belt.coverage_errors[0, i]),
            "toys": int(belt.toys[i]),
            "not converged": int(belt.unconverged[i]),
            "q below zero": int(belt.negative[i]),
        }
        for i, x in enumerate(belt.grid)
    ]


def figure(found: IntervalCoverage, label: str) -> Figure:
    """Observed profile, on a fine grid, critical values where toys were thrown, both intervals."""
    belt, fine = found.belt, found.scan
    percent = f"{100 * found.level:.4g} %"
    observed = Profile("data", fine.grids[belt.name], fine.values, fine.best.values[belt.name])
    critical = Critical(f"toys, {percent}", belt.grid, belt.critical[0], belt.critical_errors[0])
    bars = [
        Bar(text, [(piece.low, piece.high) for piece in interval.pieces], group=group)
        for text, interval, group in (("toys", found.by_toys, 1), ("Wilks", found.by_wilks, 6))
    ]
    return feldman_cousins_figure(observed, critical, (found.by_wilks.threshold, f"Wilks, {percent}"), bars, label)
