"""Measured quenching factors, and a polynomial in the recoil energy through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.quenching import AbstractQuenching
from ontarget.ground.noun import Noun, quantity, static
from ontarget.ground.units import ENERGY, keV
from ontarget.numerics.regression import PolynomialFit, fit_polynomial

FIRST, STEPS = 1 * keV, 200


class QuenchingPoints(Noun):
    """Quenching factors measured at some recoil energies; errors are one standard deviation, upwards and downwards."""

    energies: Annotated[Float[Array, " point"], ENERGY] = quantity()
    energy_errors: Annotated[Float[Array, " point"], ENERGY] = quantity()
    factors: Float[Array, " point"] = quantity()
    factor_errors: Float[Array, " point"] = quantity()
    energy_errors_low: Annotated[Float[Array, " point"], ENERGY] | None = quantity(default=None)
    factor_errors_low: Float[Array, " point"] | None = quantity(default=None)
    name: str = static(default="")

    def energy_lengths(self) -> np.ndarray:
        """Errors of the energies, downwards and upwards: energies [2 point]."""
        low = self.energy_errors if self.energy_errors_low is None else self.energy_errors_low
        return np.stack([np.asarray(low), np.asarray(self.energy_errors)])

    def factor_lengths(self) -> np.ndarray:
        """Errors of the factors, downwards and upwards [2 point]."""
        low = self.factor_errors if self.factor_errors_low is None else self.factor_errors_low
        return np.stack([np.asarray(low), np.asarray(self.factor_errors)])


@dataclass(frozen=True)
class FittedQuenching:
    """A polynomial through measured quenching factors, and models beside it.

    Attributes
    ----------
    fit : the factor over the recoil energy in keV: coefficients are of powers of keV
    energy : recoil energies (internal units) [point], at which stand
    factor, error : the polynomial and its standard deviation [point]
    models : other quenching factors, by name, each [point]
    """

    fit: PolynomialFit
    energy: np.ndarray
    factor: np.ndarray
    error: np.ndarray
    models: dict[str, np.ndarray]


def fit_quenching(
    points: Sequence[QuenchingPoints],
    degree: int = 3,
    models: Sequence[AbstractQuenching] = (),
    stop: float = 70 * keV,
) -> FittedQuenching:
    """Fit all points by one polynomial: errors of the energy enter by the slope, those of two sides by their mean.

    All errors are enlarged by a common factor where the points scatter more than they allow.

    Parameters
    ----------
    points : measurements, by laboratory
    degree : of the polynomial
    models : to compare with
    stop : energy up to which polynomial and models are computed, from 1 keV

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    x = np.concatenate([np.asarray(one.energies) for one in points]) / keV
    x_error = np.concatenate([one.energy_lengths().mean(axis=0) for one in points]) / keV
    y = np.concatenate([np.asarray(one.factors) for one in points])
    y_error = np.concatenate([one.factor_lengths().mean(axis=0) for one in points])
    found = fit_polynomial(x, y, x_error, y_error, degree)
    energy = np.linspace(FIRST, float(stop), STEPS)
    others = {one.name: np.asarray(one.factor(jnp.asarray(energy))) for one in models}
    return FittedQuenching(found, energy, found(energy / keV), found.error(energy / keV), others)
