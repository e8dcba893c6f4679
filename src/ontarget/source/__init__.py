"""The facility, its pulse and running plan, the site, and the neutrinos born there."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.source.computed import PrecomputedFlux
    from ontarget.source.distance_tag import TimeAndDistance
    from ontarget.source.exposure import AbstractExposure, EnergyOnTarget, ProtonsOnTarget, RunningTime
    from ontarget.source.facility import Facility
    from ontarget.source.flux import Flux
    from ontarget.source.matching import (
        AbstractMatching,
        Association,
        GaussianMatching,
        SimulatedMatching,
        TabulatedMatching,
    )
    from ontarget.source.pulse import (
        AbstractPulse,
        DoublePulse,
        GaussianPulse,
        PulseTrain,
        TabulatedPulse,
        TriangularPulse,
        UniformPulse,
    )
    from ontarget.source.running import Running
    from ontarget.source.site import AbstractSite, BeamSite, Site
    from ontarget.source.source import AbstractSource
    from ontarget.source.stopped_pion import StoppedPion
    from ontarget.source.tabulated_flux import (
        AbstractSpreading,
        AsTabulated,
        InverseSquare,
        TabulatedFlux,
        TabulatedSpectrum,
    )
    from ontarget.source.tag import (
        AbstractPlaceTag,
        AbstractTag,
        AbstractTimeEfficiency,
        AbstractTimeTag,
        AlwaysOpen,
        ArrivalTime,
        ExponentialLoss,
        Radius,
        Untagged,
    )
    from ontarget.source.tracked_tag import Remainder, TaggedEnergy, TaggedPath
    from ontarget.source.tunnel.decay_tunnel import DecayTunnel
    from ontarget.source.tunnel.sampling import AbstractSampling, Analogue, Forced
    from ontarget.source.varied import Eigenmodes, VariedFlux, covariance_of
    from ontarget.source.volume import AbstractVolume, PointVolume, UprightCylinder

lazy(
    __name__,
    {
        ".computed": "PrecomputedFlux",
        ".distance_tag": "TimeAndDistance",
        ".exposure": "AbstractExposure EnergyOnTarget ProtonsOnTarget RunningTime",
        ".facility": "Facility",
        ".flux": "Flux",
        ".matching": "AbstractMatching Association GaussianMatching SimulatedMatching TabulatedMatching",
        ".pulse": "AbstractPulse DoublePulse GaussianPulse PulseTrain TabulatedPulse TriangularPulse UniformPulse",
        ".running": "Running",
        ".site": "AbstractSite BeamSite Site",
        ".source": "AbstractSource",
        ".stopped_pion": "StoppedPion",
        ".tabulated_flux": "AbstractSpreading AsTabulated InverseSquare TabulatedFlux TabulatedSpectrum",
        ".tag": (
            "AbstractPlaceTag AbstractTag AbstractTimeEfficiency AbstractTimeTag AlwaysOpen ArrivalTime "
            "ExponentialLoss Radius Untagged"
        ),
        ".tracked_tag": "Remainder TaggedEnergy TaggedPath",
        ".tunnel.decay_tunnel": "DecayTunnel",
        ".tunnel.sampling": "AbstractSampling Analogue Forced",
        ".varied": "Eigenmodes VariedFlux covariance_of",
        ".volume": "AbstractVolume PointVolume UprightCylinder",
    },
)
