"""Poisson and gamma distribution functions against scipy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from ontarget.numerics.gamma import gamma_below, poisson_below

EDGES = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 7.5, 30.0, 31.0, 60.0, 400.0])


def test_poisson_below_whole_numbers_and_between_them():
    mean = np.array([1e-12, 0.03, 1.0, 9.7, 61.0, 300.0, 2000.0])
    found = jax.jit(poisson_below)(jnp.asarray(mean), jnp.asarray(EDGES))
    expected = stats.poisson(mean).cdf(np.ceil(EDGES)[:, None] - 1)
    # a sum of up to 400 positive terms, each exp of sums near 1000: rounding
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_derivatives_by_the_mean_forwards_and_backwards():
    mean, edges = jnp.array([0.03, 1.0, 9.7, 61.0]), jnp.asarray(EDGES)
    # the derivative telescopes to minus the last term
    expected = -stats.poisson(np.asarray(mean)).pmf(np.ceil(EDGES)[:, None] - 1)
    forwards = jax.jit(lambda x: jax.jvp(lambda x: poisson_below(x, edges), (x,), (jnp.ones(4),))[1])(mean)
    np.testing.assert_allclose(forwards, expected, rtol=1e-11, atol=1e-14)
    backwards = jax.jit(jax.grad(lambda x: (poisson_below(x, edges) * jnp.arange(10.0)[:, None]).sum()))(mean)
    np.testing.assert_allclose(backwards, np.arange(10.0) @ expected, rtol=1e-11)


@pytest.mark.parametrize(("shape", "tolerance"), [(0.5, 1e-8), (0.7, 1e-8), (1.0, 1e-9), (1.04, 1e-9), (1.3, 1e-9)])
def test_gamma_of_small_shape(shape, tolerance):
    check_gamma(shape, np.concatenate([[-3.0], np.geomspace(1e-9, 40.0, 500)]), tolerance)


@pytest.mark.parametrize("shape", [2.0, 3.7, 9.0, 45.0, 300.0, 1e5])
def test_gamma_of_large_shape(shape):
    width = np.sqrt(shape)
    check_gamma(shape, np.linspace(max(shape - 12 * width, 0.0), shape + 12 * width, 500), 1e-9)


def check_gamma(shape, edges, tolerance):
    """For two rates; tolerances are those of the docstring, 48 terms over 6.5 standard deviations."""
    rate = np.array([1.0, 0.013])
    found = gamma_below(jnp.asarray(np.full(2, shape)), jnp.asarray(rate), jnp.asarray(edges / rate[1]))
    expected = special.gammainc(shape, np.maximum(edges, 0.0)[:, None] * rate / rate[1])
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def test_derivatives_of_the_gamma_distribution():
    rng = np.random.default_rng(3)
    shape, rate, edges = (jnp.asarray(rng.uniform(low, 10.0, 6)) for low in (1.0, 0.2, 0.2))

    def answer(shape, rate, edges):
        return (gamma_below(shape, rate, edges) * jnp.sin(1 + jnp.arange(6.0))).sum()

    def exact(shape, rate, edges):
        return (special.gammainc(shape, rate * edges[:, None]) * np.sin(1 + np.arange(6.0))).sum()

    found = jax.jit(jax.grad(answer, (0, 1, 2)))(shape, rate, edges)
    point = [np.asarray(one) for one in (shape, rate, edges)]
    for which, i in np.ndindex(3, 6):
        step = 1e-4

        def moved(h, which=which, i=i):
            return exact(*(one + h * (np.arange(6) == i) * (k == which) for k, one in enumerate(point)))

        slope = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step)
        # step^4 and rounding 1e-16 / step on one side, a series of 1e-10 times its degree on the other
        assert float(found[which][i]) == pytest.approx(slope, abs=1e-7)
