"""Gauss-Legendre quadrature on intervals and on the cells between edges."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.program import fused


@cache
def gauss_legendre(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, 1]: exact for polynomials up to degree 2 order - 1."""
    x, w = np.polynomial.legendre.leggauss(order)
    return (x + 1) / 2, w / 2


@fused
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


@fused
def merge_edges(edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " all"]:
    """`edges` with every one of `points` inserted; points outside the range fall on its ends (cells of no width).

    Where a point falls on an inner edge (to rounding), the edge takes its place and its derivative. Else the sliver
    between the two, whose middle rounds to either side, would carry the derivative of a cut to the wrong cell.
    """
    points = jnp.clip(points, edges[0], edges[-1])
    if points.size and edges.size > 2:
        inner = edges[1:-1]
        gap = jnp.abs(inner[:, None] - points)
        met = gap.min(axis=1) <= 1e-13 * (edges[-1] - edges[0])
        edges = edges.at[1:-1].set(jnp.where(met, points[gap.argmin(axis=1)], inner))
    return jnp.sort(jnp.concatenate([points, edges]))
