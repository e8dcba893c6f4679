"""Events above a threshold, for every threshold."""

from __future__ import annotations

import numpy as np

from ontarget.experiment.counts import ChannelCounts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.units import ENERGY, keV, kg, year
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points
from ontarget.validation.validation import published


class ThresholdScan(AbstractTask):
    """Recoils per year and mass above a sharp threshold on the true recoil energy, efficiency one above it.

    Exact at the edges of the truth cells of the first channel; the table gives them at `points` thresholds between
    `start` and `stop`, interpolated in the square root of the threshold (1e-4 for cells of a few hundredths).
    """

    start: Energy = quantity()
    stop: Energy = quantity()
    points: int = static(default=120)

    def __check_init__(self) -> None:
        check_positive(self, "start", "stop")
        start, stop = concrete(self.start), concrete(self.stop)
        if start is not None and stop is not None and not start < stop:
            remedy = f"Give more than start, {ENERGY.show(start)}."
            raise InputError("stop", ENERGY.show(stop), "Thresholds go upwards.", remedy)
        check_points(self.points, 2, 100_001)

    def run(self, context: Context) -> Section:
        thresholds = np.geomspace(float(self.start), float(self.stop), self.points)
        curves, rows = [], [{"threshold (keV)": float(one / keV)} for one in thresholds]
        points, rates, others = [], [], published_counts()
        for index, (name, experiment) in enumerate(zip(context.experiments, context.listed(), strict=True)):
            counts = context.counts(name)
            unit = float(experiment.exposure.calendar(experiment.facility) / year * experiment.detector.mass / kg)
            above = recoils_above(counts.channels[0], thresholds) / unit
            for row, count in zip(rows, above, strict=True):
                row[f"{name} (1/kg/yr)"] = float(count)
            label, shown = context.label(name), above > 1e-3 * above[0]
            curves.append(Curve(label, thresholds[shown] / keV, above[shown], group=index))
            total = float(counts.signal().sum()) / unit
            place = np.array([working_point(experiment)])
            points.append(Mark("", place, np.array([total]), group=index))
            if name in others:
                printed = np.array([others[name]]) * float(experiment.detector.mass / kg) ** -1
                points.append(Mark("", place, printed, group=index, hollow=True, size=11))
                rates.append(
                    {
                        "experiment": name,
                        "threshold (keV)": place[0],
                        "published": others[name],
                        "ours": total * float(experiment.detector.mass / kg),
                    }
                )
        figure = curves_figure(
            curves, points, "threshold on recoil energy (keV)", "recoils per kg and year above threshold", "log", "log"
        )
        caption = (
            "Recoils above threshold; filled points: the thresholds the detectors are proposed with; "
            "open points around them: the counts published for them (CsI, germanium, argon)."
        )
        text = "Sharp threshold in true recoil energy and full efficiency, so that materials compare like with like."
        table = Table("thresholds", "Recoils per kg and year above threshold", rows)
        beside = Table("published_counts", "Published recoils per year beside ours", rates)
        tables = [beside, table] if rates else [table]
        return Section("Events against threshold", text, tables, [Picture("thresholds", caption, figure)])


def recoils_above(channel: ChannelCounts, thresholds: np.ndarray) -> np.ndarray:
    """Interactions above each threshold over the whole exposure, all flavours."""
    cells = np.asarray(channel.truth.sum(axis=0))
    above = np.append(np.cumsum(cells[::-1])[::-1], 0.0)
    return np.interp(np.sqrt(thresholds), np.sqrt(np.asarray(channel.cells)), above)


def published_counts() -> dict[str, float]:
    """Published counts per year by experiment, from the catalog of published numbers."""
    found = {}
    for tree, index in published():
        quantity = tree.data[index]["quantity"]
        if quantity["type"] == "CountsPerYear" and "set" not in quantity:
            found[quantity["experiment"]] = float(tree.data[index]["published"])
    return found


def working_point(experiment: Experiment) -> float:
    """The start of the detector's own seen axis, in keV."""
    return float(experiment.detector.seen.start / keV)
