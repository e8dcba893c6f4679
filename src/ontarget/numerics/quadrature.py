"""Gauss-Legendre quadrature on intervals and on the cells between edges."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


@cache
def gauss_legendre(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, 1]: exact for polynomials up to degree 2 order - 1."""
    x, w = np.polynomial.legendre.leggauss(order)
    return (x + 1) / 2, w / 2


def interval_nodes(
    low: Float[Array, "*batch"], high: Float[Array, "*batch"], order: int
) -> tuple[Float[Array, "*batch node"], Float[Array, "*batch node"]]:
    """Nodes and weights of Gauss-Legendre quadrature on each interval [low, high]."""
    x, w = gauss_legendre(order)
    width = (high - low)[..., None]
    return low[..., None] + width * x, width * w


def cell_average(
    function: Callable[[Float[Array, "cell node"]], Array], edges: Float[Array, " edge"], order: int
) -> Array:
    """Mean of `function` over each cell between `edges`; the last axis of its value is the node and is averaged."""
    x, w = gauss_legendre(order)
    nodes = edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * x
    return function(nodes) @ w


def merge_edges(edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " all"]:
    """`edges` with every one of `points` inserted; points outside the range fall on its ends (cells of no width)."""
    # points stand first, and the sort is stable: where a point falls on an edge, the cell of no width begins at the
    # point, and a stage that asks on which side of the point a cell lies gets the derivative right too
    return jnp.sort(jnp.concatenate([jnp.clip(points, edges[0], edges[-1]), edges]), stable=True)
