"""The background at its best: never beaten by another one, and right where counts are few or none."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontarget.inference.likelihood import sideband_root as root
from ontarget.inference.likelihood.poisson import LEAST, poisson

TAGS = 3
SHARE = np.array([0.6, 0.3, 0.1])[:, None]
counts = st.lists(st.integers(0, 30), min_size=TAGS, max_size=TAGS)
bare = st.lists(st.one_of(st.just(0.0), st.floats(1e-12, 20.0)), min_size=TAGS, max_size=TAGS)


def objective(base, seen, aside, time, beta):
    """-2 ln L of one group."""
    value = poisson(base + beta * SHARE[:, 0], seen)[0].sum()
    return value + poisson(np.array([beta * time]), np.array([aside]))[0][0]


@settings(deadline=None, max_examples=200)
@given(bare, counts, st.integers(0, 50), st.floats(1e-3, 1e3), st.floats(0.0, 200.0))
def test_no_background_is_better_than_the_best(base, seen, aside, time, other):
    base, seen = np.array(base), np.array(seen, float)
    found = root.profiled_background(base[:, None], seen[:, None], SHARE, np.array([float(aside)]), np.array([time]))[0]
    lowest = objective(base, seen, float(aside), time, found)
    assert np.isfinite(found)
    assert found >= 0
    for beta in (other, found * (1 + 1e-3), found * (1 - 1e-3)):
        # rounding of sums of n ln(n / mu); poisson() itself continues below LEAST
        assert lowest <= objective(base, seen, float(aside), time, beta) + 1e-9 + 4 * LEAST * time


def test_one_tag_bin_is_a_quadratic_equation():
    """n / (s + b) + m / b = 1 + tau, with the textbook's solution."""
    s, n, m, tau = 3.0, 9.0, 14.0, 2.5
    half = n + m - (1 + tau) * s
    exact = (half + np.sqrt(half**2 + 4 * (1 + tau) * m * s)) / (2 * (1 + tau))
    found = root.profiled_background(*(np.full((1, 1), one) for one in (s, n, 1.0)), np.array([m]), np.array([tau]))
    assert found[0] == pytest.approx(exact, rel=1e-14)


def test_few_steps_are_enough(monkeypatch):
    """Twelve tag bins of few counts: the start is within ten per cent, and each step squares the error."""
    random = np.random.default_rng(4)
    asked = []
    poles = root._poles
    monkeypatch.setattr(root, "_poles", lambda *given: (asked.append(0), poles(*given))[1])
    share = random.dirichlet(np.ones(12), 6).T
    args = random.uniform(0, 5, (500, 12, 6)), random.poisson(4.0, (500, 12, 6)).astype(float), share
    root.profiled_background(*args, random.poisson(3.0, (500, 6)).astype(float), 10 ** random.uniform(-2, 1, 6))
    assert len(asked) <= 8


def test_counts_below_zero_lift_the_background():
    """A bin in which events were seen, and where all else would give less than none."""
    base, seen = np.array([[-2.0], [1.0], [1.0]]), np.array([[4.0], [0.0], [0.0]])
    found = root.profiled_background(base, seen, SHARE, np.array([0.0]), np.array([1.0]))
    # only the first bin pulls: 4 * 0.6 / (0.6 b - 2) = 1 + 1
    np.testing.assert_allclose(found, (4 * 0.6 / 2 + 2) / 0.6, rtol=1e-9)


def test_numpy_and_compiled_agree_and_the_derivative_is_that_of_the_root():
    random = np.random.default_rng(3)
    args = random.uniform(0, 3, (40, TAGS, 2)), random.poisson(2.0, (40, TAGS, 2)).astype(float), SHARE * np.ones(2)
    aside, time = random.poisson(1.0, (40, 2)).astype(float), np.array([0.5, 4.0])
    plain = root.profiled_background(*args, aside, time)
    assert (plain == 0).any()
    assert (plain > 0).any()
    moved = jax.jit(root.differentiable_background)(*args, aside, time)
    np.testing.assert_allclose(moved, plain, rtol=1e-12, atol=1e-15)

    def total(size):
        return root.differentiable_background(
            size * jnp.asarray(args[0]), *(jnp.asarray(one) for one in (*args[1:], aside, time))
        ).sum()

    step = 1e-5
    up, down = (root.profiled_background(args[0] * (1 + one), *args[1:], aside, time).sum() for one in (step, -step))
    # central difference: error step^2 and rounding / step
    assert float(jax.jit(jax.grad(total))(1.0)) == pytest.approx((up - down) / (2 * step), rel=1e-6)
