"""Points at which the linear systems of an expansion are well conditioned."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ontarget.inference.expansion.frame import Layout, empty, least_squares

LOW, HIGH = np.array([-1.0, 0.5, 2.0, -3.0]), np.array([1.0, 1.5, 4.0, -1.0])
SCALE = (np.array([0.0, 0.0, 3.0, -2.0]), np.array([1.0, 1.5, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]))
FRAME = Layout(("u", "n", "a", "b"), [0, 1], [2, 3], LOW, HIGH, SCALE, 5)


def total(degree):
    """All products of two Chebyshev polynomials up to a total degree."""
    return np.array([(0, 0, i, j) for i, j in itertools.product(range(degree + 1), repeat=2) if i + j <= degree])


def test_the_basis_is_powers_and_chebyshev_polynomials():
    thetas = np.array([[0.5, 1.2, 2.5, -1.25]])
    orders = np.array([[2, 1, 0, 0], [1, 0, 3, 2]])
    x, y, a, b = 0.5, 0.8, -0.5, 0.75
    np.testing.assert_allclose(
        FRAME.design(thetas, orders)[0], [x**2 * y, x * (4 * a**3 - 3 * a) * (2 * b**2 - 1)], rtol=1e-14
    )


def test_later_points_go_on_from_the_earlier_ones_and_stay_in_the_box():
    both = FRAME.spread([2, 3], 0, 50)
    np.testing.assert_array_equal(both[20:], FRAME.spread([2, 3], 20, 50))
    assert (both[:, 2:] > LOW[2:]).all()
    assert (both[:, 2:] < HIGH[2:]).all()
    assert not both[:, :2].any()


@pytest.mark.parametrize("degree", [4, 8, 12])
def test_half_as_many_points_again_as_products_are_well_conditioned(degree):
    orders = total(degree)
    design = FRAME.design(FRAME.spread([2, 3], 0, int(1.5 * len(orders)) + 2), orders)
    # 5.4, 5.1, 9.0 found; of twenty draws of independent arcsine points, the medians are 13, 26, 54
    assert np.linalg.cond(design / np.linalg.norm(design, axis=0)) < 12


def test_monomial_points_are_as_many_as_monomials_and_complete_what_is_there():
    orders = np.array([(i, j, 0, 0) for i in range(3) for j in range(2)])
    first = FRAME.monomial_points(orders[:3], np.zeros((0, 4)))
    more = FRAME.monomial_points(orders, first)
    assert len(first) == 3
    assert len(more) == 3
    design = FRAME.design(np.concatenate([first, more]), orders)
    assert np.linalg.cond(design) < 30  # 15 found: 1 and n between 1/3 and 1 are alike


def test_a_segment_that_is_split_and_asked_again_solves_for_what_was_put_in():
    orders = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0], [0, 1, 0, 0]])
    truth = np.random.default_rng(1).normal(size=(4, 5))

    def chain(thetas):
        return FRAME.design(thetas, orders) @ truth

    nodes = FRAME.spread([2, 3], 0, 10)
    segment = empty(FRAME, 0, 10).asked(Plain(chain), FRAME, orders[:2], nodes)
    known = [(orders[2:], np.broadcast_to(truth[2:], (10, 2, 5)))]
    np.testing.assert_allclose(segment.solved(FRAME, orders[:2], known)[3], truth[:2], atol=1e-12)
    left, right = segment.split(4)
    assert (left.first, left.last, right.first, right.last) == (0, 4, 4, 10)
    whole = left.asked(Plain(chain), FRAME, orders, nodes[:4])
    assert whole.counts.shape == (4, 4, 5)
    np.testing.assert_allclose(whole.solved(FRAME, orders, [])[2], truth, atol=1e-11)


def test_least_squares_agrees_with_numpy():
    random = np.random.default_rng(2)
    design, values = random.normal(size=(30, 7)), random.normal(size=(30, 3))
    np.testing.assert_allclose(
        least_squares(design, values), np.linalg.lstsq(design, values, rcond=None)[0], rtol=1e-10, atol=1e-12
    )


class Plain:
    """A plain function as a chain."""

    box = np.stack([LOW, HIGH], axis=1)

    def __init__(self, function):
        self.function = function

    def __call__(self, thetas):
        return self.function(thetas)
