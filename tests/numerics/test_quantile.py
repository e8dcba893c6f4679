import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import betainc

from ontarget.numerics.quantile import tabulate_quantiles

U = jnp.asarray(np.concatenate([np.linspace(0, 1, 2001)[1:-1], np.logspace(-9, -3, 50), 1 - np.logspace(-9, -3, 50)]))


@pytest.mark.parametrize(("a", "b"), [(3, 1), (3, 1.5), (1.5, 1.5), (3, 3), (1, 1)])
def test_quantiles_of_the_beta_distribution(a, b):
    """Ends that fall like squares, like square roots, and steps."""

    def density(x):
        return (x - 2.0) ** (a - 1) * (5.0 - x) ** (b - 1)

    x = np.asarray(jax.jit(lambda u: tabulate_quantiles(density, 2.0, 5.0)(u))(U))
    # cubics between 128 nodes a half: (0.006)^4/384 = 4e-12 times fourth derivatives of a few hundred at most
    np.testing.assert_allclose(betainc(a, b, (x - 2) / 3), U, rtol=0, atol=5e-9)


def test_ends_are_reached():
    quantiles = jax.jit(lambda u: tabulate_quantiles(lambda x: x**2, 0.0, 1.0)(u))
    np.testing.assert_allclose(quantiles(np.array([0.0, 1.0])), [0.0, 1.0], rtol=0, atol=1e-12)


def test_derivative_by_what_the_density_depends_on():
    def at(slope):
        return tabulate_quantiles(lambda x: x**2 * (1 + slope * x), 0.0, 1.0)(U[:1999:100])

    step, plain = 1e-4, jax.jit(at)
    difference = (plain(0.3 + step) - plain(0.3 - step)) / (2 * step)
    # central difference: step^2 times a third derivative of order one
    np.testing.assert_allclose(jax.jit(jax.jacfwd(at))(0.3), difference, rtol=0, atol=1e-8)
    np.testing.assert_allclose(jax.jit(jax.jacrev(at))(0.3), difference, rtol=0, atol=1e-8)


def test_derivative_by_the_end():
    slope = jax.jit(jax.jacfwd(lambda high: tabulate_quantiles(lambda x: x**2, 0.0, high)(U)))(2.0)
    np.testing.assert_allclose(slope, np.cbrt(U), rtol=0, atol=5e-9)  # x = high u^(1/3), to the cubics' error
