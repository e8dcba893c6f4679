"""Many fits at once: few points by numpy, many by one compiled program, block by block on every core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.program import program
from ontarget.inference.expansion.expansion import check_inside
from ontarget.inference.fit.contraction import Contraction, model_of
from ontarget.inference.fit.newton import CLOSE, Best, Iterate, Model, PointData, initial, newton_step
from ontarget.inference.likelihood.likelihood import Likelihood, host_priors
from ontarget.numerics import device
from ontarget.numerics.cores import cores

ROUNDS = 250  # steps at most
FIRST = 6  # steps of a block together; points that are not done then are gathered, and go on
FEW = 24  # points that numpy does sooner than a compiled function is called
WORK = 10_000_000  # numbers of one step of all points, functions and bins: beyond it compiling pays
SCAN = 5000  # points of a grid that numpy does sooner than a function is compiled for it alone
PART = 512  # points that share one call of the compiled program, which works through them in blocks
FEW_PARTS = 4  # fewer parts are cut in halves, so that every core gets one


class Fits(NamedTuple):
    """Fits of the free parameters at many points.

    free : values [point, free]; value : -2 ln L [point]; edm : estimated vertical distance to the minimum [point];
    converged, at_edge : [point].
    """

    free: Float[np.ndarray, "point free"]
    value: Float[np.ndarray, " point"]
    edm: Float[np.ndarray, " point"]
    converged: Bool[np.ndarray, " point"]
    at_edge: Bool[np.ndarray, " point"]


def fit_many(
    likelihood: Likelihood,
    free: Sequence[str],
    thetas: Float[np.ndarray, "point parameter"],
    data: Float[np.ndarray, "toy bin"] | None = None,
    toy: Int[np.ndarray, " point"] | None = None,
    shifts: Float[np.ndarray, "toy parameter"] | None = None,
    progress: Callable[[float], None] | None = None,
    few: int = FEW,
) -> Fits:
    """Minimise -2 ln L over the parameters `free`, each point starting from, and otherwise fixed at, its row of theta.

    Parameters
    ----------
    likelihood : what to minimise
    free : names of the parameters to vary; the order of `Fits.free`
    thetas : starting points, inside the box
    data, toy : other observed counts than the likelihood's, and which of them each point is to use
    shifts : of the pulls of the priors, in standard deviations, where outside measurements were drawn with the data
    progress : called with the fraction done; an exception in it stops the fits
    few : points at most that are left to numpy; more are worth a compiled program
    """
    check_inside(likelihood.names, likelihood.expansion.low, likelihood.expansion.high, thetas)
    data = np.asarray(likelihood.data)[None] if data is None else np.asarray(data, float)
    toy = np.zeros(len(thetas), int) if toy is None else toy
    shifts = np.zeros((len(data), len(likelihood.names))) if shifts is None else np.asarray(shifts, float)
    fits = BatchedFits(likelihood, [likelihood.names.index(name) for name in free], thetas, data, shifts)
    fits.few = PART if len(thetas) <= few and len(thetas) * fits.contraction.largest <= WORK else FEW
    parts = [slice(low, low + fits.part) for low in range(0, len(thetas), fits.part)]
    pieces = []
    with ThreadPoolExecutor(cores()) as pool:  # the parts are the same whatever the number of cores
        every = pool.map if len(parts) > 1 else map  # no thread is started for a single one
        for part, found in zip(parts, every(lambda one: fits(thetas[one], toy[one]), parts), strict=True):
            pieces.append(found)
            if progress is not None:
                progress(min(1.0, part.stop / len(thetas)))
    return Fits(*(np.concatenate(one) for one in zip(*pieces, strict=True)))


def is_convex(likelihood: Likelihood, free: Sequence[str]) -> bool:
    """Whether the counts are affine in the free parameters, so that -2 ln L has one minimum and one start will do."""
    places = [likelihood.names.index(name) for name in free]
    orders = np.asarray(likelihood.expansion.orders)[:, places]
    straight = orders.sum(axis=1).max(initial=0) <= 1
    return bool(straight and not np.asarray(likelihood.expansion.chebyshev)[places].any())


class BatchedFits:
    """Fits of the same free parameters to any of some data; the fixed ones are at some of the values in thetas."""

    def __init__(
        self, likelihood: Likelihood, places: list[int], thetas: np.ndarray, data: np.ndarray, shifts: np.ndarray
    ) -> None:
        low, high = (np.asarray(one)[places] for one in (likelihood.expansion.low, likelihood.expansion.high))
        self.contraction, self.places = Contraction(likelihood, places, thetas), places
        self.priors = host_priors(likelihood)
        self.fixed = [i for i in range(len(self.priors)) if i not in places]
        priors = [self.priors[i] for i in places]
        self.data, self.shifts = self.contraction.arranged(data), shifts
        same = self.data if len(data) == 1 else None
        self.model = Model(self.contraction.basis, self.contraction.sidebands, priors, low, high, same)
        self.few = FEW
        self.noise = 2e-15 * np.sqrt(data.sum(axis=1))
        self.block = device.rows(8 * self.contraction.largest)
        self.rows, self.part = PART, PART if len(thetas) > FEW_PARTS * PART else PART // 2
        if self.block > PART:  # an accelerator: all at once, if its memory holds them
            self.block = self.rows = self.part = min(self.block, 1 << (len(thetas) - 1).bit_length())

    def __call__(self, thetas: np.ndarray, toy: np.ndarray) -> Fits:
        """Fit each point, a row of theta, to the data of its toy."""
        model, shifts, points = self.model, self.shifts[toy], len(thetas)
        x = np.clip(thetas[:, self.places], model.low, model.high)
        data = None if model.data is not None else self.data[toy]
        given = PointData(self.contraction.factors(thetas), data, shifts[:, self.places], self.noise[toy])
        walked = (self.compiled if points > self.few and self.places else self.by_numpy)(given, Best.at(x))
        offset = sum(((self.priors[i].pull(thetas[:, i]) - shifts[:, i]) ** 2 for i in self.fixed), np.zeros(points))
        width = model.high - model.low
        edge = ((walked.x - model.low < 1e-9 * width) | (model.high - walked.x < 1e-9 * width)).any(axis=1)
        converged = walked.minimum & (walked.edm < CLOSE + given.rounding(walked.value))
        return Fits(walked.x, walked.value + offset, walked.edm, converged, edge)

    def by_numpy(self, given: PointData, place: Best) -> Best:
        """All points together until the last is done."""
        walk, functions = initial(place), model_of(self.model.basis, given.factors)
        for _ in range(ROUNDS):
            walk = newton_step(self.contraction.kinds, self.model, functions, given, walk)
            if walk.place.done.all():
                break
        return walk.place

    def compiled(self, given: PointData, place: Best) -> Best:
        """A few steps in blocks, then again those that are not done."""
        left, spent = np.arange(len(place.x)), 0
        while len(left) and spent < ROUNDS:
            steps = min(FIRST << (spent // FIRST), ROUNDS - spent)
            some, now = (jax.tree.map(partial(padded, self.rows, left), both) for both in (given, place))
            blocks = -(-len(left) // self.block)
            counts = np.asarray(blocks), np.asarray(steps)  # arrays: numbers would be part of the program
            found = in_blocks(self.contraction.kinds, self.block, *counts, self.model, some, now)
            for old, new in zip(place, found, strict=True):
                old[left] = np.asarray(new)[: len(left)]
            left, spent = left[~place.done[left]], spent + steps
        return place


def padded(rows: int, which: np.ndarray, array: np.ndarray) -> np.ndarray:
    """Some rows of an array, and the last of them again and again up to so many."""
    if len(which) == len(array) == rows:
        return array
    return array[np.pad(which, (0, rows - len(which)), mode="edge")]


@program
def in_blocks(kinds: Any, block: int, blocks: Any, steps: Any, model: Model, given: PointData, place: Best) -> Best:
    """Some steps of the first `blocks` blocks of points; each stops when all of its points are done."""

    def one(index: Any, every: Best) -> Best:
        def cut(rows: Any) -> Any:
            return jax.lax.dynamic_slice_in_dim(rows, index * block, block)

        def going(both: tuple[Any, Iterate]) -> Any:
            return (both[0] < steps) & ~both[1].place.done.all()

        def step(both: tuple[Any, Iterate]) -> tuple[Any, Iterate]:
            return both[0] + 1, newton_step(kinds, model, functions, mine, both[1])

        def put(old: Any, new: Any) -> Any:
            return jax.lax.dynamic_update_slice_in_dim(old, new, index * block, 0)

        mine, begun = jax.tree.map(cut, (given, every))
        functions = model_of(model.basis, mine.factors)
        return jax.tree.map(put, every, jax.lax.while_loop(going, step, (0, initial(begun)))[1].place)

    return jax.lax.fori_loop(0, blocks, one, place)
