"""Interpolation that keeps the order of its points: no overshoot between them."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.program import fused


@fused
def monotone_slopes(x: Float[Array, " point"], y: Float[Array, " point"]) -> Float[Array, " point"]:
    r"""Slopes of the monotone cubic through the points (two or more, x increasing).

    .. math:: \frac{w_1 + w_2}{d_i} = \frac{w_1}{s_{i-1}} + \frac{w_2}{s_i},\quad
        w_1 = 2h_i + h_{i-1},\; w_2 = h_i + 2h_{i-1}

    with widths h and secants s; zero where the secants differ in sign, so that extrema stay at points. At the ends the
    secants themselves.

    References
    ----------
    Fritsch:1984-SJSSC5
    """
    h, s = jnp.diff(x), jnp.diff(y) / jnp.diff(x)
    left, right = s[:-1], s[1:]
    same = left * right > 0
    left, right = jnp.where(same, left, 1.0), jnp.where(same, right, 1.0)  # harmless where the branch is not taken
    first, second = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    inner = jnp.where(same, (first + second) / (first / left + second / right), 0.0)
    return jnp.concatenate([s[:1], inner, s[-1:]])


@fused
def monotone(at: Float[Array, "*n"], x: Float[Array, " point"], y: Float[Array, " point"]) -> Float[Array, "*n"]:
    """The monotone cubic through the points, constant outside them; once continuously differentiable inside."""
    slopes = monotone_slopes(x, y)
    inside = jnp.clip(at, x[0], x[-1])
    cell = jnp.clip(jnp.searchsorted(x, inside, side="right") - 1, 0, len(x) - 2)
    h = x[cell + 1] - x[cell]
    t = (inside - x[cell]) / h
    rising = t**2 * (3 - 2 * t)
    bent = t * (1 - t) ** 2 * slopes[cell] - t**2 * (1 - t) * slopes[cell + 1]
    return y[cell] * (1 - rising) + y[cell + 1] * rising + h * bent
