"""Spherical Bessel functions of the square of the argument, against scipy and across the joints."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import spherical_in, spherical_jn

from ontarget.numerics.bessel import spherical_j0, three_j1_over_x

X = np.concatenate([np.geomspace(1e-8, 1, 60), [1 - 1e-12, 1 + 1e-12], np.linspace(1.01, 60, 200)])


@pytest.mark.parametrize(
    ("function", "oscillating", "growing"),
    [
        (spherical_j0, lambda x: spherical_jn(0, x), lambda x: spherical_in(0, x)),
        (three_j1_over_x, lambda x: 3 * spherical_jn(1, x) / x, lambda x: 3 * spherical_in(1, x) / x),
    ],
)
def test_against_scipy(function, oscillating, growing):
    # absolute near the zeros, where sin(60) alone carries 60 ulp
    np.testing.assert_allclose(function(jnp.asarray(X**2)), oscillating(X), rtol=5e-15, atol=3e-15)
    np.testing.assert_allclose(function(jnp.asarray(-(X**2))), growing(X), rtol=2e-14)


@pytest.mark.parametrize("function", [spherical_j0, three_j1_over_x])
def test_derivatives_are_finite_and_right_also_at_zero(function):
    # d j0/d(x^2) = -j1/(2x), at zero -1/6; d(3 j1/x)/d(x^2) = -3 j2/(2 x^2), at zero -1/10
    slope = {spherical_j0: -1 / 6, three_j1_over_x: -1 / 10}[function]
    assert function(0.0) == 1
    assert jax.jit(jax.grad(function))(0.0) == pytest.approx(slope, rel=1e-15)
    x2 = jnp.array([-1e4, -4.0, -1.0, -0.5, 0.0, 1e-300, 0.5, 1.0, 4.0, 1e4])
    order = {spherical_j0: 1, three_j1_over_x: 2}[function]
    first = jax.jit(jax.vmap(jax.grad(function)))(x2)
    assert np.all(np.isfinite(first))
    x = np.sqrt(np.array([0.5, 1.0, 4.0, 1e4]))
    want = -spherical_jn(order, x) / (2 * x) * (1 if order == 1 else 3 / x)
    np.testing.assert_allclose(first[-4:], want, rtol=1e-12, atol=1e-16)
    second = jax.jit(jax.vmap(jax.grad(jax.grad(function))))(x2)
    assert np.all(np.isfinite(second))


@partial(jax.jit, static_argnums=0)
def beside(function, x):
    """Value, slope and second derivative at each of a few places."""
    slope = jax.grad(function)
    return [jax.vmap(one)(x) for one in (function, slope, jax.grad(slope))]


@pytest.mark.parametrize("function", [spherical_j0, three_j1_over_x])
@pytest.mark.parametrize("joint", [-1.0, 1.0])
def test_branches_join_smoothly(function, joint):
    value, slope, second = beside(function, np.array([joint * (1 + 1e-15), joint * (1 - 1e-15)]))
    for pair, tolerance in ((value, 1e-14), (slope, 1e-14), (second, 1e-13)):
        assert abs(float(pair[0]) - float(pair[1])) < tolerance
