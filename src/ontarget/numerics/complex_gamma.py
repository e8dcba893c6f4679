"""The gamma function off the real axis."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.program import fused

SHIFT = 8
"""Whole steps to the right before Stirling's series is used: its error there is 1e-13."""

SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)


@fused
def gamma_modulus_squared(x: Float[Array, "*n"], y: Float[Array, "*n"]) -> Float[Array, "*n"]:
    r""":math:`|\Gamma(x + iy)|^2` for x > 0: Stirling's series at x + 8, and the recurrence back.

    .. math:: |\Gamma(z)|^2 = |\Gamma(z + 8)|^2 \prod_{k=0}^{7} \frac{1}{(x + k)^2 + y^2}
    """
    z = x + SHIFT + 1j * y
    series = sum(b / z ** (2 * k + 1) for k, b in enumerate(SERIES))
    log_gamma = (z - 0.5) * jnp.log(z) - z + 0.5 * np.log(2 * np.pi) + series
    back = jnp.ones_like(x)
    for k in range(SHIFT):
        back = back * ((x + k) ** 2 + y**2)
    return jnp.exp(2 * jnp.real(log_gamma)) / back
