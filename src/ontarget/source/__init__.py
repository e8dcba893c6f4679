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
    AbstractTag,
    AbstractTimeEfficiency,
    AlwaysOpen,
    ArrivalTime,
    ExponentialLoss,
    Site,
    Untagged,
)
from ontarget.source.stopped_pion import AbstractSource, StoppedPion

__all__ = [
    "AbstractExposure",
    "AbstractPulse",
    "AbstractSource",
    "AbstractTag",
    "AbstractTimeEfficiency",
    "AlwaysOpen",
    "ArrivalTime",
    "DoublePulse",
    "ExponentialLoss",
    "Facility",
    "Flux",
    "GaussianPulse",
    "ProtonsOnTarget",
    "RunningTime",
    "Site",
    "StoppedPion",
    "TabulatedPulse",
    "TriangularPulse",
    "UniformPulse",
    "Untagged",
]
