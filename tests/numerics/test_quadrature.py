import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.numerics.quadrature import cell_average, gauss_legendre, interval_nodes, merge_edges


@pytest.mark.parametrize("order", [1, 2, 4, 8, 32])
def test_gauss_legendre_is_exact_to_its_degree_and_no_further(order):
    x, w = gauss_legendre(order)
    for degree in range(2 * order):
        # rounding of a sum of `order` positive terms
        assert (w * x**degree).sum() == pytest.approx(1 / (degree + 1), rel=1e-13)
    if order <= 8:  # beyond, the error of the next degree is below rounding
        assert abs((w * x ** (2 * order)).sum() - 1 / (2 * order + 1)) > 1e-13


def test_interval_nodes_integrate_over_each_interval():
    low, high = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])  # the middle one has no width
    nodes, weights = (np.asarray(one) for one in interval_nodes(low, high, 4))
    # degree 7 is exact with 4 nodes; rounding only
    np.testing.assert_allclose((weights * nodes**7).sum(-1), (high**8 - low**8) / 8, rtol=1e-13)
    np.testing.assert_allclose(weights[1], 0.0, atol=0)


def test_cell_average_is_the_mean_over_each_cell():
    edges = jnp.array([0.0, 0.5, 0.5, 2.0])
    means = jax.jit(lambda edges: cell_average(lambda x: x**3, edges, 2))(edges)
    expected = [0.5**3 / 4, 0.5**3, (2.0**4 - 0.5**4) / 4 / 1.5]  # no width: the value itself
    np.testing.assert_allclose(means, expected, rtol=1e-14)


def test_cell_average_of_several_rows():
    @jax.jit
    def averages(edges):
        both = cell_average(lambda x: jnp.stack([x, x**2]), edges, 2)
        return both, [cell_average(lambda x, k=k: x**k, edges, 2) for k in (1, 2)]

    both, each = averages(np.linspace(0.0, 1.0, 4))
    np.testing.assert_allclose(both, each, rtol=1e-15)


def test_merge_edges_inserts_and_clips():
    merged = merge_edges(jnp.array([1.0, 2.0, 3.0]), jnp.array([2.5, 0.0, 9.0, 2.0]))
    assert merged.tolist() == [1.0, 1.0, 2.0, 2.0, 2.5, 3.0, 3.0]


def test_an_edge_on_a_point_moves_with_it():
    edges = jnp.array([1.0, 2.0, 3.0])
    slopes = jax.jit(jax.jacobian(lambda point: merge_edges(edges, point[None])))(jnp.asarray(2.0))
    assert slopes.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_a_sharp_cut_has_the_same_derivative_on_an_edge_as_beside_it():
    edges = jnp.asarray(np.linspace(0.0, 4.0, 5))

    @jax.jit
    @jax.grad
    def slope(point):
        cells = merge_edges(edges, point[None])
        kept = (cells[1:] + cells[:-1]) / 2 >= point
        return (jnp.diff(cells**2) * kept).sum()  # 16 - point^2

    for point in (1.9, 2.0, np.nextafter(2.0, 0), np.nextafter(2.0, 9), 2.1, 3.0):
        assert slope(jnp.asarray(point)) == pytest.approx(-2 * point, rel=1e-12)
