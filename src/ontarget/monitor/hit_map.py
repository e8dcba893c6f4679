"""Hits per area over a plane: a smooth histogram of rays."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, as_array
from ontarget.ground.program import fused
from ontarget.monitor.tracker import Hits


class Raster(Noun):
    """Nodes of a map, evenly spaced in x and in y."""

    x: Float[Array, " x"]
    y: Float[Array, " y"]

    @property
    @fused
    def cell(self) -> Float[Array, ""]:
        """The area that belongs to a node."""
        return (self.x[1] - self.x[0]) * (self.y[1] - self.y[0])

    @fused
    def density(self, hits: Hits, weight: Float[Array, " ray"]) -> Float[Array, "x y"]:
        r"""Weight per area at each node, each ray shared between the four nodes around it.

        .. math:: \rho_{jk} = \frac{1}{w_x w_y} \sum_i n_i\, h\Big(\frac{x_i - x_j}{w_x}\Big)
            h\Big(\frac{y_i - y_k}{w_y}\Big),\quad h(t) = \max(0, 1 - |t|)

        Its sum times the cell is all that falls between the outer nodes, exactly; what falls beyond them is left out.
        To share widens: a Gaussian spot of standard deviations s has :math:`s^2 + w^2/6` here.
        """
        values = jnp.zeros((len(self.x), len(self.y)))
        for i, by_x in shares(self.x, hits.x):
            for j, by_y in shares(self.y, hits.y):
                values = values.at[i, j].add(weight * by_x * by_y)
        return values / self.cell


def shares(nodes: Float[Array, " node"], value: Float[Array, " ray"]) -> list[tuple[Array, Array]]:
    """The nodes below and above each value, and their shares of it; none of what is outside."""
    t = (value - nodes[0]) / (nodes[1] - nodes[0])
    inside = (t >= 0) & (t <= len(nodes) - 1)
    below = jnp.clip(jnp.floor(t), 0, len(nodes) - 2).astype(int)
    share = jnp.where(inside, t - below, 0.0)
    return [(below, jnp.where(inside, 1 - share, 0.0)), (below + 1, share)]


def raster_around(hits: Hits, cells: int, reach: float) -> Raster:
    """A raster about the middle of the hits: `cells` nodes per standard deviation of their core, out to `reach` of it.

    The core is the middle 68 % in each coordinate.
    """
    number = np.asarray(hits.number)
    nodes = []
    for values in (np.asarray(hits.x), np.asarray(hits.y)):
        order = np.argsort(values)
        rank = np.cumsum(number[order])
        low, middle, high = np.interp([0.1587, 0.5, 0.8413], rank / rank[-1], values[order])
        core = (high - low) / 2
        nodes.append(as_array(middle + core / cells * np.arange(-round(reach * cells), round(reach * cells) + 1)))
    return Raster(*nodes)
