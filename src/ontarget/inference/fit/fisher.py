"""Local measures of a likelihood at a point: gradient, Hessian, Fisher information, covariance."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.inference.likelihood.likelihood import Likelihood, host_priors
from ontarget.inference.likelihood.poisson import LEAST, poisson

FLAT = 1e-10  # eigenvalue, relative to the largest possible, below which a direction is not determined


def gradient(likelihood: Likelihood, theta: Float[np.ndarray, " parameter"]) -> Float[np.ndarray, " parameter"]:
    """Derivative of -2 ln L by each parameter, priors included."""
    theta = np.asarray(theta)
    # backgrounds of sidebands are at their best: to first order their own change does nothing
    means = likelihood.profiled(theta).means
    _, slope, _ = poisson(means, np.asarray(likelihood.data)[: likelihood.bins])
    pulls, rates = _pulls(likelihood, theta)
    return likelihood.expansion.jacobian(theta)[1:] @ slope + 2.0 * pulls * rates


def fisher(likelihood: Likelihood, **values: float) -> Float[np.ndarray, "parameter parameter"]:
    r"""Fisher information of data and priors at the start, but for the values given by name.

    .. math:: I_{jk} = \sum_b \frac{1}{\mu_b}\frac{\partial\mu_b}{\partial\theta_j}
              \frac{\partial\mu_b}{\partial\theta_k}
              + \delta_{jk}\left(\frac{\partial\,\mathrm{pull}_j}{\partial\theta_j}\right)^2

    less what the backgrounds of sidebands, at the size that the experiments found, take away. Unit: one over the units
    of the two parameters. The observed counts of the bins do not enter.

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    theta = likelihood.theta(values)
    counts = likelihood.expansion.jacobian(theta)
    _, _, weight = poisson(counts[0], np.asarray(likelihood.data)[: likelihood.bins])
    _, rates = _pulls(likelihood, theta)
    found = (counts[1:] * weight / 2.0) @ counts[1:].T + np.diag(rates**2)
    if likelihood.sideband is None:
        return found
    sidebands = jax.tree.map(np.asarray, likelihood.sideband)
    return found - sidebands.bound(sidebands.nominal, weight, counts[1:]) / 2.0


def hessian(likelihood: Likelihood, theta: Float[np.ndarray, " parameter"]) -> Float[np.ndarray, "parameter parameter"]:
    """Second derivatives of -2 ln L with the observed counts, priors by the square of their rate."""
    own, cross, inverse = blocks(likelihood, np.asarray(theta))
    return own - (cross * inverse) @ cross.T


def blocks(
    likelihood: Likelihood, theta: Float[np.ndarray, " parameter"]
) -> tuple[Float[np.ndarray, "parameter parameter"], Float[np.ndarray, "parameter group"], Float[np.ndarray, " group"]]:
    """The joint second derivatives of -2 ln L, with backgrounds of sidebands as parameters.

    By the parameters, by them and the backgrounds, and one over those by the backgrounds, which have no mixed ones; for
    a background at its boundary, zero, that is zero.
    """
    rates, second = likelihood.expansion.jacobian(theta)[1:], likelihood.expansion.hessian(theta)
    data, size = np.asarray(likelihood.data), likelihood.bins
    found = likelihood.profiled(theta)
    _, slope, weight = poisson(found.means, data[:size])
    # where nothing is expected the observed curvature 2 n / mu^2 is no number to build on: the expected one stands in
    curvature = np.where(found.means > LEAST, 2.0 * data[:size] / np.maximum(found.means, LEAST) ** 2, weight)
    _, pull_rates = _pulls(likelihood, theta)
    own = (rates * curvature) @ rates.T + second @ slope + 2.0 * np.diag(pull_rates**2)
    if likelihood.sideband is None:
        return own, np.zeros((len(theta), 0)), np.zeros(0)
    sidebands = jax.tree.map(np.asarray, likelihood.sideband)
    drawn, inside = curvature * sidebands.share, found.beta > 0.0
    safe = np.where(inside, found.beta, 1.0)
    bend = np.where(inside, sidebands.total(drawn * sidebands.share) + 2.0 * data[size:] / safe**2, np.inf)
    return own, sidebands.total(rates * drawn), 1.0 / bend


def covariance(likelihood: Likelihood, free: Sequence[str] | None = None, **values: float) -> np.ndarray:
    """Inverse Fisher information of the free parameters (all by default), the others fixed.

    Raises
    ------
    InputError : if a combination of them is not determined at all
    """
    free = likelihood.names if free is None else tuple(free)
    likelihood.check_names(free)
    places = [likelihood.names.index(name) for name in free]
    inverse, flat = invert(fisher(likelihood, **values)[np.ix_(places, places)])
    if flat.any():
        names = ", ".join(repr(name) for name, one in zip(free, flat, strict=True) if one)
        truth = f"A combination of {names} leaves the counts as they are."
        raise InputError("covariance", "a singular Fisher matrix", truth, "Fix one of them or give it a prior.")
    return inverse


def invert(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverse of an information matrix, and which parameters take part in a direction that it does not determine.

    Their entries are infinite; what is determined keeps its number.
    """
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
    dead = scale == 0.0
    scale = np.where(dead, 1.0, scale)
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    lost = values < FLAT * max(1.0, len(values))
    flat = (np.abs(vectors[:, lost]) > 1e-3).any(axis=1) | dead
    inverse = (vectors[:, ~lost] / values[~lost]) @ vectors[:, ~lost].T / np.outer(scale, scale)
    inverse[np.diag(flat)] = np.inf
    return inverse, flat


def _pulls(likelihood: Likelihood, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    priors = host_priors(likelihood)
    pulls = [float(prior.pull(value)) for prior, value in zip(priors, theta, strict=True)]
    rates = [float(prior.rate(value)) for prior, value in zip(priors, theta, strict=True)]
    return np.array(pulls), np.array(rates)
