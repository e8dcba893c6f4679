"""What share of the leptons of one transition falls between two energies: the nucleus takes a little, by angle."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.program import fused


@fused
def leptons_between(
    moments: Sequence[Float[Array, "*e"]],
    low: Float[Array, "*e"],
    high: Float[Array, "*e"],
    edges: Float[Array, " edge"],
) -> Float[Array, "*e cell"]:
    r"""Leptons in each cell, for a distribution given by Legendre moments over its kinematic range [low, high].

    .. math::
        \frac{dN}{dT} = \frac{2}{h - l}\sum_k a_k P_k(c),\quad c = \frac{2T - l - h}{h - l},\quad
        \int_{-1}^c P_k = \frac{P_{k+1}(c) - P_{k-1}(c)}{2k+1}

    `moments` are the a_k, 2 a_0 leptons in all; high must lie above low. Exact, hence smooth in every number: a line
    that is as narrow as the recoil of a nucleus still has a derivative by its energy.
    """
    middle, half = (low + high)[..., None] / 2, (high - low)[..., None] / 2
    c = jnp.clip((edges - middle) / half, -1.0, 1.0)
    legendre = [jnp.ones_like(c), c]
    for k in range(1, len(moments)):
        legendre.append(((2 * k + 1) * c * legendre[k] - k * legendre[k - 1]) / (k + 1))
    reached = moments[0][..., None] * (c + 1)
    for k, moment in enumerate(moments[1:], start=1):
        reached = reached + moment[..., None] * (legendre[k + 1] - legendre[k - 1]) / (2 * k + 1)
    return reached[..., 1:] - reached[..., :-1]
