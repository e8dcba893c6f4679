"""Intervals by toys beside those of Wilks' theorem."""

from __future__ import annotations

from typing import Any

import numpy as np

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.fit import Scan, profile
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys import Belt, belt_of, construction
from ontarget.plot import Bar, Critical, Profile, feldman_cousins_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import symbol
from ontarget.study.task import AbstractTask, check_points

FINE = 201
"""Points of the profile that is drawn: it needs no toys."""


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
        if self.experiment not in context.experiments:
            truth = "The study has no such experiment."
            raise InputError("experiment", repr(self.experiment), truth, "List it among the study's experiments.")
        for parameter in (self.parameter, *self.nuisances):
            parameter.initial([context.experiment(self.experiment, "experiment")])

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        parameters = (self.parameter, *self.nuisances)
        nll = context.likelihood_of([noun], parameters)
        grid = np.linspace(float(self.parameter.low), float(self.parameter.high), self.points)
        rule: Any = {"toys": self.toys, "more": self.toys, "levels": (float(self.level),)}
        job = construction(nll, {self.parameter.name: grid}, self.seed, **rule)
        belt = belt_of(job, context.complete(self.key, job, f"{self.title}: toys"))
        tables = [
            Table(f"{self.key}_intervals", f"{self.title}: intervals", interval_rows(belt)),
            Table(f"{self.key}_coverage", f"{self.title}: critical values and coverage", point_rows(belt)),
        ]
        fine = profile(nll, {self.parameter.name: np.linspace(grid[0], grid[-1], FINE)})
        figure = belt_figure(belt, fine, symbol(self.parameter.name))
        picture = Picture(self.key, f"{self.title}: critical values by toys and by Wilks' theorem.", figure)
        return Section(self.title, self.text, tables, [picture], [belt.message] if belt.message else [])


def interval_rows(belt: Belt) -> list[dict[str, Any]]:
    """Pieces of both intervals."""
    rows = []
    for method, found in (("toys (Feldman-Cousins)", belt.intervals[0]), ("Wilks", belt.asymptotic[0])):
        for index, piece in enumerate(found.pieces):
            row = {"method": method, "level": found.level, "piece": index + 1, "of": len(found.pieces)}
            row |= {"low": piece.low, "high": piece.high, "reaches end of grid": piece.open_low or piece.open_high}
            rows.append(row)
    return rows


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


def belt_figure(belt: Belt, fine: Scan, label: str) -> Any:
    """Observed profile, on a fine grid, critical values where toys were thrown, both intervals."""
    percent = f"{100 * belt.levels[0]:.4g} %"
    observed = Profile("data", fine.grids[belt.name], fine.values, fine.best.values[belt.name])
    critical = Critical(f"toys, {percent}", belt.grid, belt.critical[0], belt.critical_errors[0])
    bars = [
        Bar(text, [(piece.low, piece.high) for piece in found.pieces], group=group)
        for text, found, group in (("toys", belt.intervals[0], 1), ("Wilks", belt.asymptotic[0], 6))
    ]
    return feldman_cousins_figure(observed, critical, (belt.asymptotic[0].threshold, f"Wilks, {percent}"), bars, label)
