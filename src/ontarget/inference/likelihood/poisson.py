"""The Poisson term of -2 ln L, its slope and its expected curvature, finite whatever the expected counts."""

from __future__ import annotations

from typing import Any

from ontarget.ground.noun import namespace

LEAST = 1e-9  # observed counts that are as good as none; expected ones at which none observed weigh no more
TINY = 1e-150  # expected counts; below them, where some were observed, ln(mu) goes on as a straight line
STEEP = 4.0 / LEAST  # of the parabola, below zero, that turns mu back
CLOSE = 0.1  # |n - mu| / (n + mu) below which the logarithm is summed as a series
SERIES = 8  # terms of it: the next is 1e-17 of the first


def poisson(expected: Any, observed: Any) -> tuple[Any, Any, Any]:
    r"""Twice the negative log of the Poisson likelihood ratio, bin by bin.

    .. math:: 2\,[\mu - n + n \ln(n/\mu)], \quad \text{slope } 2(1 - n/\mu), \quad \text{weight } 2/\mu

    The value is exact to the last digits, also for 1e16 counts and for 1e-100 (`deviance`). The weight is the expected
    curvature (Fisher information) in mu. Below `TINY` counts, or `LEAST` where none were observed, the logarithm is
    continued linearly, and below zero, where mu is no expectation, a steep parabola added: value and slope stay
    continuous, never NaN, and a fit that strays there is led back. No counts and none expected is no kink: the slope is
    2 there.

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
    safe = xp.maximum(expected, xp.where(observed > LEAST, TINY, LEAST))
    below = xp.minimum(expected, 0.0)
    half = (safe - observed) / safe
    value = 2.0 * (deviance(safe, observed) + (expected - safe) * half) + STEEP * below**2
    slope = 2.0 * (half + STEEP * below)
    # below zero, where some were observed, a step ends at n, however steep the line there
    ahead = xp.where(below < 0.0, observed - below, 1.0)
    weight = 2.0 * xp.where(below < 0.0, STEEP + xp.maximum(-half, 0.0) / ahead, 1.0 / safe)
    return value, slope, weight


def deviance(expected: Any, observed: Any) -> Any:
    r"""Half of the Poisson term, for positive expected counts, without the rounding of large numbers that cancel.

    .. math:: n \ln\frac n\mu + \mu - n = (n - \mu) v + 2n \sum_{k\ge1} \frac{v^{2k+1}}{2k+1}, \qquad
              v = \frac{n - \mu}{n + \mu}

    by the series where v is small, and as it stands elsewhere.

    Parameters
    ----------
    expected, observed : counts, mu and n [...]
    """
    xp = namespace(expected, observed)
    away = observed - expected
    v = away / (observed + expected)
    near = abs(v) < CLOSE
    square = xp.where(near, v * v, 0.0)
    total = 1.0 / (2 * SERIES + 1)
    for k in range(SERIES - 1, 0, -1):
        total = total * square + 1.0 / (2 * k + 1)
    series = away * v + 2.0 * observed * v * square * total
    ratio = observed / expected
    plain = observed * xp.log(xp.where(near | (ratio <= 0.0), 1.0, ratio)) - away
    return xp.where(near, series, plain)
