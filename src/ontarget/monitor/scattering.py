"""Multiple scattering in a thin layer."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.units import MeV


def highland(
    momentum: Float[Array, "*ray"], mass: float | Float[Array, ""], thickness: float | Float[Array, "*#ray"]
) -> Float[Array, "*ray"]:
    r"""Standard deviation per plane of the angle after a layer, for a particle of unit charge.

    .. math:: \theta_0 = \frac{13.6\,\mathrm{MeV}}{\beta p}\sqrt{t}\,\Big(1 + 0.038 \ln\frac{t}{\beta^2}\Big)

    with t the thickness in radiation lengths. A fit to the middle 98 % of Molière's distribution, good to 11 % for
    :math:`10^{-3} < t < 100`; its tails are wider.

    References
    ----------
    ParticleDataGroup:2024cfk passage of particles through matter, eq. (34.16)
    """
    beta = momentum / jnp.sqrt(momentum**2 + mass**2)
    return 13.6 * MeV / (beta * momentum) * jnp.sqrt(thickness) * (1 + 0.038 * jnp.log(thickness / beta**2))
