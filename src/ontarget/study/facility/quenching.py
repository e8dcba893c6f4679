"""Measured quenching factors, and a polynomial through them."""

from __future__ import annotations

from typing import Annotated, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.quenching import AbstractQuenching
from ontarget.ground.noun import Energy, Noun, quantity, static
from ontarget.ground.units import ENERGY, keV
from ontarget.numerics.regression import PolynomialFit, fit_polynomial
from ontarget.plot import Band, Points, points_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points


class QuenchingPoints(Noun):
    """Quenching factors measured at some recoil energies; errors are one standard deviation, upwards and downwards."""

    energies: Annotated[Float[Array, " point"], ENERGY] = quantity()
    energy_errors: Annotated[Float[Array, " point"], ENERGY] = quantity()
    factors: Float[Array, " point"] = quantity()
    factor_errors: Float[Array, " point"] = quantity()
    energy_errors_low: Annotated[Float[Array, " point"], ENERGY] | None = quantity(default=None)
    factor_errors_low: Float[Array, " point"] | None = quantity(default=None)
    name: str = static(default="")

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Energies (keV), factors and the errors of both [2 point], downwards and upwards."""
        low = self.energy_errors if self.energy_errors_low is None else self.energy_errors_low
        down = self.factor_errors if self.factor_errors_low is None else self.factor_errors_low
        x_error = np.stack([np.asarray(low), np.asarray(self.energy_errors)]) / keV
        y_error = np.stack([np.asarray(down), np.asarray(self.factor_errors)])
        return np.asarray(self.energies) / keV, np.asarray(self.factors), x_error, y_error


class QuenchingFit(AbstractTask):
    """Fit measured quenching factors by a polynomial in the recoil energy; show other models beside it.

    Errors are made symmetric for the fit (the mean of both sides), those of the energy enter by the slope, and all
    are enlarged by a common factor where the points scatter more than they allow.

    Attributes
    ----------
    title, text : of the section
    key : name of tables and the figure
    points : measurements, by laboratory
    degree : of the polynomial
    models : quenching factors to compare with, by name
    stop : energy up to which curves are drawn
    """

    title: str = static()
    key: str = static()
    points: tuple[QuenchingPoints, ...]
    degree: int = static(default=3)
    models: tuple[AbstractQuenching, ...] = ()
    stop: Energy = quantity(default=70 * keV)
    text: str = static(default="")

    def __check_init__(self) -> None:
        check_points(self.degree, 0, 6)

    def run(self, context: Context) -> Section:
        context.progress(self.title)
        fitted = self.fit()
        x = np.linspace(1.0, float(self.stop) / keV, 200)
        error = fitted.error(x)
        curves = [Band(f"fit of degree {self.degree}", x, fitted(x), low=fitted(x) - error, high=fitted(x) + error)]
        curves += [Band(one.name, x, np.asarray(one.factor(jnp.asarray(x * keV)))) for one in self.models]
        dots, tops = [], [float(np.max(curve.y)) for curve in curves]
        for index, one in enumerate(self.points):
            energies, factors, x_error, y_error = one.arrays()
            tops.append(float(np.max(factors + y_error[1])))
            dots.append(Points(one.name, energies, factors, y_error, x_error, group=index + len(curves)))
        limits = (0.0, 1.1 * max(tops))
        figure = points_figure(dots, curves, "recoil energy (keV)", "quenching factor", y_limits=limits)
        picture = Picture(self.key, f"{self.title}: measurements and the fit.", figure)
        tables = [
            Table(f"{self.key}_fit", f"{self.title}: coefficients in powers of keV", coefficient_rows(fitted)),
            Table(f"{self.key}_values", f"{self.title}: fitted factor", value_rows(fitted)),
        ]
        return Section(self.title, self.text, tables, [picture])

    def fit(self) -> PolynomialFit:
        """The polynomial through all points."""
        parts = [one.arrays() for one in self.points]
        x, y = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        x_error, y_error = (np.concatenate([part[i].mean(axis=0) for part in parts]) for i in (2, 3))
        return fit_polynomial(x, y, x_error, y_error, self.degree)


def coefficient_rows(fitted: PolynomialFit) -> list[dict[str, Any]]:
    """Coefficients, their errors, and the independent variations of one standard deviation."""
    moves = fitted.variations()
    return [
        {
            "power": power,
            "coefficient": float(value),
            "error": float(np.sqrt(fitted.covariance[power, power])),
            **{f"variation {k + 1}": float(move[power]) for k, move in enumerate(moves)},
            "chi2": fitted.chi2,
            "degrees of freedom": fitted.dof,
            "errors enlarged by": fitted.scale,
        }
        for power, value in enumerate(fitted.coefficients)
    ]


def value_rows(fitted: PolynomialFit) -> list[dict[str, Any]]:
    """The fit at round energies."""
    energies = np.array([3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0])
    return [
        {"recoil (keV)": float(x), "quenching factor": float(y), "error": float(e)}
        for x, y, e in zip(energies, fitted(energies), fitted.error(energies), strict=True)
    ]
