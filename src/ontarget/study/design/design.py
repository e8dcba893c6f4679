"""The best design: what gradients find, what brute force finds, what matters, and what more would cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.design.optimise import (
    AbstractMeasure,
    Bound,
    Grid,
    Optimum,
    brute_force,
    front,
    minimise,
    starting_points,
)
from ontarget.inference.likelihood import AbstractParameter
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.plot.tornado import Swing, Tornado, tornado_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.design.design_space import DesignNumber, Tie
from ontarget.study.design.merit import AbstractFigureOfMerit, AbstractLimit, DesignProblem, planned
from ontarget.study.parameters.bounds import symbol
from ontarget.study.task import AbstractTask, check_points

T = TypeVar("T")

MOST = 12
"""Free numbers."""

LARGEST = 100_000
"""Designs of a grid."""


class Searched(NamedTuple):
    """What was found, and how long it took: first calls, which compile, and all after them (s)."""

    optimum: Optimum
    grid: Grid | None
    seconds: Mapping[str, float]


class Design(AbstractTask):
    """Numbers of the experiments are chosen such that an objective is lowest, by its exact gradients.

    Beside it a scan over a grid of all free numbers, what each number does to the objective, today and at the
    optimum, and the lowest objective for every value of the cost.

    Attributes
    ----------
    title, text, key : of the section, its tables and figures
    free : numbers to choose, by name
    ties : numbers that follow from them, by name
    objective : made as small as can be
    cost : kept to at the optimum, and swept for the front
    limits : kept to everywhere
    parameters : of interest
    experiments : those that count, together; all of the study by default
    starts : descents, today's design being the first
    points : of the grid along each free number; 0 for no grid
    step : by which each number is moved in the tornado, relative
    budgets : points of the front
    """

    title: str = static()
    key: str = static()
    free: tuple[DesignNumber, ...]
    objective: AbstractFigureOfMerit
    ties: tuple[Tie, ...] = ()
    cost: AbstractLimit | None = None
    limits: tuple[AbstractLimit, ...] = ()
    parameters: tuple[AbstractParameter, ...] = ()
    experiments: tuple[str, ...] = static(default=())
    text: str = static(default="")
    starts: int = static(default=4)
    points: int = static(default=25)
    step: Number = quantity(default=0.1)
    budgets: int = static(default=9)

    def __check_init__(self) -> None:
        if not 1 <= len(self.free) <= MOST:
            truth = f"A design has numbers to choose, at most {MOST}."
            raise InputError("free", f"{len(self.free)} numbers", truth, "Give as many.")
        check_range(self, "step", 1e-3, 0.5)
        check_points(self.starts, 1, 100)
        if self.points:
            check_points(self.points, 3, 1001)
            if self.points ** len(self.free) > LARGEST:
                truth = f"With {len(self.free)} numbers that makes more than {LARGEST} designs."
                raise InputError("points", str(self.points), truth, "Take fewer, or 0 for no grid.")
        if self.budgets:
            check_points(self.budgets, 3, 101)

    def check(self, context: Context) -> None:
        for name in self.experiments:
            context.experiment(name, "experiments")
        problem = self.problem(context)
        problem.space.shown(problem.today)
        for merit in (self.objective, *(one.of for one in self.every_limit())):
            merit.check(problem)

    def every_limit(self) -> list[AbstractLimit]:
        """What the optimum keeps to, the cost first."""
        return [*([] if self.cost is None else [self.cost]), *self.limits]

    def problem(self, context: Context) -> DesignProblem:
        """Experiments, parameters and the space of designs."""
        names = self.experiments or tuple(context.experiments)
        nouns = context.nouns(names)
        return planned(nouns, self.parameters, context.nuisances(names), self.free, self.ties)

    def run(self, context: Context) -> Section:
        return self.answered(self.problem(context), context.progress)

    def answered(self, problem: DesignProblem, progress: Callable[[str], None]) -> Section:
        """The section, for experiments of any kind."""
        low, high = (np.array([float(getattr(one, end)) for one in self.free]) for end in ("low", "high"))
        objective = self.objective.measured(problem)
        bounds = [one.bound(problem) for one in self.every_limit()]
        starts = starting_points(low, high, problem.today, self.starts)
        found = self.searched(progress, objective, low, high, starts, bounds)
        if not np.isfinite(found.optimum.value):
            truth = "No start led to a design that keeps to all limits."
            raise InputError(f"design {self.title!r}", "no optimum", truth, "Widen ranges or limits.")
        tables = [self.designs_table(problem, objective, bounds, found), self.search_table(found)]
        pictures = []
        reach = self.objective.label(problem)
        tables.append(tornado_table(self, problem, objective, found.optimum, low, high))
        figure = tornado_figure(tornadoes(tables[-1]), f"change of {drawn(reach, self.parameters)} (%)")
        percent = f"{100 * float(self.step):.3g} %"
        caption = f"What moving one number by {percent} does, others held and ties followed: today and at the optimum."
        pictures.append(Picture(f"{self.key}_tornado", caption, figure))
        if self.cost is not None and self.budgets:
            progress(f"{self.title}: front of {self.budgets} budgets")
            table, picture = self.pareto(problem, objective, found, low, high, starts, bounds)
            tables.append(table)
            pictures.append(picture)
        warnings = self.warnings(found, low, high)
        if self.cost is not None and self.budgets and (lost := self.budgets - len(tables[-1].rows)):
            warnings.append(f"{lost} of {self.budgets} budgets of the front have no design that keeps to all limits.")
        return Section(self.title, self.text, tables, pictures, warnings)

    def searched(
        self,
        progress: Callable[[str], None],
        objective: AbstractMeasure,
        low: np.ndarray,
        high: np.ndarray,
        starts: np.ndarray,
        bounds: list[Bound],
    ) -> Searched:
        """The optimum by gradient and by brute force."""
        progress(f"{self.title}: derivatives")
        seconds: dict[str, float] = {}
        timed(seconds, "gradient, first call", lambda: objective.slope(starts[0]))
        progress(f"{self.title}: {self.starts} descents")
        best = timed(seconds, "gradient", lambda: minimise(objective, low, high, starts, bounds))
        if not self.points or not np.isfinite(best.value):
            return Searched(best, None, seconds)
        progress(f"{self.title}: grid of {self.points ** len(low)} designs")
        timed(seconds, "grid, first call", lambda: objective.values(starts[:1]))
        grid = timed(seconds, "grid", lambda: brute_force(objective, low, high, self.points, bounds))
        return Searched(best, grid if grid.allowed.any() else None, seconds)

    def designs_table(
        self, problem: DesignProblem, objective: AbstractMeasure, bounds: list[Bound], found: Searched
    ) -> Table:
        """Today, the optimum and the best of the grid, with all that is tied and bounded."""
        designs = {"today": problem.today, "optimum, by gradient": found.optimum.design}
        if found.grid is not None:
            designs["best of the grid"] = found.grid.best()[0]
        rows = []
        for label, design in designs.items():
            row: dict[str, Any] = {"design": label} | problem.space.shown(design)
            row[self.objective.label(problem)] = float(objective.values(design[None])[0])
            for limit, bound in zip(self.every_limit(), bounds, strict=True):
                row[limit.of.label(problem)] = float(bound.measure.values(design[None])[0])
            rows.append(row)
        return Table(f"{self.key}_designs", f"{self.title}: designs", rows)

    def search_table(self, found: Searched) -> Table:
        """What each search took, and whether the two agree within the grid."""
        rows = [
            {
                "search": "by gradient",
                "objective": found.optimum.value,
                "evaluations": found.optimum.evaluations,
                "seconds": found.seconds["gradient"],
                "seconds of the first call": found.seconds["gradient, first call"],
                "steps of the grid apart": None,
            }
        ]
        if found.grid is not None:
            design, value = found.grid.best()
            apart = np.abs(design - found.optimum.design) / found.grid.steps
            rows.append(
                {
                    "search": "grid",
                    "objective": value,
                    "evaluations": int(found.grid.allowed.sum()),
                    "seconds": found.seconds["grid"],
                    "seconds of the first call": found.seconds["grid, first call"],
                    "steps of the grid apart": float(apart.max()),
                }
            )
        return Table(f"{self.key}_search", f"{self.title}: by gradient and by brute force", rows)

    def warnings(self, found: Searched, low: np.ndarray, high: np.ndarray) -> list[str]:
        """What is to be known of the optimum."""
        best, said = found.optimum, []
        if not best.converged:
            said.append("The best descent did not converge: its design is the lowest met.")
        for one, at, a, b in zip(self.free, best.design, low, high, strict=True):
            if min(at - a, b - at) < 1e-6 * (b - a):
                said.append(f"The optimum has {one.name} at an end of its range.")
        if self.points and found.grid is None:
            said.append("No point of the grid keeps to all limits.")
        if found.grid is not None:
            value = found.grid.best()[1]
            if value < best.value * (1 - 1e-6):
                said.append("A point of the grid is lower than where the descents ended: take more starts.")
        return said

    def pareto(
        self,
        problem: DesignProblem,
        objective: AbstractMeasure,
        found: Searched,
        low: np.ndarray,
        high: np.ndarray,
        starts: np.ndarray,
        bounds: list[Bound],
    ) -> tuple[Table, Picture]:
        """The lowest objective for every cost between the ends of what the ranges allow."""
        assert self.cost is not None
        swept, others = bounds[0], bounds[1:]
        corners = np.stack([one.ravel() for one in np.meshgrid(*np.stack([low, high], axis=1), indexing="ij")], axis=1)
        costs = swept.measure.values(corners)
        budgets = np.linspace(costs.min(), costs.max(), self.budgets + 2)[1:-1]
        line = front(objective, low, high, starts[:1], swept, budgets if swept.sign > 0 else budgets[::-1], others)
        good = [one for one in line if np.isfinite(one.value)]
        reach, cost = self.objective.label(problem), self.cost.of.label(problem)
        rows = [{cost: float(one.bounds[0]), reach: one.value} | problem.space.shown(one.design) for one in good]
        curves = [Curve("front", np.array([row[cost] for row in rows]), np.array([row[reach] for row in rows]))]
        marks = []
        for label, design, hollow in (("today", problem.today, True), ("optimum", found.optimum.design, False)):
            at = swept.measure.values(design[None]), objective.values(design[None])
            marks.append(Mark(label, at[0], at[1], group=1 + hollow, hollow=hollow, size=8.0))
        figure = curves_figure(curves, marks, cost, drawn(reach, self.parameters))
        caption = f"The lowest {reach} that each {cost} allows; today's design and the optimum."
        title = f"{self.title}: front"
        return Table(f"{self.key}_front", title, rows), Picture(f"{self.key}_front", caption, figure)


def drawn(label: str, parameters: Sequence[AbstractParameter]) -> str:
    """A label for a figure, with symbols in place of the names of parameters that have one."""
    for one in parameters:
        label = label.replace(one.name, symbol(one.name)) if symbol(one.name).startswith("$") else label
    return label


def timed(seconds: dict[str, float], name: str, function: Callable[[], T]) -> T:
    """What a function gives; how long it took is put down."""
    begun = time.perf_counter()
    found = function()
    seconds[name] = time.perf_counter() - begun
    return found


def tornado_table(
    task: Design, problem: DesignProblem, objective: AbstractMeasure, best: Optimum, low: np.ndarray, high: np.ndarray
) -> Table:
    """For each free number, today and at the optimum: the objective when it is lowered and raised, and its slope."""
    rows = []
    for label, design in (("today", problem.today), ("optimum", best.design)):
        value, gradient = objective.slope(design)
        for index, one in enumerate(task.free):
            moved = np.repeat(design[None], 2, axis=0)
            moved[:, index] *= [1 - float(task.step), 1 + float(task.step)]
            lowered, raised = objective.values(moved)
            rows.append(
                {
                    "at": label,
                    "number": problem.space.label(one.name),
                    "value": float(design[index]),
                    "objective": value,
                    "lowered to": float(moved[0, index]),
                    "objective, lowered": float(lowered),
                    "raised to": float(moved[1, index]),
                    "objective, raised": float(raised),
                    "d ln objective / d ln number": float(gradient[index] * design[index] / value),
                }
            )
    return Table(f"{task.key}_tornado", f"{task.title}: what each number does", rows)


def tornadoes(table: Table) -> list[Tornado]:
    """The figure's panels, today and the optimum: changes of the objective in per cent."""
    found = []
    for label in ("today", "optimum"):
        rows = [row for row in table.rows if row["at"] == label]
        swings = []
        for row in rows:
            changes = [100 * (row[f"objective, {way}"] / row["objective"] - 1) for way in ("lowered", "raised")]
            ends = (f"{row[f'{way} to']:.4g}" for way in ("lowered", "raised"))
            swings.append(Swing(row["number"], *changes, *ends))
        found.append(Tornado(f"{label}: {rows[0]['objective']:.4g}", swings))
    return found
