"""A pair of silicon planes that measures where a track is, whither it flies, and when."""

from __future__ import annotations

from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Length, Noun, Number, Time, quantity


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
