"""Axes, quadrature, special functions. No physics in here."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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

lazy(
    __name__,
    {
        ".axis": (
            "AbstractAxis AbstractSpacing BeamEnergyAxis CountAxis EnergyAxis Explicit LengthAxis Linear "
            "Logarithmic SquareRoot TimeAxis"
        ),
    },
)
