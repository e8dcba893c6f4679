"""Floor 2: axes, quadrature, special functions. No physics in here."""

from ontarget.numerics.axis import (
    AbstractAxis,
    AbstractSpacing,
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
    "CountAxis",
    "EnergyAxis",
    "Explicit",
    "LengthAxis",
    "Linear",
    "Logarithmic",
    "SquareRoot",
    "TimeAxis",
]
