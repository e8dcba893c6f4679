"""The best design: what gradients find, what brute force finds, what matters, and what more would cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.design.best import BestDesign, DesignPoint, Swings, best_design
from ontarget.analysis.design.merit import AbstractFigureOfMerit, AbstractLimit
from ontarget.analysis.design.problem import DesignProblem
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.plot import Curve, Figure, Mark, curves_figure
from ontarget.plot.tornado import Swing, Tornado, tornado_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.design.design_space import DesignNumber, DesignSpace, Tie, planned, space_of
from ontarget.study.parameters.bounds import symbol
from ontarget.study.task import AbstractTask, check_points

MOST_NUMBERS = 12
"""Free numbers."""

MOST_DESIGNS = 100_000
"""Of a grid."""


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
        if not 1 <= len(self.free) <= MOST_NUMBERS:
            truth = f"A design has numbers to choose, at most {MOST_NUMBERS}."
            raise InputError("free", f"{len(self.free)} numbers", truth, "Give as many.")
        check_range(self, "step", 1e-3, 0.5)
        check_points(self.starts, 1, 100)
        if self.points:
            check_points(self.points, 3, 1001)
            if self.points ** len(self.free) > MOST_DESIGNS:
                truth = f"With {len(self.free)} numbers that makes more than {MOST_DESIGNS} designs."
                raise InputError("points", str(self.points), truth, "Take fewer, or 0 for no grid.")
        if self.budgets:
            check_points(self.budgets, 3, 101)

    def check(self, context: Context) -> None:
        for name in self.experiments:
            context.experiment(name, "experiments")
        problem = self.problem(context)
        space_of(problem).shown(problem.today)
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
        result = best_design(
            problem,
            self.objective,
            self.cost,
            self.limits,
            starts=self.starts,
            points=self.points,
            step=float(self.step),
            budgets=self.budgets,
            where=f"design {self.title!r}",
            progress=lambda line: progress(f"{self.title}: {line}"),
        )
        space, reach = space_of(problem), self.objective.label(problem)
        bounded = [one.of.label(problem) for one in self.every_limit()]
        tables = [
            Table(f"{self.key}_designs", f"{self.title}: designs", design_rows(result, space, reach, bounded)),
            Table(f"{self.key}_search", f"{self.title}: by gradient and by brute force", search_rows(result)),
            Table(f"{self.key}_tornado", f"{self.title}: what each number does", swing_rows(result, space)),
        ]
        symbols = drawn(reach, self.parameters)
        percent = f"{100 * float(self.step):.3g} %"
        caption = f"What moving one number by {percent} does, others held and ties followed: today and at the optimum."
        figure = tornado_figure(tornadoes(result, space), f"change of {symbols} (%)")
        pictures = [Picture(f"{self.key}_tornado", caption, figure)]
        if result.front is not None:
            rows = front_rows(result, space, reach, bounded[0])
            tables.append(Table(f"{self.key}_front", f"{self.title}: front", rows))
            caption = f"The lowest {reach} that each {bounded[0]} allows; today's design and the optimum."
            figure = front_figure(result, bounded[0], symbols)
            pictures.append(Picture(f"{self.key}_front", caption, figure))
        return Section(
            self.title, self.text, tables, pictures, self.warnings(result), headline=headline(result, space, reach)
        )

    def warnings(self, result: BestDesign) -> list[str]:
        """What is to be known of the optimum, the grid and the front."""
        said = []
        if not result.descents.converged:
            said.append("The best descent did not converge: its design is the lowest met.")
        for one, at_end in zip(self.free, result.at_end, strict=True):
            if at_end:
                said.append(f"The optimum has {one.name} at an end of its range.")
        if self.points and result.grid is None:
            said.append("No point of the grid keeps to all limits.")
        if result.grid_is_lower:
            said.append("A point of the grid is lower than where the descents ended: take more starts.")
        if result.front is not None and (lost := result.front.lost):
            said.append(f"{lost} of {self.budgets} budgets of the front have no design that keeps to all limits.")
        return said


def headline(result: BestDesign, space: DesignSpace, reach: str) -> list[Headline]:
    """The objective today and at the optimum, and the numbers of the optimum."""
    today, best = space.shown(result.today.design), space.shown(result.optimum.design)
    numbers = [
        Headline(name, value, note=f"today {number_text(today[name])}")
        for name, value in list(best.items())[: space.free]
    ]
    gain = Headline(reach, result.optimum.objective, note=f"today {number_text(result.today.objective)}")
    return [gain, *numbers]


def drawn(label: str, parameters: Sequence[AbstractParameter]) -> str:
    """A label for a figure, with symbols in place of the names of parameters that have one."""
    for one in parameters:
        label = label.replace(one.name, symbol(one.name)) if symbol(one.name).startswith("$") else label
    return label


def design_rows(result: BestDesign, space: DesignSpace, reach: str, bounded: Sequence[str]) -> list[dict[str, Any]]:
    """Today, the optimum and the best of the grid, with all that is tied and bounded."""

    def row(label: str, one: DesignPoint) -> dict[str, Any]:
        kept = {name: float(value) for name, value in zip(bounded, one.bounds, strict=True)}
        return {"design": label} | space.shown(one.design) | {reach: one.objective} | kept

    rows = [row("today", result.today), row("optimum, by gradient", result.optimum)]
    return rows if result.best_of_grid is None else [*rows, row("best of the grid", result.best_of_grid)]


def search_rows(result: BestDesign) -> list[dict[str, Any]]:
    """What each search took, and whether the two agree within the grid."""
    rows = [
        {
            "search": "by gradient",
            "objective": result.descents.value,
            "evaluations": result.descents.evaluations,
            "seconds": result.descents_took.rest,
            "seconds of the first call": result.descents_took.first,
            "steps of the grid apart": None,
        }
    ]
    if result.grid is not None and result.grid_took is not None:
        rows.append(
            {
                "search": "grid",
                "objective": result.grid.best()[1],
                "evaluations": int(result.grid.allowed.sum()),
                "seconds": result.grid_took.rest,
                "seconds of the first call": result.grid_took.first,
                "steps of the grid apart": result.steps_apart,
            }
        )
    return rows


def panels(result: BestDesign) -> dict[str, Swings]:
    """What each number does, by where: today and at the optimum."""
    return {"today": result.swings_today, "optimum": result.swings}


def swing_rows(result: BestDesign, space: DesignSpace) -> list[dict[str, Any]]:
    """For each free number, today and at the optimum: the objective when it is lowered and raised, and its slope."""
    return [
        {
            "at": label,
            "number": space.label(name),
            "value": float(one.design[i]),
            "objective": one.objective,
            "lowered to": float(one.lowered_to[i]),
            "objective, lowered": float(one.lowered[i]),
            "raised to": float(one.raised_to[i]),
            "objective, raised": float(one.raised[i]),
            "d ln objective / d ln number": float(one.elasticity[i]),
        }
        for label, one in panels(result).items()
        for i, name in enumerate(space.names[: space.free])
    ]


def tornadoes(result: BestDesign, space: DesignSpace) -> list[Tornado]:
    """The figure's panels, today and the optimum: changes of the objective in per cent."""
    found = []
    for label, one in panels(result).items():
        changes = [100 * (reached / one.objective - 1) for reached in (one.lowered, one.raised)]
        swings = [
            Swing(
                space.label(name), changes[0][i], changes[1][i], f"{one.lowered_to[i]:.4g}", f"{one.raised_to[i]:.4g}"
            )
            for i, name in enumerate(space.names[: space.free])
        ]
        found.append(Tornado(f"{label}: {one.objective:.4g}", swings))
    return found


def front_rows(result: BestDesign, space: DesignSpace, reach: str, cost: str) -> list[dict[str, Any]]:
    """One row for each budget that has a design: its cost, its objective, its numbers."""
    if (line := result.front) is None:
        return []
    return [
        {cost: float(price), reach: float(value)} | space.shown(design)
        for price, value, design in zip(line.costs, line.objectives, line.designs, strict=True)
    ]


def front_figure(result: BestDesign, cost: str, reach: str) -> Figure:
    """The lowest objective against the cost, with today's design and the optimum."""
    curves = [] if (line := result.front) is None else [Curve("front", line.costs, line.objectives)]
    marks = [
        Mark(label, one.bounds[:1], np.array([one.objective]), group=1 + hollow, hollow=hollow, size=8.0)
        for label, one, hollow in (("today", result.today, True), ("optimum", result.optimum, False))
    ]
    return curves_figure(curves, marks, cost, reach)
