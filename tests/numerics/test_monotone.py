"""The monotone cubic, against scipy's and its own promises."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.interpolate import PchipInterpolator

from ontarget.numerics.monotone import monotone

X = np.array([0.0, 0.5, 1.5, 2.0, 4.0, 7.0])
Y = np.array([0.0, 2.0, 3.0, 2.5, 2.5, 6.0])  # up, down, flat, up


def test_inside_as_scipy():
    """The same slopes at inner points; ours are simpler at the ends, so cells that touch none are compared."""
    at = np.linspace(0.5, 4.0, 141)
    np.testing.assert_allclose(monotone(at, X, Y), PchipInterpolator(X, Y)(at), rtol=1e-13)


def test_points_are_met_and_nothing_overshoots():
    np.testing.assert_allclose(monotone(X, X, Y), Y, atol=1e-15)
    fine = np.asarray(monotone(np.linspace(0.0, 7.0, 701), X, Y))
    assert float(fine.min()) >= 0.0
    assert float(fine.max()) <= 6.0
    assert (np.diff(fine[:151]) > 0).all()


def test_constant_outside_and_straight_lines_are_kept():
    np.testing.assert_allclose(monotone(np.array([-3.0, 11.0]), X, Y), [0.0, 6.0])
    at = np.linspace(0.0, 7.0, 50)
    np.testing.assert_allclose(monotone(at, X, 2 * X + 1), 2 * at + 1, rtol=1e-14)


def test_derivatives_by_place_and_by_values():
    """Finite differences of step 1e-6 are good to 1e-9 of curvatures of order one."""
    at = np.array([0.2, 1.1, 1.8, 3.0, 6.1])
    step = 1e-6
    slope = jax.jit(jax.vmap(jax.grad(lambda x: monotone(x[None], jnp.asarray(X), jnp.asarray(Y))[0])))(at)
    up, down = (np.asarray(monotone(at + move, X, Y)) for move in (step, -step))
    np.testing.assert_allclose(slope, (up - down) / (2 * step), atol=1e-8)
    direction = np.array([0.3, -0.1, 0.2, 0.5, 0.5, -0.4])  # the flat piece stays flat: there the slopes have a corner
    along = jax.jit(lambda y, dy: jax.jvp(lambda y: monotone(jnp.asarray(at), jnp.asarray(X), y), (y,), (dy,))[1])
    moved = along(Y, direction)
    pair = [np.asarray(monotone(at, X, Y + sign * step * direction)) for sign in (1, -1)]
    np.testing.assert_allclose(moved, (pair[0] - pair[1]) / (2 * step), atol=1e-8)
