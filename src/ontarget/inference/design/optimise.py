"""The best design inside a box and under constraints: by gradient, by brute force, and along a front."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import minimize

from ontarget.numerics.lattice import recurrence

FEASIBLE = 1e-6  # of its scale, by which a constraint may be missed
TOLERANCE = 1e-9  # of the logarithm of the objective, between steps
STEPS = 200


class AbstractMeasure(ABC):
    """A number that a design has, positive for an objective: its reach, its cost, its rate."""

    @abstractmethod
    def values(self, designs: Float[np.ndarray, "row free"]) -> Float[np.ndarray, " row"]:
        """At many designs; NaN where it has none."""

    @abstractmethod
    def slope(self, design: Float[np.ndarray, " free"]) -> tuple[float, Float[np.ndarray, " free"]]:
        """At one design, with its derivatives by the free numbers."""


@dataclass(frozen=True)
class Bound:
    """A measure that must not pass a value; `sign` is +1 for at most, -1 for at least."""

    measure: AbstractMeasure
    value: float
    sign: float

    @property
    def scale(self) -> float:
        """What a miss is compared with."""
        return abs(self.value) or 1.0

    def room(self, value: np.ndarray | float) -> np.ndarray | float:
        """How much is left, in scales; negative where it is missed."""
        return self.sign * (self.value - value) / self.scale


class Optimum(NamedTuple):
    """The best of several descents.

    design : [free]; value and gradient of the objective there; bounds : values of the bounded measures; evaluations :
    of the objective with its gradient; descents : the value that each start came to, NaN where it found none;
    converged : whether the best descent ended at a minimum.
    """

    design: Float[np.ndarray, " free"]
    value: float
    gradient: Float[np.ndarray, " free"]
    bounds: Float[np.ndarray, " bound"]
    evaluations: int
    descents: Float[np.ndarray, " start"]
    converged: bool


class Grid(NamedTuple):
    """A measure on a grid: axes, its values [axis, ...], and where the bounds are kept; elsewhere it is NaN."""

    axes: tuple[np.ndarray, ...]
    values: Float[np.ndarray, "*axes"]
    allowed: Bool[np.ndarray, "*axes"]

    def best(self) -> tuple[np.ndarray, float]:
        """The lowest allowed point, and the value there."""
        masked = np.where(self.allowed & np.isfinite(self.values), self.values, np.inf)
        place = np.unravel_index(int(masked.argmin()), masked.shape)
        return np.array([axis[i] for axis, i in zip(self.axes, place, strict=True)]), float(masked[place])

    @property
    def steps(self) -> np.ndarray:
        """Distance of neighbours along each axis."""
        return np.array([axis[1] - axis[0] for axis in self.axes])


def minimise(
    objective: AbstractMeasure,
    low: Float[np.ndarray, " free"],
    high: Float[np.ndarray, " free"],
    starts: Float[np.ndarray, "start free"],
    bounds: Sequence[Bound] = (),
) -> Optimum:
    r"""The design of lowest objective, by sequential quadratic programming with exact gradients from several starts.

    The variables are shares of the box, the function the logarithm of the objective, so that neither units nor the
    size of the reach matter. A start that violates a bound is led back. What has several minima needs as many starts.

    References
    ----------
    Kraft:1994-TOMS20.262
    """
    wide, asked = high - low, dict[bytes, tuple[float, np.ndarray]]()

    def at(share: np.ndarray) -> tuple[float, np.ndarray]:
        if share.tobytes() not in asked:
            asked[share.tobytes()] = objective.slope(low + wide * share)
        value, gradient = asked[share.tobytes()]
        return float(np.log(value)), gradient * wide / value

    def rule(bound: Bound) -> dict[str, Any]:
        def slope(share: np.ndarray) -> np.ndarray:
            return -bound.sign * bound.measure.slope(low + wide * share)[1] * wide / bound.scale

        return {
            "type": "ineq",
            "fun": lambda share: bound.room(bound.measure.slope(low + wide * share)[0]),
            "jac": slope,
        }

    rules = [rule(bound) for bound in bounds]
    found = []
    for start in (starts - low) / wide:
        options = {"ftol": TOLERANCE, "maxiter": STEPS}
        one = minimize(
            at, start, jac=True, method="SLSQP", bounds=[(0.0, 1.0)] * len(low), constraints=rules, options=options
        )
        share = np.clip(one.x, 0.0, 1.0)
        kept = all(np.asarray(each["fun"](share)) > -FEASIBLE for each in rules)
        found.append((float(np.exp(at(share)[0])) if kept else np.nan, share, bool(one.success)))
    descents = np.array([value for value, _, _ in found])
    if np.isnan(descents).all():
        return Optimum(
            starts[0], np.nan, np.full(len(low), np.nan), np.full(len(bounds), np.nan), len(asked), descents, False
        )
    _, share, converged = found[int(np.nanargmin(descents))]
    design = low + wide * share
    value, gradient = asked.get(share.tobytes()) or objective.slope(design)
    reached = np.array([bound.measure.slope(design)[0] for bound in bounds])
    return Optimum(design, value, gradient, reached, len(asked), descents, converged)


def starting_points(
    low: Float[np.ndarray, " free"], high: Float[np.ndarray, " free"], today: Float[np.ndarray, " free"], count: int
) -> Float[np.ndarray, "start free"]:
    """Today's design, clipped to the box, and others spread evenly over it."""
    return np.concatenate([np.clip(today, low, high)[None], low + recurrence(0, count - 1, len(low)) * (high - low)])


def brute_force(
    objective: AbstractMeasure,
    low: Float[np.ndarray, " free"],
    high: Float[np.ndarray, " free"],
    points: int,
    bounds: Sequence[Bound] = (),
) -> Grid:
    """The objective on a grid over the whole box, `points` along each number, where the bounds are kept."""
    axes = tuple(np.linspace(a, b, points) for a, b in zip(low, high, strict=True))
    designs = np.array(list(itertools.product(*axes)))
    allowed = np.ones(len(designs), bool)
    for bound in bounds:
        allowed &= np.asarray(bound.room(bound.measure.values(designs))) > -FEASIBLE
    values = np.full(len(designs), np.nan)
    if allowed.any():
        values[allowed] = objective.values(designs[allowed])
    shape = (points,) * len(axes)
    return Grid(axes, values.reshape(shape), allowed.reshape(shape))


def front(
    objective: AbstractMeasure,
    low: Float[np.ndarray, " free"],
    high: Float[np.ndarray, " free"],
    starts: Float[np.ndarray, "start free"],
    swept: Bound,
    budgets: Float[np.ndarray, " budget"],
    bounds: Sequence[Bound] = (),
) -> list[Optimum]:
    """The optimum for every budget of a bounded measure, each also begun where the one before ended: a Pareto front."""
    found: list[Optimum] = []
    for budget in budgets:
        before = [found[-1].design[None]] if found and np.isfinite(found[-1].value) else []
        here = Bound(swept.measure, float(budget), swept.sign)
        found.append(minimise(objective, low, high, np.concatenate([*before, starts]), (here, *bounds)))
    return found
