"""What tags neutrinos: trackers at both ends of the tunnel, clock and vertices of the detector, and the cuts."""

from __future__ import annotations

from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Length, Noun, Number, Time, quantity, static
from ontarget.ground.units import ns
from ontarget.tagging.arm import Arm


class Tagger(Noun):
    """Pions (or kaons) are measured at the entrance of the tunnel, muons at its end, the neutrino in the detector.

    Attributes
    ----------
    pions, muons : planes T5 T6 before the tunnel, T7 T8 behind it
    time : resolution of the detector
    vertex : resolution of the place of an interaction, per axis
    visible : relative resolution of the energy seen in the detector
    window : half-width of the time window at T6 in standard deviations of the time of the interaction
    slack : added to it, for slow kaons and neutrinos that fly askew
    through : largest chi-square, of five numbers, of a track that went through the tunnel
    in_time : largest difference of the two tracks of a pair in standard deviations
    approach : largest distance of the two tracks of a pair, in standard deviations
    impact : largest chi-square of momentum and place before the fit; wide, for it knows the decay point badly
    chi_square : largest chi-square of a tag: four degrees of freedom in space, two in time
    energies : largest difference of the energy seen and the energy tagged in standard deviations of `visible`
    radius, moment : of the plain window cut, from the predicted point of impact and from the predicted time

    References
    ----------
    nuscope2025talk
    """

    pions: Arm
    muons: Arm
    time: Time = quantity()
    vertex: Length = quantity()
    radius: Length = quantity()
    moment: Time = quantity()
    visible: Number = quantity(default=0.2)
    window: Number = quantity(default=3.0)
    slack: Time = quantity(default=0.6 * ns)
    through: Number = quantity(default=25.0)
    in_time: Number = quantity(default=4.0)
    approach: Number = quantity(default=5.0)
    impact: Number = quantity(default=50.0)
    chi_square: Number = quantity(default=25.0)
    energies: Number = quantity(default=3.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "time", "vertex", "window", "through", "in_time", "approach", "impact", "chi_square")
        check_positive(self, "visible", "energies", "radius", "moment")
        check_range(self, "slack", 0.0)
