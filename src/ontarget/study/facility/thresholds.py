"""Events above a threshold, for every threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ontarget.analysis.facility.threshold_counts import ThresholdCounts, check_recoils, thresholds
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.units import ENERGY
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.column import Column
from ontarget.report.digits import text_of
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points, prefixed
from ontarget.validation.validation import published

DRAWN = 1e-3
"""Share of the recoils above the lowest threshold below which a curve ends."""


class ThresholdScan(AbstractTask):
    """Recoils per year and mass above a sharp threshold on the true recoil energy, efficiency one above it.

    Exact at the edges of the truth cells of the first channel; the table gives them at `points` thresholds between
    `start` and `stop`, interpolated in the square root of the threshold (1e-4 for cells of a few hundredths).
    `key` stands before the names of tables and figure.
    """

    start: Energy = quantity()
    stop: Energy = quantity()
    points: int = static(default=120)
    key: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "start", "stop")
        start, stop = concrete(self.start), concrete(self.stop)
        if start is not None and stop is not None and not start < stop:
            remedy = f"Give more than start, {ENERGY.show(start)}."
            raise InputError("stop", ENERGY.show(stop), "Thresholds go upwards.", remedy)
        check_points(self.points, 2, 100_001)

    def check(self, context: Context) -> None:
        for experiment in context.listed():
            check_recoils(experiment)

    def run(self, context: Context) -> Section:
        energies = np.geomspace(float(self.start), float(self.stop), self.points)
        found = {
            name: thresholds(experiment, energies, context.counts(name))
            for name, experiment in zip(context.experiments, context.listed(), strict=True)
        }
        others = {name: one for name, one in published_counts().items() if name in found}
        tables = [Table(prefixed(self.key, "thresholds"), "Recoils per kg and year above threshold", rows(found))]
        if others:
            name = prefixed(self.key, "published_counts")
            tables.insert(
                0, Table(name, "Published recoils per year beside ours", published_rows(found, others), BESIDE)
            )
        labels = {name: context.label(name) for name in found}
        text = "Sharp threshold in true recoil energy and full efficiency, so that materials compare like with like."
        if others:
            text += CONVENTION
        pictures = [picture(self.key, found, labels, others)]
        return Section("Events against threshold", text, tables, pictures, headline=headline(found, labels, others))


BESIDE = {"ours": Column(like="published")}


def headline(
    found: Mapping[str, ThresholdCounts], labels: Mapping[str, str], others: Mapping[str, float]
) -> list[Headline]:
    """Events of each whole detector per year above its own threshold; those that a paper gives too come first."""
    return [
        Headline(
            f"{labels[name]} above {text_of(one.start)} keV [{name}]",
            one.detected_per_year,
            unit="per year",
            published=others.get(name),
        )
        for name, one in sorted(found.items(), key=lambda pair: pair[0] not in others)
    ]


def rows(found: Mapping[str, ThresholdCounts]) -> list[dict[str, Any]]:
    """One row per threshold, one column per experiment."""
    energies = next(iter(found.values())).thresholds
    return [
        {
            "threshold (keV)": float(energy),
            **{f"{name} (1/kg/yr)": float(one.above[index]) for name, one in found.items()},
        }
        for index, energy in enumerate(energies)
    ]


def published_rows(found: Mapping[str, ThresholdCounts], others: Mapping[str, float]) -> list[dict[str, Any]]:
    """One row per experiment of which a paper gives counts per year."""
    return [
        {
            "experiment": name,
            "threshold (keV)": one.start,
            "published": others[name],
            "ours": one.detected_per_year,
        }
        for name, one in found.items()
        if name in others
    ]


def picture(
    key: str, found: Mapping[str, ThresholdCounts], labels: Mapping[str, str], others: Mapping[str, float]
) -> Picture:
    """A curve per experiment, with a point where its detector is proposed, and a published one around it."""
    curves, points = [], []
    for index, (name, one) in enumerate(found.items()):
        shown, place = one.above > DRAWN * one.above[0], np.array([one.start])
        curves.append(Curve(labels[name], one.thresholds[shown], one.above[shown], group=index))
        points.append(Mark("", place, np.array([one.detected]), group=index))
        if name in others:
            points.append(Mark("", place, np.array([others[name] / one.mass]), group=index, hollow=True, size=11.0))
    axes = "threshold on recoil energy (keV)", "recoils per kg and year above threshold"
    caption = (
        "Recoils above threshold; filled points: the thresholds the detectors are proposed with; "
        "open points around them: the counts published for them (CsI, germanium, argon)."
    )
    return Picture(prefixed(key, "thresholds"), caption, curves_figure(curves, points, *axes, "log", "log"))


CONVENTION = (
    " The published numbers hold one radius of a nucleus for protons and neutrons (Lewin and Smith). Ours, measured"
    " charge radii and a neutron skin, are up to 2 % lower; with their radii ours agree: 'ontarget validate'."
)
FORM_FACTORS = tuple(f"detector.channels.cevns.interaction.{one}" for one in ("proton", "neutron"))
"""What a published number may have set otherwise, and still stand beside ours."""


def published_counts() -> dict[str, float]:
    """Published counts per year by experiment, from the catalog of published numbers."""
    found = {}
    for tree, index in published():
        quantity = tree.data[index]["quantity"]
        if quantity["type"] == "CountsPerYear" and all(one in FORM_FACTORS for one in quantity.get("set", ())):
            found[quantity["experiment"]] = float(tree.data[index]["published"])
    return found
