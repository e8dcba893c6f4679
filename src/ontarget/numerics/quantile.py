"""Quantiles of a density known by a formula: tabulated once, smooth in whatever the density depends on."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, Scalar
from ontarget.ground.program import fused
from ontarget.numerics.quadrature import gauss_legendre

PANELS, ORDER, CELLS, STEPS = 64, 8, 128, 6
MIDDLE = 0.5 ** (1 / 3)
NODES = np.linspace(0.0, MIDDLE, CELLS + 1)[1:]

Density = Callable[[Array], Array]


class Quantiles(Noun):
    r"""The inverse x(u) of a cumulative distribution, as cubics between nodes that are even in the cube root of u.

    The upper half of u goes by the cube root of 1 - u. So a density may fall to zero at an end like a square or like a
    square root, or end in a step, and x(u) is still smooth in the variable that is cut into cells.

    Attributes
    ----------
    coefficients : [power cell] of the cubics, constant term first; cells of the lower half, then of the upper one, both
        from their end of the range inwards
    """

    coefficients: Float[Array, "4 cell"]

    @fused
    def __call__(self, u: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        lower = u < 0.5
        place = jnp.cbrt(jnp.where(lower, u, 1 - u)) * (CELLS / MIDDLE)
        cell = jnp.clip(place.astype(int), 0, CELLS - 1)
        t = place - cell
        c0, c1, c2, c3 = (row[jnp.where(lower, cell, cell + CELLS)] for row in self.coefficients)
        return c0 + t * (c1 + t * (c2 + t * c3))


def tabulate_quantiles(density: Density, low: Scalar | float, high: Scalar | float) -> Quantiles:
    """The quantiles of a density (of any norm) on [low, high]; its values at the ends themselves are never asked for.

    Error of x about 1e-9 of the range where the density behaves at the ends as `Quantiles` says.
    """
    width = high - low
    ends, ways = jnp.stack([low + 0 * width, high + 0 * width]), jnp.stack([width, -width])

    def place(s: Float[Array, "half node"]) -> Float[Array, "half node"]:  # even steps in s are dense at both ends
        return ends[:, None] + ways[:, None] * jnp.sin(jnp.pi / 2 * s) ** 2

    def pace(s: Float[Array, "half node"]) -> Float[Array, "half node"]:
        return jnp.pi / 2 * jnp.sin(jnp.pi * s)

    s, slope = _nodes(lambda s: density(place(s)) * pace(s))
    halves = jax.vmap(_cubics)(ends, place(s), ways[:, None] * pace(s) * slope)
    return Quantiles(jnp.concatenate([halves[0], halves[1]], axis=1))


def _nodes(integrand: Density) -> tuple[Float[Array, "half node"], Float[Array, "half node"]]:
    r"""Nodes s with :math:`(\int_0^s f / \int_0^1 f)^{1/3}` equal to `NODES`, and the slope of s there; by half.

    Newton's method on the cube root. It starts without derivatives by what the density depends on: its last steps, at
    the solution, bring the right ones.
    """
    x, w = gauss_legendre(ORDER)
    starts = np.arange(PANELS) / PANELS
    inner = jnp.broadcast_to((starts[:, None] + x / PANELS).ravel(), (2, PANELS * ORDER))
    panels = integrand(inner).reshape(2, PANELS, ORDER) @ w / PANELS
    reached = jnp.concatenate([jnp.zeros((2, 1)), jnp.cumsum(panels, axis=1)], axis=1)
    total = reached[:, -1:]

    def step(s: Array, _: None) -> tuple[Array, Array]:
        panel = jnp.clip((s * PANELS).astype(int), 0, PANELS - 1)
        start = panel / PANELS
        points = start[..., None] + (s - start)[..., None] * np.append(x, 1.0)  # the last one is s itself
        density = integrand(points.reshape(2, -1)).reshape(points.shape)
        root = jnp.cbrt((jnp.take_along_axis(reached, panel, axis=1) + (s - start) * (density[..., :-1] @ w)) / total)
        slope = 3 * root**2 * total / density[..., -1]
        return jnp.clip(s - (root - NODES) * slope, 1e-9, 1 - 1e-9), slope

    share = jax.lax.stop_gradient(reached / total) ** (1 / 6)
    first = jax.vmap(lambda known: jnp.interp(jnp.sqrt(NODES), known, np.append(starts, 1.0)))(share)
    s, slopes = jax.lax.scan(step, first, length=STEPS)
    return s, slopes[-1]


def _cubics(end: Scalar, values: Array, slopes: Array) -> Float[Array, "4 cell"]:
    """Cubics through values and slopes at the nodes, and through the end itself, whose slope is that of a quartic."""
    slopes = slopes * (MIDDLE / CELLS)
    powers = np.arange(1, 5)
    rows = np.concatenate([[2.0**powers * 0 + 1, powers], [2.0**powers, powers * 2.0 ** (powers - 1)]])
    known = jnp.stack([values[0] - end, slopes[0], values[1] - end, slopes[1]])
    at_end = np.linalg.inv(rows)[0] @ known
    values = jnp.concatenate([jnp.reshape(end, (1,)), values])
    slopes = jnp.concatenate([at_end[None], slopes])
    rise, here, there = values[1:] - values[:-1], slopes[:-1], slopes[1:]
    return jnp.stack([values[:-1], here, 3 * rise - 2 * here - there, here + there - 2 * rise])
