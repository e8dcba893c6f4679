"""Many fits at once: few points by numpy, many by one compiled program, block by block on every core."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.inference.contraction import Contraction
from ontarget.inference.expansion import check_inside
from ontarget.inference.likelihood import Likelihood, host_priors
from ontarget.inference.newton import CLOSE, Given, Model, Walk, advance, begin

ROUNDS = 250  # steps at most
FIRST = 6  # steps of a block together; points that are not done then are gathered, and go on
FEW = 24  # points that numpy does sooner than a compiled function is made
PART = 512  # points that share one call of the compiled program, which works through them in blocks
CACHE = 1 << 15  # numbers in the largest array of one block: 256 KiB


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


def score(
    likelihood: Likelihood,
    free: Sequence[str],
    thetas: Float[np.ndarray, "point parameter"],
    data: Float[np.ndarray, "toy bin"] | None = None,
    toy: Int[np.ndarray, " point"] | None = None,
    shifts: Float[np.ndarray, "toy parameter"] | None = None,
    progress: Callable[[float], None] | None = None,
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
    """
    check_inside(likelihood.names, likelihood.expansion.low, likelihood.expansion.high, thetas)
    data = np.asarray(likelihood.data)[None] if data is None else np.asarray(data, float)
    toy = np.zeros(len(thetas), int) if toy is None else toy
    shifts = np.zeros((len(data), len(likelihood.names))) if shifts is None else np.asarray(shifts, float)
    fits = Batch(likelihood, [likelihood.names.index(name) for name in free], data, shifts)
    parts = [slice(low, low + fits.part) for low in range(0, len(thetas), fits.part)]
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pieces = []
    with ThreadPoolExecutor(workers) as pool:  # the parts are the same whatever the number of workers
        for part, found in zip(parts, pool.map(lambda one: fits(thetas[one], toy[one]), parts), strict=True):
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


class Batch:
    """Fits of the same free parameters to any of some data."""

    def __init__(self, likelihood: Likelihood, places: list[int], data: np.ndarray, shifts: np.ndarray) -> None:
        low, high = (np.asarray(one)[places] for one in (likelihood.expansion.low, likelihood.expansion.high))
        self.contraction, self.priors, self.places = Contraction(likelihood, places), host_priors(likelihood), places
        self.fixed = [i for i in range(len(self.priors)) if i not in places]
        priors = [self.priors[i] for i in places]
        self.model = Model(self.contraction.basis, self.contraction.sidebands, priors, low, high)
        self.data, self.shifts = self.contraction.arranged(data), shifts
        self.noise = 1e-10 + 4e-16 * data.sum(axis=1)  # rounding of -2 ln L
        self.block = int(np.clip(1 << int(np.log2(max(1, CACHE // self.contraction.largest))), 8, 128))
        self.part = PART

    def __call__(self, thetas: np.ndarray, toy: np.ndarray) -> Fits:
        """Fit each point, a row of theta, to the data of its toy."""
        model, shifts = self.model, self.shifts[toy]
        x, points = np.clip(thetas[:, self.places], model.low, model.high), len(thetas)
        given = Given(self.contraction.factors(thetas), self.data[toy], shifts[:, self.places], self.noise[toy])
        walk = begin(x, np.full(points, 1e-3), np.zeros(points, int), np.zeros(points, bool))
        found = (self.compiled if points > FEW and self.places else self.by_numpy)(given, walk)
        offset = sum(((self.priors[i].pull(thetas[:, i]) - shifts[:, i]) ** 2 for i in self.fixed), np.zeros(points))
        width = model.high - model.low
        edge = ((found.x - model.low < 1e-9 * width) | (model.high - found.x < 1e-9 * width)).any(axis=1)
        converged = found.minimum & (found.edm < CLOSE + given.noise)
        return Fits(found.x, found.here.value + offset, found.edm, converged, edge)

    def by_numpy(self, given: Given, walk: Walk) -> Walk:
        """All points together until the last is done."""
        for _ in range(ROUNDS):
            walk = advance(self.contraction.degree, self.model, given, walk)
            if walk.done.all():
                break
        return walk

    def compiled(self, given: Given, walk: Walk) -> Walk:
        """A few steps in blocks, then again those that are not done."""
        every: Walk = jax.tree.map(np.copy, walk)
        left, spent = np.arange(len(walk.x)), 0
        while len(left) and spent < ROUNDS:
            steps = min(FIRST << (spent // FIRST), ROUNDS - spent)
            some, now = (jax.tree.map(partial(padded, self.part, left), both) for both in (given, every))
            now = now._replace(done=np.arange(self.part) >= len(left))
            blocks = -(-len(left) // self.block)
            found = in_blocks(self.contraction.degree, self.block, blocks, steps, self.model, some, now)
            for old, new in zip(jax.tree.leaves(every), jax.tree.leaves(found), strict=True):
                old[left] = np.asarray(new)[: len(left)]
            left, spent = left[~every.done[left]], spent + steps
        return every


def padded(rows: int, which: np.ndarray, array: np.ndarray) -> np.ndarray:
    """Some rows of an array, and the first of them again and again up to so many."""
    return array[np.pad(which, (0, rows - len(which)), mode="edge")]


@partial(jax.jit, static_argnums=(0, 1))
def in_blocks(degree: int, block: int, blocks: Any, steps: Any, model: Model, given: Given, walk: Walk) -> Walk:
    """Some steps of the first `blocks` blocks of points; each stops when all of its points are done."""

    def one(index: Any, every: Walk) -> Walk:
        def cut(rows: Any) -> Any:
            return jax.lax.dynamic_slice_in_dim(rows, index * block, block)

        def going(both: tuple[Any, Walk]) -> Any:
            return (both[0] < steps) & ~both[1].done.all()

        def step(both: tuple[Any, Walk]) -> tuple[Any, Walk]:
            return both[0] + 1, advance(degree, model, mine, both[1])

        mine, walk = jax.tree.map(cut, (given, every))
        walk = jax.lax.while_loop(going, step, (0, walk))[1]
        return jax.tree.map(
            lambda old, new: jax.lax.dynamic_update_slice_in_dim(old, new, index * block, 0), every, walk
        )

    return jax.lax.fori_loop(0, blocks, one, walk)
