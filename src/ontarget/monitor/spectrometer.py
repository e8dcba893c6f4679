"""Momentum from the bend of a dipole between two pairs of planes."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.monitor.scattering import highland

Real = float | Float[Array, ""]
UNIFORM = 12**0.5
"""The width of an even distribution over its standard deviation."""


def momentum_resolution(
    momentum: Float[Array, "*ray"],
    mass: Real,
    kick: Real,
    pitch: Real,
    thickness: Real,
    before: Real,
    after: Real,
) -> Float[Array, "*ray"]:
    r"""Relative resolution of a momentum that is measured by the difference of two slopes.

    .. math::
        \frac{\sigma_p}{p} = \frac{p}{k}\sqrt{2\sigma_x^2\Big(\frac{1}{b^2} + \frac{1}{a^2}\Big) + 2\theta_0^2},
        \quad \sigma_x = \frac{\mathrm{pitch}}{\sqrt{12}}

    with k the kick (field times length: `units.tesla` makes it a momentum), a and b the baselines behind and before the
    dipole, and :math:`\theta_0` of the two inner planes, whose scattering adds to the bend; what the outer ones do is
    measured. Small angles; no use is made of where the two straight lines meet, which costs a few per cent.

    References
    ----------
    ParticleDataGroup:2024cfk passage of particles through matter
    """
    slopes = 2 * (pitch / UNIFORM) ** 2 * (1 / jnp.asarray(before) ** 2 + 1 / jnp.asarray(after) ** 2)
    scattered = 2 * highland(momentum, mass, thickness) ** 2
    return momentum / kick * jnp.sqrt(slopes + scattered)
