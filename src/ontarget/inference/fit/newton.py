"""Damped Newton steps for many points at once, with Fisher's expected Hessian at hand, and an active set at the edges.

Everything takes numpy or JAX arrays: few points are sooner done by numpy than a program is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from ontarget.ground.noun import namespace
from ontarget.inference.fit.contraction import Basis, State, state
from ontarget.inference.likelihood.prior import AbstractPrior
from ontarget.inference.likelihood.sideband import Sidebands

CLOSE = 1e-7  # vertical distance to the minimum in -2 ln L at which a fit is done
RIDGE = 1e-9  # relative curvature below which a direction counts as flat
UNROLLED = 8  # unknowns up to which elimination is written out
KICKS = 2  # off a saddle, one to either side


class Model(NamedTuple):
    """What all points of a set of fits share.

    priors : of the free parameters; low, high : of their box [free]; data : [1, bin + group] where all points have the
    same, else None.
    """

    basis: Basis
    sidebands: Sidebands | None
    priors: Sequence[AbstractPrior]
    low: Any
    high: Any
    data: Any = None


class PointData(NamedTuple):
    """What each point has for itself.

    factors : [point, function, term] or None where nothing is fixed; data : [point, bin + group] or None; shifts : of
    the pulls of the free parameters [point, free]; noise : a last digit of the root of all counts [point].
    """

    factors: Any
    data: Any
    shifts: Any
    noise: Any

    def rounding(self, value: Any) -> Any:
        """How far -2 ln L of this size may be off: counts are rounded, and each weighs as its pull [point]."""
        xp = namespace(value)
        return 1e-10 + self.noise * xp.sqrt(1.0 + xp.clip(value, 0.0, 1e200))


class Best(NamedTuple):
    """How far each point has come.

    x : the best met, [point, free]; value : -2 ln L there; damping, kicks : of its next step; edm : the distance to
    the minimum that an undamped one promises; minimum : whether it is one; done : [point].
    """

    x: Any
    value: Any
    damping: Any
    kicks: Any
    edm: Any
    minimum: Any
    done: Any

    @staticmethod
    def at(x: np.ndarray) -> Best:
        """Nothing known."""
        none, far = np.zeros(len(x), bool), np.full(len(x), np.inf)
        return Best(x, far, np.full(len(x), 1e-3), np.zeros(len(x), int), far.copy(), none, none.copy())


class Iterate(NamedTuple):
    """Where each point stands, -2 ln L and its derivatives there, and where it looks next: trial [point, free]."""

    place: Best
    here: State
    trial: Any


def initial(place: Best) -> Iterate:
    """A walk from there on."""
    xp, (points, number) = namespace(place.x), place.x.shape
    square = xp.zeros((points, number, number))
    here = State(xp.full(points, np.inf), xp.zeros((points, number)), square, square)
    return Iterate(place, here, place.x)


def newton_step(kinds: Any, model: Model, functions: Any, given: PointData, walk: Iterate) -> Iterate:
    """Evaluate the trial points, keep those that do not raise -2 ln L, and say where to look next.

    functions : what each adds to the counts, from `model_of`.
    """
    (x, _, old, kicks, edm_before, minimum_before, done), xp = walk.place, namespace(walk.place.x)
    there = evaluate(kinds, model, functions, given, walk.trial)
    better = (there.value <= walk.here.value + given.rounding(walk.here.value)) & ~done
    x = xp.where(better[:, None], walk.trial, x)
    here = State(*(_chosen(xp, better, *both) for both in zip(there, walk.here, strict=True)))
    damping = xp.where(better, xp.maximum(old * 0.1, 1e-12), xp.maximum(old, 1e-4) * 8.0)
    move, edm, minimum = newton(model, x, here, damping)
    settled = (edm < CLOSE + given.rounding(here.value)) & ~done
    stuck = settled & ~minimum & (kicks < KICKS)
    move = _kicked(xp, model, here, kicks, stuck, move)
    edm, minimum = xp.where(done, edm_before, edm), xp.where(done, minimum_before, minimum)
    damping = xp.where(stuck, 1e-3, damping)
    place = Best(x, here.value, damping, kicks + stuck, edm, minimum, done | (settled & ~stuck))
    return Iterate(place, here, xp.clip(x + move, model.low, model.high))


def evaluate(kinds: Any, model: Model, functions: Any, given: PointData, x: Any) -> State:
    """-2 ln L of counts and priors, and derivatives."""
    xp = namespace(x)
    data = given.data if model.data is None else model.data
    found = state(kinds, model.basis, model.sidebands, functions, data, x)
    if not model.priors:
        return found
    pulls = xp.stack([one.pull(x[:, i]) for i, one in enumerate(model.priors)], axis=1) - given.shifts
    rates = xp.stack([one.rate(x[:, i]) for i, one in enumerate(model.priors)], axis=1)
    return State(
        found.value + (pulls**2).sum(axis=1),
        found.gradient + 2.0 * pulls * rates,
        found.expected + (2.0 * rates**2)[:, :, None] * np.eye(len(model.priors)),
        found.second_order,
    )


def newton(model: Model, x: Any, here: State, damping: Any) -> tuple[Any, Any, Any]:
    """The damped step, the distance to the minimum that the undamped one promises, and whether it is a minimum.

    Parameters at an edge whose gradient points out of the box rest. Lengths are scaled by the diagonal. Where the
    Hessian is not positive, the expected one with the positive part of the diagonal added takes its place.
    """
    xp, number = namespace(x), x.shape[1]
    unit = np.eye(number)
    rest = ((x <= model.low) & (here.gradient > 0)) | ((x >= model.high) & (here.gradient < 0))
    safe = here.expected + xp.maximum(here.second_order, 0.0) * unit
    least = RIDGE / (model.high - model.low) ** 2  # a parameter that does nothing stays where it is
    scale = xp.where(rest, 1.0, xp.sqrt((safe * unit).sum(axis=-1) + least))
    slope = xp.where(rest, 0.0, here.gradient / scale)
    ridges = xp.stack([damping, xp.full_like(damping, RIDGE)])

    def solved(hessian: Any) -> tuple[Any, Any]:
        matrix = hessian / (scale[:, :, None] * scale[:, None, :])
        matrix = xp.where(rest[:, :, None] | rest[:, None, :], unit, matrix)
        # elimination runs along the points: [free, free, ridge, point]
        turned = xp.moveaxis(matrix, 0, -1)[:, :, None] + ridges * unit[:, :, None, None]
        return solve(turned, xp.broadcast_to(slope.T[:, None], turned.shape[1:]))

    def careful(found: tuple[Any, Any]) -> Any:
        return xp.where(found[1], found[0], solved(safe)[0])

    found = solved(here.expected + here.second_order)
    positive = found[1].all()
    if xp is np:
        best = found[0] if positive else careful(found)
    else:
        best = jax.lax.cond(positive, lambda both: both[0], careful, found)
    return -best[:, 0].T / scale, 0.5 * (slope.T * best[:, 1]).sum(axis=0), found[1][1]


def solve(matrix: Any, right: Any) -> tuple[Any, Any]:
    """Symmetric systems [n, n, ...] x = [n, ...] by elimination, and whether each matrix is positive definite."""
    xp, number = namespace(matrix), right.shape[0]
    rows, column = xp.concatenate([matrix, right[:, None]], axis=1), np.arange(number)
    shape = (number, *[1] * (rows.ndim - 1))

    def eliminated(k: Any, both: tuple[Any, Any]) -> tuple[Any, Any]:
        rows, positive = both
        corner = rows[k, k]
        pivot = rows[k] / xp.where(corner == 0.0, 1e-300, corner)
        rest = rows - rows[:, k][:, None] * pivot
        return xp.where((column == k).reshape(shape), pivot, rest), positive & (corner > 0.0)

    both = rows, xp.ones(rows.shape[2:], bool)
    if xp is not np and number > UNROLLED:
        both = jax.lax.fori_loop(0, number, eliminated, both)
    else:
        for k in range(number):
            both = eliminated(k, both)
    return both[0][:, -1], both[1]


def _kicked(xp: Any, model: Model, here: State, kicks: Any, stuck: Any, move: Any) -> Any:
    """A push off a saddle, along the direction of most negative curvature; the other way the second time."""

    def pushed(move: Any) -> Any:
        width = model.high - model.low
        hessian = (here.expected + here.second_order) * width[:, None] * width
        direction = xp.linalg.eigh(hessian)[1][:, :, 0]
        sign = xp.where(kicks == 0, 1.0, -1.0)
        return xp.where(stuck[:, None], 0.03 * sign[:, None] * direction * width, move)

    if xp is np:
        return pushed(move) if stuck.any() else move
    return jax.lax.cond(stuck.any(), pushed, lambda move: move, move)


def _chosen(xp: Any, which: Any, one: Any, other: Any) -> Any:
    return xp.where(which.reshape(-1, *[1] * (one.ndim - 1)), one, other)
