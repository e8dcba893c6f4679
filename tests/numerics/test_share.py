"""Smooth histograms: nothing is lost, means are kept, and far from edges they are ordinary ones."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.numerics.share import nodes_beside, outer_shares, shares

EDGES = jnp.array([0.0, 1.0, 3.0, 4.0])


def test_far_from_edges_an_ordinary_histogram():
    """At thirty widths the other bin's share is below 1e-190."""
    value = jnp.array([-0.3, 0.5, 1.7, 3.4, 4.9])
    place, share = shares(EDGES, value, 0.01)
    picked = np.asarray(place)[np.arange(5), np.argmax(np.asarray(share), axis=1)]
    np.testing.assert_array_equal(picked, [0, 1, 2, 3, 4])
    np.testing.assert_allclose(np.max(share, axis=1), 1.0, atol=1e-15)


def test_on_an_edge_half_and_half():
    place, share = shares(EDGES, jnp.array([1.0, 4.0]), 0.1)
    np.testing.assert_array_equal(place, [[1, 2], [3, 4]])
    np.testing.assert_allclose(share, 0.5)


def test_hats_keep_the_mean():
    nodes, value = np.array([0.0, 1.0, 4.0]), np.array([0.2, 2.5, 3.9])
    place, share = (np.asarray(one) for one in nodes_beside(nodes, value))
    np.testing.assert_allclose((nodes[place] * share).sum(axis=1), value, rtol=1e-15)


def test_products_add_to_one():
    first = shares(EDGES, jnp.array([0.97, 2.0]), 0.1)
    second = nodes_beside(EDGES, jnp.array([0.3, 3.2]))
    (one, other), share = outer_shares(first, second)
    assert one.shape == other.shape == share.shape == (2, 4)
    share = np.asarray(share)
    np.testing.assert_allclose(share.sum(axis=1), 1.0, rtol=1e-15)
    # the joint share of a pair of bins is the product of the two
    assert float(share[0, 3]) == pytest.approx(float(np.asarray(first[1])[0, 1] * np.asarray(second[1])[0, 1]))
