"""Nodes that stand for cells: what they hold lies smoothly about them, and none is lost."""

import jax.numpy as jnp
import numpy as np
from scipy.integrate import quad

from ontarget.numerics.nodes import Nodes, legendre_between, lines
from ontarget.numerics.quadrature import gauss_legendre

EVEN = Nodes(jnp.array([1.0, 3.0, 6.0]), jnp.array([2.0, 2.0, 4.0]), even=True)


def gauss(order, length=50.0):
    x, w = gauss_legendre(order)
    return Nodes(jnp.asarray(length * x), jnp.asarray(length * w))


def test_a_smooth_spectrum_between_any_edges():
    """x^2 (50 - x) on 256 nodes, in 100 bins that nodes know nothing of: a fit by shape sees no comb."""
    nodes, edges = gauss(256), np.linspace(0.0, 50.0, 101)
    x = np.asarray(nodes.energy)
    found = (np.asarray(nodes.width) * x**2 * (50 - x)) @ np.asarray(nodes.shares(jnp.asarray(edges)))
    exact = np.diff(50 * edges**3 / 3 - edges**4 / 4)
    np.testing.assert_allclose(found.sum(), exact.sum(), rtol=1e-12)
    # h^2 f''/12 f for cells of 0.3: 2e-4 where a bin holds 1e-3 of all, more where the spectrum is curved and small
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=2e-6 * exact.sum())
    ratio = found[2:-2] / exact[2:-2]
    assert abs(ratio[1:] / ratio[:-1] - 1).max() < 1e-3


def test_even_cells_are_the_bins_of_a_table():
    shares = np.asarray(EVEN.shares(jnp.array([0.0, 2.0, 4.0, 8.0])))
    np.testing.assert_allclose(shares, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(EVEN.shares(jnp.array([0.0, 1.0, 8.0]))[:, 0], [0.5, 0, 0], atol=1e-15)
    assert float(EVEN.highest) == 8.0


def test_lines_stay_lines_beside_cells():
    """On an edge to both sides by halves; the neighbour of a line does not lean on it."""
    mixed = Nodes(jnp.array([1.0, 2.0, 2.5]), jnp.array([1.0, 1.0, 0.0]))
    np.testing.assert_allclose(mixed.reaches()[1], [1.0, 1.0, 0.0])
    shares = np.asarray(mixed.shares(jnp.array([0.0, 2.0, 2.5, 9.0])))
    np.testing.assert_allclose(shares, [[1, 0, 0], [0.5, 0.375, 0.125], [0, 0.5, 0.5]], atol=1e-15)
    np.testing.assert_allclose(lines(jnp.array([2.2])).shares(jnp.array([0.0, 2.0, 2.5, 9.0])), [[0, 1, 0]])


def test_nothing_lies_below_zero_and_nothing_is_lost():
    shares = np.asarray(gauss(8).shares(jnp.array([0.0, 0.1, 0.7, 30.0, 31.0])))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    assert (shares >= 0).all()


def density(t):
    c = (2 * t - 4.2) / 1.8
    return (0.5 + 0.2 * c - 0.05 * (3 * c**2 - 1)) * 2 / 1.8 if abs(c) <= 1 else 0.0


def spread(down, up, even, edges):
    """The same density, each value spread by hand: a double integral."""
    moments = [jnp.array([0.5]), jnp.array([0.2]), jnp.array([-0.1])]
    reaches = jnp.array([down]), jnp.array([up])
    found = np.asarray(legendre_between(moments, jnp.array([1.2]), jnp.array([3.0]), reaches, jnp.asarray(edges), even))

    def below(u):
        if even:
            return np.clip((u + down) / (down + up), 0, 1)
        if u < 0:
            return max(u + down, 0) ** 2 / (down * (down + up))
        return 1 - max(up - u, 0) ** 2 / (up * (down + up))

    # what reaches below zero is folded back
    reached = [quad(lambda t, e: density(t) * (below(e - t) - below(-e - t)), 1.2, 3.0, (e,), limit=200) for e in edges]
    return found[0], np.diff([one[0] for one in reached])


def test_spread_legendre_series_against_a_double_integral():
    edges = np.array([0.0, 0.5, 1.0, 1.6, 2.5, 9.0])
    for given in ((0.7, 0.7, False), (0.4, 0.9, False), (2.0, 1.5, False), (0.6, 0.6, True)):
        found, exact = spread(*given, edges)
        np.testing.assert_allclose(found, exact, atol=1e-7)  # of quad, at the kinks
