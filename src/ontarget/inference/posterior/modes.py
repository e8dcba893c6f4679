"""Chains of modes that they do not leave, put together: what each mode holds of the probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import logsumexp

from ontarget.inference.posterior.bridge import Bridge, bridge
from ontarget.inference.posterior.convergence import effective_sample_size, split_rhat
from ontarget.inference.posterior.draws import Mode
from ontarget.inference.posterior.target import Target

STRAY = 0.01  # share of a mode's draws in another, and back, from which on the two are one
LEFT = 0.5  # the same if so many of its draws lie there and none comes back: it was no mode
FEW = 10  # draws for each parameter without which no integral is told


class Weighed(NamedTuple):
    """What the chains of all modes say together.

    modes : with their shares; log, error : of the integral of the density; rhat : the worst of all modes [free];
    effective : independent draws of all modes [free].
    """

    modes: tuple[Mode, ...]
    log: float
    error: float
    rhat: np.ndarray
    effective: np.ndarray


def mode_weights(
    target: Target, y: Float[np.ndarray, "chain draw free"], begun: Int[np.ndarray, " chain"], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Weighed]:
    """Points in the box, weights, -2 ln L and modes of all draws; and what they say together.

    Parameters
    ----------
    target : the density
    y : draws on the real line
    begun : the mode in which each chain began
    seed : of bridge sampling
    """
    chains, length, free = y.shape
    points = boxed(target, y.reshape(-1, free))
    values, labels = target.minus_two_log(points), target.mode_of(points)
    joined = _joined(labels.reshape(chains, length), begun, target.number_of_modes, FEW * free)
    present, mode = np.unique(joined[labels], return_inverse=True)

    def integral(one: int, worth: float) -> Bridge:
        def inside(at: np.ndarray) -> np.ndarray:
            if len(present) == 1:
                return np.ones(len(at), bool)
            return joined[target.mode_of(boxed(target, at))] == present[one]

        return bridge(y.reshape(-1, free)[mode == one], lambda at: log_density(target, at), inside, worth, seed)

    mixing = [_mixing(y, mode.reshape(chains, length) == one) for one in range(len(present))]
    known = [integral(one, float(each[1].min())) for one, each in enumerate(mixing)]
    shares, errors = _shares(known)
    modes, weights = [], np.zeros(len(points))
    for one, (share, error) in enumerate(zip(shares, errors, strict=True)):
        mine = np.nonzero(mode == one)[0]
        weights[mine] = share / len(mine)
        lowest = mine[np.argmin(values[mine])]
        best = dict(zip(target.names, points[lowest].tolist(), strict=True))
        modes.append(Mode(best, float(values[lowest]), float(share), float(error), len(mine)))
    log = float(logsumexp([one.log for one in known]))
    total = float(np.sqrt(((shares * np.array([one.error for one in known])) ** 2).sum()))
    worst, number = np.max([one for one, _ in mixing], axis=0), np.sum([one for _, one in mixing], axis=0)
    return points, weights, values, mode, Weighed(tuple(modes), log, total, worst, number)


def boxed(target: Target, y: Float[np.ndarray, "point free"]) -> Float[np.ndarray, "point free"]:
    """Points on the real line, put into the box."""
    low, high = target.box
    return low + (high - low) / (1.0 + np.exp(-y))


def log_density(target: Target, y: Float[np.ndarray, "point free"]) -> Float[np.ndarray, " point"]:
    """ln of exp(-1/2 (-2 ln L)) times the Jacobian at points on the real line."""
    low, high = target.box
    inner = np.log(high - low) - np.logaddexp(0.0, y) - np.logaddexp(0.0, -y)
    return -0.5 * target.minus_two_log(boxed(target, y)) + inner.sum(axis=1)


def _joined(labels: np.ndarray, begun: np.ndarray, number: int, few: int) -> np.ndarray:
    """For each mode which it is one with: chains went to and fro between them, or left it, or it has few draws."""
    to = np.arange(number)
    for one in range(number):
        for other in range(one):
            ways = (labels[begun == one] == other), (labels[begun == other] == one)
            strays = [way.mean() if way.size else 0.0 for way in ways]
            if min(strays) > STRAY or max(strays) > LEFT:
                to[to == to[one]] = to[other]
    counts = np.bincount(to[labels].ravel(), minlength=number)
    to[np.isin(to, np.nonzero(counts < few)[0])] = np.argmax(counts)
    return to


def _mixing(y: np.ndarray, mine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R-hat and effective number of the draws of one mode, [free] each, from the chains that are mostly in it."""
    axes, chains = range(y.shape[2]), np.nonzero(mine.mean(axis=1) > 0.5)[0]
    if not len(chains):  # met in passing only
        return np.full(len(axes), np.inf), np.ones(len(axes))
    shortest = min(int(mine[one].sum()) for one in chains)
    draws = np.stack([y[one][mine[one]][:shortest] for one in chains])
    every = [draws[..., axis] for axis in axes]
    return np.array([split_rhat(one) for one in every]), np.array([effective_sample_size(one) for one in every])


def _shares(known: Sequence[Bridge]) -> tuple[np.ndarray, np.ndarray]:
    """Of the modes, and their standard deviations."""
    logs, variance = np.array([one.log for one in known]), np.array([one.error for one in known]) ** 2
    share = np.exp(logs - logsumexp(logs))
    if len(share) == 1:
        return share, np.zeros(1)
    slopes = np.diag(share) - np.outer(share, share)
    return share, np.sqrt(slopes**2 @ variance)
