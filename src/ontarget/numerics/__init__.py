"""Axes, quadrature, special functions. No physics in here."""

from ontarget.numerics.axis import (
    AbstractAxis,
    AbstractSpacing,
    BeamEnergyAxis,
    CountAxis,
    EnergyAxis,
    Explicit,
    LengthAxis,
    Linear,
    Logarithmic,
    SquareRoot,
    TimeAxis,
)

__all__ = [
    "AbstractAxis",
    "AbstractSpacing",
    "BeamEnergyAxis",
    "CountAxis",
    "EnergyAxis",
    "Explicit",
    "LengthAxis",
    "Linear",
    "Logarithmic",
    "SquareRoot",
    "TimeAxis",
]
