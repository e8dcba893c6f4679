"""The best design: what gradients find, what brute force finds, what matters, and what more would cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float

from ontarget.analysis.design.merit import AbstractFigureOfMerit, AbstractLimit
from ontarget.analysis.design.problem import DesignProblem
from ontarget.ground.errors import InputError
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
from ontarget.numerics.progress import silent

T = TypeVar("T")

END = 1e-6
"""Of a range, within which a number is at its end; and by which a point of the grid must be lower to be said so."""


@dataclass(frozen=True)
class DesignPoint:
    """A design and what it is worth.

    Attributes
    ----------
    design : [free] each number in the unit that the problem's space takes
    objective : the figure of merit
    bounds : [bound] what is kept to, the cost first, then the limits
    """

    design: Float[np.ndarray, " free"]
    objective: float
    bounds: Float[np.ndarray, " bound"]


@dataclass(frozen=True)
class Swings:
    """What each free number does to the objective at one design, the others held and ties followed.

    Attributes
    ----------
    design : [free] in units of their own
    objective, gradient : there, and its derivatives by the numbers [free]
    lowered_to, raised_to : [free] values that each number is moved to
    lowered, raised : [free] the objective with that number moved
    """

    design: Float[np.ndarray, " free"]
    objective: float
    gradient: Float[np.ndarray, " free"]
    lowered_to: Float[np.ndarray, " free"]
    raised_to: Float[np.ndarray, " free"]
    lowered: Float[np.ndarray, " free"]
    raised: Float[np.ndarray, " free"]

    @property
    def elasticity(self) -> Float[np.ndarray, " free"]:
        """By how many per cent the objective rises for one per cent of each number: d ln objective / d ln number."""
        return self.gradient * self.design / self.objective


@dataclass(frozen=True)
class Front:
    """The lowest objective for values of the cost, in the order of the search: a Pareto front.

    Attributes
    ----------
    costs, objectives : [budget] of the designs that were found
    designs : [budget free] in units of their own
    lost : budgets for which no design keeps to all limits
    """

    costs: Float[np.ndarray, " budget"]
    objectives: Float[np.ndarray, " budget"]
    designs: Float[np.ndarray, "budget free"]
    lost: int


@dataclass(frozen=True)
class Seconds:
    """Seconds of a search: of its first call, which compiles, and of all after it."""

    first: float
    rest: float


@dataclass(frozen=True)
class BestDesign:
    """The optimum by gradient, the best point of a grid beside it, and what leads there.

    Attributes
    ----------
    low, high : [free] ends of the ranges
    today, optimum, best_of_grid : designs and what they are worth; of the grid where there is one
    descents, grid : the two searches
    descents_took, grid_took : how long
    swings_today, swings : what each number does, today and at the optimum
    front : where the cost was swept
    """

    low: Float[np.ndarray, " free"]
    high: Float[np.ndarray, " free"]
    today: DesignPoint
    optimum: DesignPoint
    descents: Optimum
    descents_took: Seconds
    grid: Grid | None
    grid_took: Seconds | None
    best_of_grid: DesignPoint | None
    swings_today: Swings
    swings: Swings
    front: Front | None

    @property
    def at_end(self) -> Bool[np.ndarray, " free"]:
        """Which numbers of the optimum are at an end of their range."""
        room = np.minimum(self.optimum.design - self.low, self.high - self.optimum.design)
        return room < END * (self.high - self.low)

    @property
    def steps_apart(self) -> float | None:
        """How far the best of the grid is from the optimum along the number that differs most, in steps of the grid."""
        if self.grid is None or self.best_of_grid is None:
            return None
        return float((np.abs(self.best_of_grid.design - self.optimum.design) / self.grid.steps).max())

    @property
    def grid_is_lower(self) -> bool:
        """Whether a point of the grid is lower than where the descents ended: there were too few starts."""
        return self.grid is not None and self.grid.best()[1] < self.descents.value * (1 - END)


def best_design(
    problem: DesignProblem,
    objective: AbstractFigureOfMerit,
    cost: AbstractLimit | None = None,
    limits: Sequence[AbstractLimit] = (),
    *,
    starts: int = 4,
    points: int = 25,
    step: float = 0.1,
    budgets: int = 9,
    where: str = "design",
    progress: Callable[[str], None] = silent,
) -> BestDesign:
    """The design of lowest objective within its ranges and limits, what matters for it, and its front against the cost.

    Parameters
    ----------
    problem : experiments, parameters and free numbers
    objective : made as small as can be
    cost : kept to at the optimum, and swept for the front
    limits : kept to everywhere
    starts : descents, today's design being the first
    points : of the grid along each free number; 0 for no grid
    step : by which each number is moved to see what it does, relative
    budgets : points of the front; 0 for none
    where : what the message calls a design that no start leads to
    """
    low, high = problem.low, problem.high
    measure = objective.measured(problem)
    bounds = [one.bound(problem) for one in ([] if cost is None else [cost])] + [one.bound(problem) for one in limits]
    begun = starting_points(low, high, problem.today, starts)
    progress("derivatives")
    first, _ = timed(lambda: measure.slope(begun[0]))
    progress(f"{starts} descents")
    rest, found = timed(lambda: minimise(measure, low, high, begun, bounds))
    if not np.isfinite(found.value):
        truth = "No start led to a design that keeps to all limits."
        raise InputError(where, "no optimum", truth, "Widen ranges or limits.")
    grid, took = None, None
    if points:
        progress(f"grid of {points ** len(low)} designs")
        grid, took = scanned(problem, measure, points, bounds)
    swings = [swings_at(measure, design, step) for design in (problem.today, found.design)]
    swept = cost is not None and budgets > 0
    if swept:
        progress(f"front of {budgets} budgets")
    return BestDesign(
        low=low,
        high=high,
        today=point_at(measure, bounds, problem.today),
        optimum=point_at(measure, bounds, found.design),
        descents=found,
        descents_took=Seconds(first, rest),
        grid=grid,
        grid_took=took,
        best_of_grid=None if grid is None else point_at(measure, bounds, grid.best()[0]),
        swings_today=swings[0],
        swings=swings[1],
        front=front_of(problem, measure, bounds[0], bounds[1:], budgets) if swept else None,
    )


def point_at(objective: AbstractMeasure, bounds: Sequence[Bound], design: Float[np.ndarray, " free"]) -> DesignPoint:
    """A design and what it is worth."""
    kept = np.array([float(one.measure.values(design[None])[0]) for one in bounds])
    return DesignPoint(design, float(objective.values(design[None])[0]), kept)


def scanned(
    problem: DesignProblem, objective: AbstractMeasure, points: int, bounds: Sequence[Bound]
) -> tuple[Grid | None, Seconds]:
    """A grid over the whole box, None where no point of it keeps to the bounds; and how long it took."""
    first, _ = timed(lambda: objective.values(np.clip(problem.today, problem.low, problem.high)[None]))
    rest, grid = timed(lambda: brute_force(objective, problem.low, problem.high, points, bounds))
    return grid if grid.allowed.any() else None, Seconds(first, rest)


def swings_at(objective: AbstractMeasure, design: Float[np.ndarray, " free"], step: float) -> Swings:
    """What each free number does at one design: it is lowered and raised by a share of itself."""
    value, gradient = objective.slope(design)
    ends, reached = np.zeros((2, len(design))), np.zeros((2, len(design)))
    for index in range(len(design)):
        moved = np.repeat(design[None], 2, axis=0)
        moved[:, index] *= [1 - step, 1 + step]
        ends[:, index], reached[:, index] = moved[:, index], objective.values(moved)
    return Swings(design, value, gradient, ends[0], ends[1], reached[0], reached[1])


def front_of(
    problem: DesignProblem, objective: AbstractMeasure, swept: Bound, others: Sequence[Bound], budgets: int
) -> Front:
    """The lowest objective for every cost between the ends of what the ranges allow, the ends left out."""
    low, high = problem.low, problem.high
    corners = np.stack([one.ravel() for one in np.meshgrid(*np.stack([low, high], axis=1), indexing="ij")], axis=1)
    costs = swept.measure.values(corners)
    line = np.linspace(costs.min(), costs.max(), budgets + 2)[1:-1]
    start = starting_points(low, high, problem.today, 1)
    every = front(objective, low, high, start, swept, line if swept.sign > 0 else line[::-1], others)
    good = [one for one in every if np.isfinite(one.value)]
    return Front(
        np.array([one.bounds[0] for one in good]),
        np.array([one.value for one in good]),
        np.array([one.design for one in good]).reshape(len(good), len(low)),
        budgets - len(good),
    )


def timed(function: Callable[[], T]) -> tuple[float, T]:
    """How long a function took in seconds, and what it gave."""
    begun = time.perf_counter()
    found = function()
    return time.perf_counter() - begun, found
