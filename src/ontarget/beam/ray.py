"""Rays: a few particles that stand for all of a beam, where they cross a plane of a beam line."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, quantity
from ontarget.ground.program import fused


class Rays(Noun):
    """Particles in the frame that moves along the reference orbit: z along it, y up, x to the left.

    Attributes
    ----------
    x, y : Float[" ray"] [length]
    slope_x, slope_y : Float[" ray"] [1] momentum across over momentum along the orbit
    momentum : Float[" ray"] [energy]
    path : Float[" ray"] [length] flown since the target
    number : Float[" ray"] [1] particles that each ray stands for
    """

    x: Float[Array, " ray"] = quantity()
    y: Float[Array, " ray"] = quantity()
    slope_x: Float[Array, " ray"] = quantity()
    slope_y: Float[Array, " ray"] = quantity()
    momentum: Float[Array, " ray"] = quantity()
    path: Float[Array, " ray"] = quantity()
    number: Float[Array, " ray"] = quantity()


@fused
def on_axis(momentum: Float[Array, " ray"]) -> Rays:
    """One ray of each momentum along the reference orbit."""
    nought = jnp.zeros_like(momentum)
    return Rays(nought, nought, nought, nought, momentum, nought, jnp.ones_like(momentum))
