"""The Poisson term against sixty digits, from 1e-140 to 1e17 counts."""

from __future__ import annotations

from decimal import Decimal, getcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.inference.likelihood.poisson import TINY, deviance, poisson

getcontext().prec = 60


def exact(mu: float, n: float) -> float:
    mean, seen = Decimal(mu), Decimal(n)
    return float(2 * (mean - seen + (seen * (seen / mean).ln() if seen else 0)))


def counts(number=400):
    """Counts of all sizes, and expected ones from 1e-3 to 100 standard deviations away, some far below one."""
    random = np.random.default_rng(1)
    n = 10.0 ** random.uniform(-3, 17, number)
    mu = n + random.normal(size=number) * np.sqrt(n) * 10.0 ** random.uniform(-3, 2, number)
    mu[::7] = 10.0 ** random.uniform(-140, 3, len(mu[::7]))
    n[::7] = random.poisson(2.0, len(mu[::7])) + 1.0
    return mu[mu > 0], n[mu > 0]


@pytest.mark.parametrize("take", [np.asarray, jnp.asarray])
def test_no_digit_is_lost(take):
    mu, n = counts()
    value, slope, weight = poisson(take(mu), take(n))
    np.testing.assert_allclose(value, [exact(*one) for one in zip(mu, n, strict=True)], rtol=2e-15)
    np.testing.assert_allclose(slope, 2 * (mu - n) / mu, rtol=1e-14)
    np.testing.assert_allclose(weight, 2 / np.maximum(mu, TINY), rtol=1e-14)


@pytest.mark.parametrize(
    ("mu", "n"), [(1e16, 1e16 + 1e8), (1e-100, 1.0), (3.0, 0.0), (0.5, 1.0), (0.0, 0.0), (7.0, 7.0)]
)
def test_derivatives_are_the_slope(mu, n):
    slope = jax.grad(lambda one: poisson(one, jnp.asarray(n))[0])(jnp.asarray(mu))
    assert float(slope) == pytest.approx(float(poisson(np.array(mu), np.array(n))[1]), rel=1e-12)


def test_one_event_on_next_to_nothing():
    """2 (b - 1 - ln b), and not the logarithm of some least number."""
    for b in (1e-8, 1e-10, 1e-20, 1e-50, 1e-140):
        assert poisson(np.array(b), np.array(1.0))[0] == pytest.approx(2 * (b - 1 - np.log(b)), rel=1e-14)


def test_steps_lead_back_from_below_zero():
    """The slope over the weight is what a Newton step goes: to the observed count, or to nothing."""
    mu, n = np.array([-1e-20, -3.0, -1e3, -5.0]), np.array([1.0, 2.0, 1.0, 0.0])
    _, slope, weight = poisson(mu, n)
    # where none was observed the parabola turns at a quarter of 1e-9
    np.testing.assert_allclose(mu - slope / weight, n, rtol=1e-6, atol=1e-9)


def test_the_series_meets_the_logarithm():
    n = np.array([10.0, 1e10])
    for edge in (0.1 - 1e-9, 0.1 + 1e-9):  # |n - mu| / (n + mu)
        mu = n * (1 - edge) / (1 + edge)
        np.testing.assert_allclose(2 * deviance(mu, n), [exact(*one) for one in zip(mu, n, strict=True)], rtol=1e-14)
