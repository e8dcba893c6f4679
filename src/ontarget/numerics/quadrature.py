"""Gauss-Legendre quadrature on intervals and on the cells between edges."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.program import fused

PANELS = 4
"""Pieces of an interval in whose logarithm is integrated: 16 e-folds are four of each."""


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


@fused
def soft_nodes(
    low: Float[Array, "*batch"], high: Float[Array, "*batch"], softest: Float[Array, ""] | None, order: int
) -> tuple[Float[Array, "*batch node"], Float[Array, "*batch node"]]:
    """The same for what varies as a power of x + `softest`: in its logarithm, on PANELS pieces; None for nodes in x.

    Far below `softest` these are nodes in x. Integrals of powers from -2 to 1 are good to 1e-12 of themselves in an
    interval over which x + softest grows up to a ten-millionfold (`softest` above zero).
    """
    if softest is None:
        return interval_nodes(low, high, order)
    bottom, top = jnp.log1p(low / softest), jnp.log1p(high / softest)
    ends = bottom + (top - bottom) * jnp.arange(PANELS + 1).reshape(-1, *[1] * low.ndim) / PANELS
    logs, widths = (
        jnp.moveaxis(one, 0, -2).reshape(*low.shape, PANELS * order)
        for one in interval_nodes(ends[:-1], ends[1:], order)
    )
    return softest * jnp.expm1(logs), softest * widths * jnp.exp(logs)


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
