"""Blocks change nothing but the order of work."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from ontarget.numerics.blocked import blocked_map


@pytest.mark.parametrize("count", [1, 7, 8, 9, 33])
def test_any_number_of_rows_gives_the_same_as_all_at_once(count):
    x, y = np.linspace(0, 1, count), np.arange(3.0 * count).reshape(count, 3)
    found = blocked_map(lambda a, b: (a[:, None] * b, a), [x, y], 8)
    np.testing.assert_array_equal(found[0], x[:, None] * y)
    np.testing.assert_array_equal(found[1], x)


def test_it_compiles_once_and_reports_progress():
    traces, seen = [], []

    @jax.jit
    def square(x):
        traces.append(x.shape)
        return x**2

    for count in (5, 16, 21):
        blocked_map(square, [np.arange(float(count))], 8, seen.append)
    assert traces == [(8,)]
    assert seen[-1] == 1.0
    assert len(seen) == 1 + 2 + 3
