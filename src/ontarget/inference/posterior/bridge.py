"""The integral of a density from draws of it: bridge sampling against a multivariate Student t."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import gammaln, logsumexp

FREEDOM = 5.0  # degrees of freedom of the proposal: tails heavier than those of a density on an unbounded line
ROUNDS = 1000


class Bridge(NamedTuple):
    """The logarithm of an integral, and its standard deviation (relative error of the integral)."""

    log: float
    error: float


def bridge(
    draws: Float[np.ndarray, "draw axis"],
    log_density: Callable[[np.ndarray], np.ndarray],
    inside: Callable[[np.ndarray], Bool[np.ndarray, " point"]],
    independent: float,
    seed: int,
) -> Bridge:
    r"""The integral of a density, known up to nothing, over the region in which the draws lie.

    .. math:: Z = \frac{\langle p\,h\rangle_q}{\langle q\,h\rangle_p}, \qquad h = \frac{1}{s_1 p/Z + s_2 q}

    with as many draws of the proposal q as of p, solved by iteration; the best h of all. The proposal has mean and
    covariance of every second draw, the others are put into the second average. Good where the density is one lump in
    a few tens of dimensions; the error says where it is not.

    Parameters
    ----------
    draws : of the density in the region, on unbounded axes
    log_density : ln p at points [point axis]
    inside : whether points lie in the region
    independent : how many independent draws they are worth
    seed : of the draws of q

    References
    ----------
    Meng:1996-StatSinica
    Gronau:2017-arXiv1703.05984
    """
    train, test = draws[::2], draws[1::2]
    mean, root = train.mean(axis=0), _root(train)
    random = np.random.default_rng([seed, len(draws)])
    count, axes = test.shape
    normal, scale = random.standard_normal((count, axes)), random.chisquare(FREEDOM, count) / FREEDOM
    proposed = mean + (normal @ root.T) / np.sqrt(scale)[:, None]
    within = inside(proposed)
    ratio_q = np.full(count, -np.inf)
    ratio_q[within] = log_density(proposed[within]) - _student(proposed[within], mean, root)
    ratio_p = log_density(test) - _student(test, mean, root)
    log = float(np.median(ratio_p))
    worth = max(0.5 * independent, 1.0)  # half of the draws are in the averages
    half = np.log(worth / (worth + count)), np.log(count / (worth + count))
    for _ in range(ROUNDS):
        upper = ratio_q - np.logaddexp(half[0] + ratio_q - log, half[1])
        lower = -np.logaddexp(half[0] + ratio_p - log, half[1])
        new = float(logsumexp(upper) - logsumexp(lower))
        if not np.isfinite(new):
            return Bridge(float(np.median(ratio_p)), float("inf"))  # no more than a guess
        if abs(new - log) < 1e-10:
            break
        log = new
    first, second = np.exp(upper - log), np.exp(lower)  # p h / Z under q, and q h under p
    relative = first.var() / first.mean() ** 2 / count + second.var() / second.mean() ** 2 / worth
    return Bridge(log, float(np.sqrt(relative)))


def _root(draws: np.ndarray) -> np.ndarray:
    """A triangular root of the draws' covariance, for the axes of the Student t."""
    covariance = np.atleast_2d(np.cov(draws.T))
    tiny = 1e-12 * np.maximum(np.diagonal(covariance), 1e-300)
    return np.linalg.cholesky(covariance * ((FREEDOM - 2.0) / FREEDOM) + np.diag(tiny))


def _student(points: np.ndarray, mean: np.ndarray, root: np.ndarray) -> np.ndarray:
    """The logarithm of the Student t's density."""
    axes = len(mean)
    square = (np.linalg.solve(root, (points - mean).T) ** 2).sum(axis=0)
    norm = gammaln(0.5 * (FREEDOM + axes)) - gammaln(0.5 * FREEDOM) - 0.5 * axes * np.log(np.pi * FREEDOM)
    return norm - np.log(np.diagonal(root)).sum() - 0.5 * (FREEDOM + axes) * np.log1p(square / FREEDOM)
