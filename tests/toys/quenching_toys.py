"""Made-up quenching factors on a parabola."""

from __future__ import annotations

from typing import Any

import numpy as np

from ontarget.analysis import QuenchingPoints
from ontarget.ground.units import keV

ENERGIES = np.array([5.0, 10.0, 20.0, 30.0, 40.0])
TRUTH = np.array([0.06, 2e-3, -2e-5])
"""Coefficients of powers of keV."""


def lab(name: str, energies: np.ndarray = ENERGIES, shift: float = 0.0, **more: Any) -> QuenchingPoints:
    """What a laboratory measured, moved up by `shift`."""
    factors = np.polyval(TRUTH[::-1], energies) + shift
    errors = np.full(len(energies), 0.5) * keV, np.full(len(energies), 0.004)
    return QuenchingPoints(energies * keV, errors[0], factors, errors[1], name=name, **more)
