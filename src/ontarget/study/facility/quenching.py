"""Measured quenching factors, and a polynomial through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.quenching_points import FittedQuenching, QuenchingPoints, fit_quenching
from ontarget.detector.quenching import AbstractQuenching
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.units import keV
from ontarget.numerics.regression import PolynomialFit
from ontarget.plot import Band, Figure, Points, points_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points

ROUND = (3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
"""Recoil energies of the table, in keV."""


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
        found = fit_quenching(self.points, self.degree, self.models, float(self.stop))
        picture = Picture(self.key, f"{self.title}: measurements and the fit.", figure(found, self.points, self.degree))
        tables = [
            Table(
                f"{self.key}_fit", f"{self.title}: coefficients in powers of keV", coefficient_rows(found.fit), ERRORS
            ),
            Table(f"{self.key}_values", f"{self.title}: fitted factor", value_rows(found.fit), VALUE_ERRORS),
        ]
        return Section(self.title, self.text, tables, [picture], headline=headline(found.fit))


ERRORS = {"error": Column(error_of="coefficient")}
VALUE_ERRORS = {"error": Column(error_of="quenching factor")}

SAID = (5.0, 20.0)
"""Recoil energies that come first, in keV."""


def headline(fitted: PolynomialFit) -> list[Headline]:
    """The fit at two energies, and how well it describes the points."""
    quality = Headline("chi2 of the fit", fitted.chi2, note=f"{fitted.dof} degrees of freedom")
    energies = np.array(SAID)
    values = zip(energies, fitted(energies), fitted.error(energies), strict=True)
    return [*(Headline(f"quenching factor at {x:g} keV", float(y), float(e)) for x, y, e in values), quality]


def figure(found: FittedQuenching, points: Sequence[QuenchingPoints], degree: int) -> Figure:
    """Measurements with their errors over the fit, its band, and the models."""
    x, low, high = found.energy / keV, found.factor - found.error, found.factor + found.error
    curves = [Band(f"fit of degree {degree}", x, found.factor, low=low, high=high)]
    curves += [Band(name, x, factor) for name, factor in found.models.items()]
    dots, tops = [], [float(np.max(curve.y)) for curve in curves]
    for index, one in enumerate(points):
        factors, errors = np.asarray(one.factors), one.factor_lengths()
        tops.append(float(np.max(factors + errors[1])))
        energies, energy_errors = np.asarray(one.energies) / keV, one.energy_lengths() / keV
        dots.append(Points(one.name, energies, factors, errors, energy_errors, group=index + len(curves)))
    limits = (0.0, 1.1 * max(tops))
    return points_figure(dots, curves, "recoil energy (keV)", "quenching factor", y_limits=limits)


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
    energies = np.array(ROUND)
    return [
        {"recoil (keV)": float(x), "quenching factor": float(y), "error": float(e)}
        for x, y, e in zip(energies, fitted(energies), fitted.error(energies), strict=True)
    ]
