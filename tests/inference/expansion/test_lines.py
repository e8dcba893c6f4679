"""How fast Chebyshev orders fall, from lines through the box."""

from __future__ import annotations

import numpy as np
from scipy.special import ive

from ontarget.inference.expansion.basis import chebyshev_coefficients, extrema
from ontarget.inference.expansion.frame import Layout
from ontarget.inference.expansion.lines import falls_on_lines


def test_coefficients_are_those_of_the_exponential():
    """exp(a x) has the coefficients 2 I_k(a), the modified Bessel functions."""
    values = np.exp(2.5 * extrema(24))[:, None]
    wanted = 2 * ive(np.arange(20), 2.5) * np.exp(2.5)
    wanted[0] /= 2
    np.testing.assert_allclose(chebyshev_coefficients(values)[:20, 0], wanted, atol=1e-13)


def test_extrema_of_half_the_degree_are_every_second():
    np.testing.assert_allclose(extrema(16)[::2], extrema(8), atol=1e-15)


class Exponentials:
    """exp(a) + exp(4 b), and how often it was asked."""

    box = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    evaluations = 0

    def __call__(self, thetas):
        self.evaluations += len(thetas)
        return 1e4 * (np.exp(thetas[:, :1]) + np.exp(4 * thetas[:, 1:]))


def test_falls_are_ratios_of_bessel_functions_and_nodes_are_asked_once():
    chain = Exponentials()
    one = np.ones(2)
    frame = Layout(("a", "b"), [], [0, 1], -one, one, (0 * one, one, one), 1)
    nothing = (np.zeros((0, 2), int), np.zeros((0, 1)))
    falls = falls_on_lines(chain, frame, nothing, [0.0, 0.0], 1e-6)
    orders = np.arange(2, 8)
    np.testing.assert_allclose(falls[0][2:8], ive(orders + 1, 1) / ive(orders, 1), rtol=1e-4)
    np.testing.assert_allclose(falls[1][2:8], ive(orders + 1, 4) / ive(orders, 4), rtol=1e-4)
    assert chain.evaluations == 3 * (17 + 33)  # the nodes of 8, 16 (and 32) intervals are among the last
