"""Inverse of a monotonic function, with the right derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def invert(
    function: Callable[[Float[Array, " point"]], Float[Array, " point"]],
    values: Float[Array, " point"],
    high: Float[Array, ""],
    iterations: int = 64,
) -> Float[Array, " point"]:
    r"""The x in [0, high] with function(x) = value, for an increasing function; the ends where there is none.

    Bisection to machine precision, then one Newton step that carries the derivative of the implicit function:
    :math:`dx = (dy - \partial f)/f'(x)`.
    """
    frozen = jax.lax.stop_gradient((values, high))

    def halve(_: Any, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, up = bracket
        middle = (low + up) / 2
        below = jax.lax.stop_gradient(function(middle)) < frozen[0]
        return jnp.where(below, middle, low), jnp.where(below, up, middle)

    start = (jnp.zeros_like(frozen[0]), jnp.broadcast_to(frozen[1], frozen[0].shape))
    low, up = jax.lax.fori_loop(0, iterations, halve, start)
    x = jax.lax.stop_gradient((low + up) / 2)
    value, slope = jax.jvp(function, (x,), (jnp.ones_like(x),))
    inside = (frozen[0] > function(jnp.zeros_like(x))) & (frozen[0] < function(jnp.broadcast_to(frozen[1], x.shape)))
    step = (values - value) / jnp.where(inside, jax.lax.stop_gradient(slope), 1.0)
    return jnp.where(inside, x + step, jnp.where(x < frozen[1] / 2, 0.0, frozen[1]))
