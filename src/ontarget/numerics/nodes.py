"""Quadrature nodes that stand for cells: how what they hold lies between edges."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, static
from ontarget.ground.program import fused

ON_AN_EDGE = 1e-9
"""A node without a width whose energy differs from an edge by no more than this fraction of it lies on the edge."""

TOUCH = 0.5
"""Of the mean of two cells: where the distance of their nodes differs by less, the cells lie beside each other."""


class Nodes(Noun):
    r"""Nodes of energy, each of which holds a part of a spectrum.

    What a node holds is spread about it: as a triangle down to its neighbours, so that the density of all is linear
    between nodes, or evenly over its cell. Neighbours are nodes in a row whose cells touch; without one a triangle is
    as wide as the cell. A node of no width is a line. Nothing is lost, and integrals between any two edges are right to
    :math:`h^2 f''/12f` for a density f on cells of width h.

    Attributes
    ----------
    energy : of the nodes
    width : of their cells, zero for a line
    even : evenly, as in the bins of a table
    """

    energy: Float[Array, " node"]
    width: Float[Array, " node"]
    even: bool = static(default=False)

    @property
    def highest(self) -> Float[Array, ""]:
        """Where the last of the cells ends."""
        return jnp.max(self.energy + self.reaches()[1])

    def reaches(self) -> tuple[Float[Array, " node"], Float[Array, " node"]]:
        """How far down and up what a node holds is spread; zero for a line."""
        if self.even or len(self.energy) < 2:
            return self.width / (1 + self.even), self.width / (1 + self.even)
        apart, cells = jnp.diff(self.energy), (self.width[1:] + self.width[:-1]) / 2
        touch = (jnp.abs(apart - cells) <= TOUCH * cells) & (self.width[1:] > 0) & (self.width[:-1] > 0)
        down = self.width.at[1:].set(jnp.where(touch, apart, self.width[1:]))
        return down, self.width.at[:-1].set(jnp.where(touch, apart, self.width[:-1]))

    @fused
    def shares(self, edges: Float[Array, " edge"]) -> Float[Array, "node cell"]:
        """The share of each node between neighbouring edges, the first at zero or above.

        What reaches below zero is folded back, and all beyond the ends goes to the first and the last cell. A line on
        an edge goes to both sides by halves, so that rounding does not choose.
        """
        distance = edges - self.energy[:, None]
        on = jnp.abs(distance) <= ON_AN_EDGE * self.energy[:, None]
        line = jnp.where(on, 0.5, (distance > 0).astype(float))
        spread = self.below(distance) - self.below(-edges - self.energy[:, None])
        inner = jnp.where(self.width[:, None] > 0, spread, line)[:, 1:-1]
        zero, one = jnp.zeros_like(line[:, :1]), jnp.ones_like(line[:, :1])
        return jnp.diff(jnp.concatenate([zero, inner, one], axis=1), axis=1)

    def below(self, distance: Float[Array, "node edge"]) -> Float[Array, "node edge"]:
        """The share of a node that lies below a distance from it."""
        wide = self.width > 0
        down, up = (jnp.where(wide, one, 1.0)[:, None] for one in self.reaches())
        if self.even:
            return jnp.clip((distance + down) / (down + up), 0.0, 1.0)
        low, high = jnp.clip(distance + down, 0.0, down), jnp.clip(up - distance, 0.0, up)
        before, after = low**2 / (down * (down + up)), high**2 / (up * (down + up))
        return jnp.where(distance < 0, before, 1 - after)


def lines(energy: Float[Array, " node"]) -> Nodes:
    """Nodes without a width."""
    return Nodes(energy, jnp.zeros_like(energy))


@fused
def legendre_between(
    moments: Sequence[Float[Array, "*e"]],
    low: Float[Array, "*e"],
    high: Float[Array, "*e"],
    reaches: tuple[Float[Array, "*e"], Float[Array, "*e"]],
    edges: Float[Array, " edge"],
    even: bool,
) -> Float[Array, "*e cell"]:
    r"""What lies between edges of a distribution over [low, high], spread over a cell of its own as `Nodes` are.

    .. math::
        \frac{dN}{dT} = \frac{2}{h - l}\sum_k a_k P_k(c),\quad c = \frac{2T - l - h}{h - l}

    with the a_k `moments`, 2 a_0 in all. Spread evenly it is a difference of first integrals of :math:`N(c)`, spread
    as a triangle a second difference of second integrals: both closed, and smooth in every number. What reaches below
    zero is folded back. `reaches` are those of the nodes, zero for a line.
    """
    middle, half = (low + high)[..., None] / 2, (high - low)[..., None] / 2
    wide = reaches[0][..., None] > 0
    down, up = (jnp.where(wide, one[..., None] / half, 1.0) for one in reaches)
    series = Series(jnp.stack(list(moments), axis=-1)[..., None, :])

    def reached(at: Float[Array, " edge"]) -> Float[Array, "*e edge"]:
        c = (at - middle) / half
        d = jnp.clip(c, -1 - down, 1 + up)
        if even:
            spread = (series.integral(d + down, 2) - series.integral(d - up, 2)) / (down + up)
        else:
            beside = series.integral(d + down, 3) / down + series.integral(d - up, 3) / up
            spread = 2 * (beside / (down + up) - series.integral(d, 3) / (down * up))
        return jnp.where(wide, spread, series.integral(c, 1))

    found = reached(edges) - reached(-edges)
    return found[..., 1:] - found[..., :-1]


class Series(Noun):
    """A sum of Legendre polynomials on [-1, 1], zero outside, and its integrals from below."""

    moments: Float[Array, "*e 1 term"]

    def integral(self, c: Float[Array, "*e edge"], times: int) -> Float[Array, "*e edge"]:
        """The sum integrated so many times."""
        inside, beyond = jnp.clip(c, -1.0, 1.0), jnp.maximum(c - 1.0, 0.0)
        found = self.within(inside, times)
        power, factorial = jnp.ones_like(beyond), 1.0
        for k in range(1, times):
            power, factorial = power * beyond, factorial * k
            found = found + self.within(jnp.ones_like(beyond), times - k) * power / factorial
        return found

    def within(self, c: Float[Array, "*e edge"], times: int) -> Float[Array, "*e edge"]:
        """The same on [-1, 1], by the relation between a Legendre polynomial and its neighbours' derivatives."""
        terms = self.moments.shape[-1]
        rows = [jnp.ones_like(c), c]
        for k in range(1, terms + times):
            rows.append(((2 * k + 1) * c * rows[k] - k * rows[k - 1]) / (k + 1))
        for _ in range(times):
            first = rows[0] + rows[1] if len(rows) > 1 else rows[0]
            rows = [first, *((rows[k + 1] - rows[k - 1]) / (2 * k + 1) for k in range(1, len(rows) - 1))]
        return sum((self.moments[..., k] * rows[k] for k in range(1, terms)), start=self.moments[..., 0] * rows[0])
