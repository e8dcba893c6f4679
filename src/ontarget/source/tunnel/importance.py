"""Which numbers of a ray matter: learnt from some of them, and from then on drawn more often."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun

CELLS = 16
"""Of equal likelihood, in which the range of each number is cut."""

EVEN = 0.1
"""The share of rays that stay evenly spread: no weight is above its inverse, for each number."""


class Importance(Noun):
    r"""A grid on each of the numbers uniform in [0, 1[ from which a ray is made; every cell is drawn as often.

    .. math:: u_d = e_{di} + f\,(e_{d,i+1} - e_{di}),\quad w = \prod_d N\,(e_{d,i+1} - e_{di})

    for the number (i + f)/N, with N cells: the mean of weighted rays is the mean of even ones, whatever the grid.

    Attributes
    ----------
    edges : [dimension edge] from 0 to 1

    References
    ----------
    Lepage:1977sw
    """

    edges: Float[Array, "dimension edge"]

    def warp(self, even: Float[Array, "ray dimension"]) -> tuple[Float[Array, "ray dimension"], Float[Array, " ray"]]:
        """The numbers of rays that were even, and the weight of each ray."""
        cells = self.edges.shape[1] - 1
        place = even * cells
        cell = jnp.clip(place.astype(int), 0, cells - 1)
        low = jnp.take_along_axis(self.edges.T, cell, axis=0)
        width = jnp.take_along_axis((self.edges[:, 1:] - self.edges[:, :-1]).T, cell, axis=0)
        return low + (place - cell) * width, jnp.prod(cells * width, axis=1)


def evenly(dimensions: int) -> Importance:
    """Nothing is known yet."""
    return Importance(jnp.broadcast_to(jnp.linspace(0.0, 1.0, CELLS + 1), (dimensions, CELLS + 1)))


def adapt(worth: Float[np.ndarray, "dimension cell"]) -> Importance:
    r"""The grid with the least variance among those that treat each number apart.

    Its density is :math:`\sqrt{\langle w \rangle}` of each cell, with w the squares of what rays contribute; smoothed
    over three cells, and with a part that stays even.
    """
    padded = np.pad(worth, ((0, 0), (1, 1)), mode="edge")
    smooth = padded[:, :-2] / 4 + padded[:, 1:-1] / 2 + padded[:, 2:] / 4
    density = np.sqrt(smooth)
    total = density.mean(axis=1, keepdims=True)
    density = np.where(total > 0, density / np.where(total > 0, total, 1.0), 1.0)
    density = EVEN + (1 - EVEN) * density
    reached = np.concatenate([np.zeros((len(density), 1)), np.cumsum(density, axis=1)], axis=1)
    reached /= reached[:, -1:]
    known, wanted = (np.linspace(0.0, 1.0, n + 1) for n in (worth.shape[1], CELLS))
    edges = np.stack([np.interp(wanted, one, known) for one in reached])
    edges[:, 0], edges[:, -1] = 0.0, 1.0
    return Importance(jnp.asarray(edges))
