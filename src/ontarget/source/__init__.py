"""Floor 5: the facility, its pulse and running plan, the site, and the neutrinos born there."""

from ontarget.source.exposure import AbstractExposure, ProtonsOnTarget, RunningTime
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.pulse import (
    AbstractPulse,
    DoublePulse,
    GaussianPulse,
    TabulatedPulse,
    TriangularPulse,
    UniformPulse,
)
from ontarget.source.site import (
    AbstractSite,
    AbstractTag,
    AbstractTimeEfficiency,
    AlwaysOpen,
    ArrivalTime,
    BeamSite,
    ExponentialLoss,
    Radius,
    Site,
    Untagged,
)
from ontarget.source.source import AbstractSource
from ontarget.source.stopped_pion import StoppedPion
from ontarget.source.tabulated_flux import (
    AbstractSpreading,
    AsTabulated,
    InverseSquare,
    TabulatedFlux,
    TabulatedSpectrum,
)

__all__ = [
    "AbstractExposure",
    "AbstractPulse",
    "AbstractSite",
    "AbstractSource",
    "AbstractSpreading",
    "AbstractTag",
    "AbstractTimeEfficiency",
    "AlwaysOpen",
    "ArrivalTime",
    "AsTabulated",
    "BeamSite",
    "DoublePulse",
    "ExponentialLoss",
    "Facility",
    "Flux",
    "GaussianPulse",
    "InverseSquare",
    "ProtonsOnTarget",
    "Radius",
    "RunningTime",
    "Site",
    "StoppedPion",
    "TabulatedFlux",
    "TabulatedPulse",
    "TabulatedSpectrum",
    "TriangularPulse",
    "UniformPulse",
    "Untagged",
]
