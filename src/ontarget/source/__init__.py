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

__all__ = [
    "AbstractExposure",
    "AbstractPulse",
    "AbstractSite",
    "AbstractSource",
    "AbstractTag",
    "AbstractTimeEfficiency",
    "AlwaysOpen",
    "ArrivalTime",
    "BeamSite",
    "DoublePulse",
    "ExponentialLoss",
    "Facility",
    "Flux",
    "GaussianPulse",
    "ProtonsOnTarget",
    "Radius",
    "RunningTime",
    "Site",
    "StoppedPion",
    "TabulatedPulse",
    "TriangularPulse",
    "UniformPulse",
    "Untagged",
]
