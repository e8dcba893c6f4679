"""The upper limit that is expected of a design, and its exact derivatives: the profile by implicit differentiation."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.inference.design.forecast import Forecast
from ontarget.inference.fit.fisher import invert
from ontarget.inference.likelihood.poisson import LEAST, poisson

STEPS = 60
EXACT = 1e-9  # of sqrt(-2 ln L) at the limit, hence about of the limit itself
STILL = 1e-12  # of -2 ln L, by which the nuisances could still lower it


def expected_limit(
    found: Forecast, design: Float[np.ndarray, " free"], name: str, level: float, background: float = 0.0
) -> tuple[float, np.ndarray]:
    r"""Where the profile of Asimov data first rises to `level` above the start of a parameter.

    .. math:: q(s; x) = \min_\nu -2\ln L(s, \nu; x)\ \text{of the counts}\ \mu(\theta_0; x),\qquad q(s_{up}; x) = t

    Found by Newton's method for the root of q, within a bracket; nuisances by scoring at each s. It is a crossing near
    to the start: where the profile falls again behind it, further solutions are not looked for.

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
    wide, goal = float(found.parameters[place].high) - start[place], np.sqrt(level)
    asimov = _Asimov(found, design, background)
    theta = asimov.begun(place, level)
    low, high = start[place], np.inf
    for _ in range(STEPS):
        theta, value, rises = asimov.lowest(theta, place)
        root = np.sqrt(max(value, 0.0))
        if abs(root - goal) < EXACT * goal:
            return float(theta[place]), theta
        low, high = (max(low, theta[place]), high) if root < goal else (low, min(high, theta[place]))
        # the root of q is a straight line where counts are linear
        step = theta[place] + (goal - root) * 2 * root / rises if rises > 0 and root > 0 else np.inf
        top = min(high, start[place] + 4 * (theta[place] - start[place]), start[place] + wide)
        if not low < step < top:
            step = top if top < high else (low + top) / 2
        if low >= start[place] + wide * (1 - 1e-12):
            break
        theta = start + (theta - start) * (step - start[place]) / (theta[place] - start[place])
        theta[place] = step
    ends = start[place] + wide
    truth = f"The expected profile does not rise to {level:.4g} inside the parameter's box, which ends at {ends:g}."
    raise InputError(f"objective, {name}", "no limit", truth, "Widen the box.")


class _Asimov:
    """-2 ln L of the counts that a design expects at the start of all parameters."""

    def __init__(self, found: Forecast, design: np.ndarray, background: float) -> None:
        self.found, self.design = found, design
        self.linear = found.linear(design[None])
        own = self.linear.means[0]
        self.data, self.beside = (1 + background) * own, background * own
        self.low, self.high = (
            np.array([float(getattr(one, end)) for one in found.parameters]) for end in ("low", "high")
        )

    def begun(self, place: int, level: float) -> np.ndarray:
        """Where the limit would be if counts were linear; else, or where that is much too far, nearer to the start."""
        start = np.asarray(self.found.start)
        wide = self.high[place] - start[place]
        weight = 1.0 / np.maximum(self.data, LEAST)
        known = np.diag(self.found.known())
        covariance, flat = invert((self.linear.rates[0] * weight) @ self.linear.rates[0].T + known)
        direction = np.where(flat, 0.0, covariance[place]) / (1.0 if flat[place] else covariance[place, place])
        direction[place] = 1.0
        far = 0.5 * wide if flat[place] else min(np.sqrt(level * covariance[place, place]), 0.9 * wide)
        theta = np.clip(start + direction * far, self.low, self.high)
        while self.curved(theta)[0] > 4 * level:
            theta = (theta + start) / 2
        return theta

    def lowest(self, theta: np.ndarray, place: int) -> tuple[np.ndarray, float, float]:
        """The nuisances at their best: all parameters, -2 ln L, and its slope in the one that is held."""
        others = [index for index in range(len(theta)) if index != place]
        value, gradient, curvature = self.curved(theta)
        for _ in range(STEPS):
            inverse, flat = invert(curvature[np.ix_(others, others)])
            inverse[np.diag(flat)] = 0.0
            step = -inverse @ gradient[others]
            if -gradient[others] @ step < STILL * (1 + value):
                break
            for share in 0.5 ** np.arange(20):
                tried = theta.copy()
                tried[others] += share * step
                tried = np.clip(tried, self.low, self.high)
                again = self.curved(tried)
                if again[0] <= value:
                    break
            else:
                break
            theta, (value, gradient, curvature) = tried, again
        return theta, value, float(gradient[place])

    def curved(self, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """-2 ln L, its gradient, and its expected second derivatives."""
        linear = self.found.linear(self.design[None], theta[None])
        value, slope, weight = poisson(linear.means[0] + self.beside, self.data)
        rates = linear.rates[0]
        pulled, pull_slopes = _pulled(self.found, theta)
        curvature = (rates * weight) @ rates.T + 2 * np.diag(self.found.known())
        return float(value.sum() + pulled), rates @ slope + pull_slopes, curvature


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


def _pulled(found: Forecast, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """The priors' part of -2 ln L, and its gradient."""
    pairs = list(zip((one.prior for one in found.parameters), theta, strict=True))
    pulls = np.array([float(prior.pull(at)) for prior, at in pairs])
    return float((pulls**2).sum()), 2 * pulls * np.array([float(prior.rate(at)) for prior, at in pairs])
