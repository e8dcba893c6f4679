"""The upper limit that is expected of a design, and its exact derivatives: the profile by implicit differentiation."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.inference.forecast import Forecast
from ontarget.inference.information import informations
from ontarget.inference.fisher import invert
from ontarget.inference.poisson import poisson

STEPS = 60
EXACT = 1e-9  # of -2 ln L at the limit; its slope there makes that the same share of the limit, roughly


def expected_limit(
    found: Forecast, design: Float[np.ndarray, " free"], name: str, level: float, background: float = 0.0
) -> tuple[float, np.ndarray]:
    r"""Where the profile of Asimov data first rises to `level` above the start of a parameter.

    .. math:: q(s; x) = \min_\nu -2\ln L(s, \nu; x)\ \text{of the counts}\ \mu(\theta_0; x),\qquad q(s_{up}; x) = t

    Found by Newton's method in s and the nuisances at once, curvatures being the expected ones. It follows the branch
    that begins at the start: where the profile falls again behind it, further solutions are not looked for.

    Parameters
    ----------
    level : t, the rise of -2 ln L
    background : further counts per expected one in every bin, known exactly and put where the start expects them

    Returns
    -------
    limit, theta : the limit, and the parameters at it [parameter]

    References
    ----------
    Cowan:2010js
    """
    place, start = found.names.index(name), np.asarray(found.start)
    high = float(found.parameters[place].high)
    own = found.linear(design[None]).means[0]
    data, beside = (1 + background) * own, background * own
    others = [index for index in range(len(start)) if index != place]
    covariance, flat = invert(informations(found, design[None], background)[0])
    if flat[place]:
        truth = "To first order the counts at the start do not know of it."
        raise InputError(f"objective, {name}", "no limit", truth, "Take another start or parameter.")
    direction = np.where(flat, 0.0, covariance[place]) / covariance[place, place]
    theta = start + direction * min(np.sqrt(level * covariance[place, place]), 0.9 * (high - start[place]))
    for _ in range(STEPS):
        value, gradient, curvature = _curved(found, design, theta, data, beside)
        short = value - level
        stray = gradient[others]
        if abs(short) < EXACT * level and (stray**2).sum() <= EXACT**2 * level * np.trace(curvature):
            return float(theta[place]), theta
        matrix = np.zeros_like(curvature)
        matrix[:-1] = curvature[others]
        matrix[-1] = gradient
        step = -np.linalg.lstsq(matrix, np.append(stray, short), rcond=None)[0]
        # a step past the box, or more than doubling the way, is no Newton step to trust
        way = max(theta[place] - start[place], 1e-300)
        share = min(1.0, way / max(abs(step[place]), 1e-300), 0.9 * (high - theta[place]) / max(step[place], 1e-300))
        if share < 1e-6:
            break
        theta = theta + share * step
    truth = f"The expected profile does not rise to {level:.4g} inside the parameter's box, which ends at {high:g}."
    raise InputError(f"objective, {name}", "no limit", truth, "Widen the box.")


def limit_by_design(
    found: Forecast, design: Float[np.ndarray, " free"], name: str, level: float, background: float = 0.0
) -> tuple[float, Float[np.ndarray, " free"]]:
    r"""The expected limit and its derivatives by the design.

    .. math:: \frac{\mathrm{d}s_{up}}{\mathrm{d}x} = -\frac{\partial q/\partial x}{\partial q/\partial s}

    at fixed parameters, for in the nuisances q is at its lowest; data move with the design as the counts do.
    """
    limit, theta = expected_limit(found, design, name, level, background)
    there, here = found.moving(design, theta), found.moving(design)
    means = there.means + background * here.means
    means_by = there.means_by + background * here.means_by
    data, data_by = (1 + background) * here.means, (1 + background) * here.means_by
    slope = poisson(means, data)[1]
    some = (data > 0) & (means > 0)
    by_data = 2 * np.log(np.where(some, data, 1.0) / np.where(some, means, 1.0))
    rises = there.rates[found.names.index(name)] @ slope + _pulled(found, theta)[1][found.names.index(name)]
    return limit, -(means_by @ slope + data_by @ by_data) / rises


def _curved(
    found: Forecast, design: np.ndarray, theta: np.ndarray, data: np.ndarray, beside: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """-2 ln L, its gradient, and its expected second derivatives."""
    linear = found.linear(design[None], theta[None])
    value, slope, weight = poisson(linear.means[0] + beside, data)
    rates = linear.rates[0]
    pulled, pull_slopes = _pulled(found, theta)
    curvature = (rates * weight) @ rates.T + 2 * np.diag(found.known())
    return float(value.sum() + pulled), rates @ slope + pull_slopes, curvature


def _pulled(found: Forecast, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """The priors' part of -2 ln L, and its gradient."""
    pairs = list(zip((one.prior for one in found.parameters), theta, strict=True))
    pulls = np.array([float(prior.pull(at)) for prior, at in pairs])
    return float((pulls**2).sum()), 2 * pulls * np.array([float(prior.rate(at)) for prior, at in pairs])
