"""Many fits at once: damped Newton steps with Fisher's expected Hessian at hand, and an active set at the box edges."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.inference.contraction import Contraction
from ontarget.inference.expansion import check_inside
from ontarget.inference.likelihood import Likelihood, host_priors
from ontarget.inference.prior import AbstractPrior

CLOSE = 1e-7  # vertical distance to the minimum in -2 ln L at which a fit is done
RIDGE = 1e-9  # relative curvature below which a direction counts as flat
ROUNDS = 250
CHUNK = 5000  # points that share one loop


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
    places = [likelihood.names.index(name) for name in free]
    data = np.asarray(likelihood.data)[None] if data is None else np.asarray(data, float)
    toy = np.zeros(len(thetas), int) if toy is None else toy
    shifts = np.zeros((len(data), len(likelihood.names))) if shifts is None else np.asarray(shifts, float)
    priors = host_priors(likelihood)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = [slice(low, low + CHUNK) for low in range(0, len(thetas), CHUNK)]

    def minimise(part: slice) -> Fits:
        return _Chunk(likelihood, priors, places, thetas[part], data, toy[part], shifts[toy[part]]).minimise()

    pieces = []
    with ThreadPoolExecutor(workers) as pool:  # the chunks are the same whatever the number of workers
        for part, fits in zip(parts, pool.map(minimise, parts), strict=True):
            pieces.append(fits)
            if progress is not None:
                progress(min(1.0, part.stop / len(thetas)))
    return Fits(*(np.concatenate(one) for one in zip(*pieces, strict=True)))


def is_convex(likelihood: Likelihood, free: Sequence[str]) -> bool:
    """Whether the counts are affine in the free parameters, so that -2 ln L has one minimum and one start will do."""
    places = [likelihood.names.index(name) for name in free]
    orders = np.asarray(likelihood.expansion.orders)[:, places]
    straight = orders.sum(axis=1).max(initial=0) <= 1
    return bool(straight and not np.asarray(likelihood.expansion.chebyshev)[places].any())


class _Chunk:
    """The loop over one chunk of points; points that are done leave it."""

    def __init__(
        self,
        likelihood: Likelihood,
        priors: Sequence[AbstractPrior],
        places: list[int],
        thetas: np.ndarray,
        data: np.ndarray,
        toy: np.ndarray,
        shifts: np.ndarray,
    ) -> None:
        self.low, self.high = (np.asarray(one)[places] for one in (likelihood.expansion.low, likelihood.expansion.high))
        self.contraction = Contraction(likelihood, places, thetas, data, toy)
        # an equinox method makes a new module each time it is looked up: look it up once
        self.priors = [(priors[i].pull, priors[i].rate) for i in places]
        self.shifts = shifts[:, places]
        self.offset = sum(
            ((prior.pull(thetas[:, i]) - shifts[:, i]) ** 2 for i, prior in enumerate(priors) if i not in places),
            np.zeros(len(thetas)),
        )
        self.noise = 1e-10 + 4e-16 * data.sum(axis=1)[toy]  # rounding of -2 ln L
        points, number = len(thetas), len(places)
        self.x = np.clip(thetas[:, places], self.low, self.high)
        self.value, self.gradient = np.full(points, np.inf), np.zeros((points, number))
        self.expected, self.bent = np.zeros((2, points, number, number))
        self.damping, self.edm = np.full(points, 1e-3), np.full(points, np.inf)
        self.kicks, self.good = np.zeros(points, int), np.zeros(points, bool)

    def minimise(self) -> Fits:
        active, trial = np.arange(len(self.x)), self.x
        for _ in range(ROUNDS):
            self._keep(active, trial)
            move, left, minimum = self._newton(active)
            self.edm[active], self.good[active] = left, minimum
            settled = left < CLOSE + self.noise[active]
            stuck = settled & ~minimum & (self.kicks[active] < 2)
            if stuck.any():
                move[stuck] = self._kick(active[stuck])
            going = ~settled | stuck
            active = active[going]
            if not len(active):
                break
            trial = np.clip(self.x[active] + move[going], self.low, self.high)
        width = self.high - self.low
        edge = ((self.x - self.low < 1e-9 * width) | (self.high - self.x < 1e-9 * width)).any(axis=1)
        converged = self.good & (self.edm < CLOSE + self.noise)
        return Fits(self.x, self.value + self.offset, self.edm, converged, edge)

    def _keep(self, active: np.ndarray, trial: np.ndarray) -> None:
        """Evaluate the trial points, keep those that do not raise -2 ln L, and set the damping."""
        value, gradient, expected, bent = self.contraction(active, trial)
        value, gradient, expected = value.copy(), gradient.copy(), expected.copy()
        shifts = self.shifts[active]
        for i, (pull_of, rate_of) in enumerate(self.priors):
            pull, rate = pull_of(trial[:, i]) - shifts[:, i], rate_of(trial[:, i])
            value += pull**2
            gradient[:, i] += 2.0 * pull * rate
            expected[:, i, i] += 2.0 * rate**2
        better = value <= self.value[active] + self.noise[active]
        kept = active[better]
        self.x[kept], self.value[kept], self.gradient[kept] = trial[better], value[better], gradient[better]
        self.expected[kept], self.bent[kept] = expected[better], bent[better]
        now = self.damping[active]
        self.damping[active] = np.where(better, np.maximum(now * 0.1, 1e-12), np.maximum(now, 1e-4) * 8.0)

    def _newton(self, active: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The damped step, the distance to the minimum that the undamped one promises, and whether it is a minimum.

        Parameters at an edge whose gradient points out of the box rest. Lengths are scaled by the diagonal. Where the
        Hessian is not positive, the expected one with the positive part of the diagonal added takes its place.
        """
        x, gradient, expected, bent = (one[active] for one in (self.x, self.gradient, self.expected, self.bent))
        rest = ((x <= self.low) & (gradient > 0)) | ((x >= self.high) & (gradient < 0))
        unit = np.eye(x.shape[1])
        safe = expected + np.maximum(bent, 0.0) * unit
        least = RIDGE / (self.high - self.low) ** 2  # a parameter that does nothing stays where it is
        scale = np.where(rest, 1.0, np.sqrt(np.einsum("pii->pi", safe) + least))
        slope = np.where(rest, 0.0, gradient / scale)
        both = np.stack([expected + bent, safe]) / (scale[:, :, None] * scale[:, None, :])
        both = np.where(rest[:, :, None] | rest[:, None, :], unit, both)
        ridges = np.stack([self.damping[active], np.full(len(active), RIDGE)])
        matrices = both[:, None] + ridges[:, :, None, None] * unit  # [which Hessian, which ridge, point, free, free]
        solved, positive = solve(matrices, np.broadcast_to(slope, (2, 2, *slope.shape)))
        best = np.where(positive[0][..., None], solved[0], solved[1])
        return -best[0] / scale, 0.5 * (slope * best[1]).sum(axis=1), positive[0, 1]

    def _kick(self, points: np.ndarray) -> np.ndarray:
        """A push off a saddle, along the direction of most negative curvature; the other way the second time."""
        width = self.high - self.low
        hessian = (self.expected[points] + self.bent[points]) * width[:, None] * width
        direction = np.linalg.eigh(hessian)[1][:, :, 0]
        self.kicks[points] += 1
        sign = np.where(self.kicks[points] == 1, 1.0, -1.0)
        self.damping[points] = 1e-3
        return 0.03 * sign[:, None] * direction * width


def solve(matrix: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric systems [..., n, n] x = [..., n] by elimination, and whether each matrix is positive definite."""
    number = right.shape[-1]
    rows = np.concatenate([matrix, right[..., None]], axis=-1)
    positive = np.ones(rows.shape[:-2], bool)
    for k in range(number):
        corner = rows[..., k, k].copy()
        positive &= corner > 0.0
        pivot = rows[..., k, :] / np.where(corner == 0.0, 1e-300, corner)[..., None]
        rows -= rows[..., :, k][..., None] * pivot[..., None, :]
        rows[..., k, :] = pivot
    return rows[..., -1], positive
