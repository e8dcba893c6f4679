"""A pair of silicon planes that measures where a track is, whither it flies, and when."""

from __future__ import annotations

from typing import TypeVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Length, Noun, Number, Time, quantity
from ontarget.ground.units import MeV

Anything = TypeVar("Anything", Float[Array, "*track"], Float[np.ndarray, "*track"])

HIGHLAND = 13.6 * MeV
"""ParticleDataGroup:2024cfk, passage of particles through matter."""


class Arm(Noun):
    r"""Two planes, of which one is next to the tunnel, and a spectrometer beyond the other.

    Points have a standard deviation :math:`\sigma = \mathrm{pitch}/\sqrt{12}`. The direction in the tunnel is
    blurred by both points and by scattering in the plane next to the tunnel, which stands between it and the other:

    .. math:: \sigma_\theta^2 = \frac{2\sigma^2}{b^2} + \theta_0^2,\quad \mathrm{cov}(x, x') = \pm\frac{\sigma^2}{b}

    Scattering in the other plane does not blur it. Energy loss is left out, and so is the matter of the spectrometer,
    which stands in the number for its momentum resolution.

    Attributes
    ----------
    baseline : between the planes
    pitch : of square pixels
    thickness : of each plane, in radiation lengths
    time : resolution of one plane; a track has two
    momentum : relative resolution of the spectrometer
    aperture : radius of both planes
    efficiency : probability that a track within the aperture is found

    References
    ----------
    ParticleDataGroup:2024cfk
    """

    baseline: Length = quantity()
    pitch: Length = quantity()
    thickness: Number = quantity()
    time: Time = quantity()
    momentum: Number = quantity()
    aperture: Length = quantity()
    efficiency: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_positive(self, "baseline", "pitch", "time", "momentum", "aperture")
        check_range(self, "thickness", 0.0, 0.1)
        check_range(self, "efficiency", 0.0, 1.0)


def highland(thickness: Number | float, momentum: Anything, mass: float) -> Anything:
    r"""Standard deviation per plane of the angle of multiple scattering.

    .. math:: \theta_0 = \frac{13.6\,\mathrm{MeV}}{\beta p}\sqrt{x}\,(1 + 0.038 \ln (x/\beta^2))

    with x in radiation lengths, for single charge; Gaussian core, 11 % for x above 1e-3. Zero without matter.

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    numbers = np if isinstance(momentum, np.ndarray) else jnp
    energy = numbers.sqrt(momentum**2 + mass**2)
    speed = momentum / energy
    matter = numbers.where(thickness > 0, thickness, 1.0)
    width = HIGHLAND / (speed * momentum) * numbers.sqrt(matter) * (1 + 0.038 * numbers.log(matter / speed**2))
    return numbers.where(thickness > 0, width, 0.0)
