"""Measured cross-sections against neutron number, beside the growth with its square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.parameters.flux_average import (
    VALLEY,
    CrossSectionTrend,
    coherent_scattering,
    cross_section_trend,
)
from ontarget.analysis.parameters.signal_strength import MeasuredCrossSection
from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import static
from ontarget.plot import Band, Figure, Points, points_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.measurement import CROSS_SECTION, Measurement, measured
from ontarget.study.task import AbstractTask

Labelled = Sequence[tuple[str, MeasuredCrossSection]]


class CrossSections(AbstractTask):
    r"""Flux-averaged cross-sections of the study's measurements against the neutron number of their targets.

    Beside them the prediction with and without the nuclear form factor, from the couplings of the first experiment;
    without it the cross-section grows almost as N^2, because protons hardly count.

    Attributes
    ----------
    measurements : keys of `Measurement` tasks of the study
    ladder : nuclides at which the prediction is computed
    """

    measurements: tuple[str, ...] = static()
    key: str = static(default="cross_sections")
    title: str = static(default="Cross-section against neutron number")
    text: str = static(default="")
    ladder: tuple[str, ...] = static(default=VALLEY)

    def check(self, context: Context) -> None:
        coherent_scattering(first(context))
        for key in self.measurements:
            context.task(key, "measurements", Measurement)

    def run(self, context: Context) -> Section:
        tasks = [context.task(key, "measurements", Measurement) for key in self.measurements]
        found = [(one.label or one.title, context.once(measured, one, context).cross_section) for one in tasks]
        trend = cross_section_trend(first(context), self.ladder)
        picture = Picture(self.key, "Measured cross-sections and the standard prediction.", figure(found, trend))
        table = Table(self.key, self.title, rows(found))
        return Section(self.title, self.text, [table], [picture], headline=headline(found))


def first(context: Context) -> Experiment:
    """The first experiment of the study, whose couplings and flux make the prediction."""
    return context.experiment(next(iter(context.experiments)), "experiments")


def headline(found: Labelled) -> list[Headline]:
    """Each measurement beside the standard prediction."""
    return [
        Headline(
            f"cross-section, {label}",
            one.value / CROSS_SECTION,
            one.mean_error / CROSS_SECTION,
            "1e-40 cm2",
            note=f"standard {number_text(one.standard / CROSS_SECTION)}",
        )
        for label, one in found
    ]


def rows(found: Labelled) -> list[dict[str, Any]]:
    """One row per measurement."""
    return [
        {
            "measurement": label,
            "neutrons": one.neutrons,
            "measured (1e-40 cm2)": one.value / CROSS_SECTION,
            "error below": one.errors[0] / CROSS_SECTION,
            "error above": one.errors[1] / CROSS_SECTION,
            "standard (1e-40 cm2)": one.standard / CROSS_SECTION,
        }
        for label, one in found
    ]


def figure(found: Labelled, trend: CrossSectionTrend) -> Figure:
    """Measurements as points, moved apart where targets are alike, over both predictions."""
    curves = [
        Band("with form factor", trend.neutrons, trend.extended / CROSS_SECTION),
        Band("without (about N²)", trend.neutrons, trend.point_like / CROSS_SECTION),
    ]
    dots = [
        Points(
            label,
            np.array([one.neutrons]),
            np.array([one.value]) / CROSS_SECTION,
            np.where(np.isfinite(one.errors), one.errors, 0.0)[:, None] / CROSS_SECTION,  # no bar where none is known
            group=index,
            aside=6.0 * (index - len(found) / 2),
        )
        for index, (label, one) in enumerate(found)
    ]
    label = r"flux-averaged cross-section ($10^{-40}$ cm$^2$)"
    return points_figure(dots, curves, "neutron number", label, y_scale="log")
