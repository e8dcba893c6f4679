"""The Poisson term of -2 ln L, its slope and its expected curvature, finite whatever the expected counts."""

from __future__ import annotations

from typing import Any

from ontarget.ground.noun import namespace

LEAST = 1e-9  # counts; below it ln(mu) goes on as a straight line
STEEP = 4.0 / LEAST  # of the parabola, below zero, that turns mu back


def poisson(expected: Any, observed: Any) -> tuple[Any, Any, Any]:
    r"""Twice the negative log of the Poisson likelihood ratio, bin by bin.

    .. math:: 2\,[\mu - n + n \ln(n/\mu)], \quad \text{slope } 2(1 - n/\mu), \quad \text{weight } 2/\mu

    The weight is the expected curvature (Fisher information) in mu. Below `LEAST` counts the logarithm is continued
    linearly, and below zero, where mu is no expectation, a steep parabola added: value and slope stay continuous, never
    NaN, and a fit that strays there is led back. No counts and none expected is no kink: the slope is 2 there.

    Parameters
    ----------
    expected, observed : counts [..., bin]

    Returns
    -------
    value, slope, weight : [..., bin]

    References
    ----------
    Baker:1983tu
    """
    xp = namespace(expected, observed)
    safe = xp.maximum(expected, LEAST)
    below = xp.minimum(expected, 0.0)
    inverse = 1.0 / safe
    ratio = observed * inverse
    log = xp.log(xp.where(ratio > 0.0, ratio, 1.0)) - xp.minimum(expected - LEAST, 0.0) / LEAST
    value = 2.0 * (expected - observed + observed * log) + STEEP * below**2
    slope = 2.0 * (1.0 - ratio + STEEP * below)
    weight = 2.0 * (inverse + xp.where(below < 0.0, STEEP, 0.0))
    return value, slope, weight
