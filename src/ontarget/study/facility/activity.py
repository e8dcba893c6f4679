"""What a radioactive target costs: decays in the window, those that look like recoils, and those that pile up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.target_activity import TargetDecays, decays_of, target_decays
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, RatePerMass, quantity, static
from ontarget.report.column import SIGMAS
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, prefixed


class Activity(Noun):
    """A batch of the target material, by the activity of its radioactive isotope."""

    activity: RatePerMass = quantity()
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "activity", 0.0)


class TargetActivity(AbstractTask):
    """Counts per year of the beta decays in an experiment's target, for `batches` of it, with and without pulse shape.

    Decays per window are of any energy: where they come near one, events overlap, which no count here knows. `key`
    stands before the name of the table.
    """

    experiment: str = static()
    batches: tuple[Activity, ...]
    key: str = static(default="")

    def check(self, context: Context) -> None:
        decays_of(context.experiment(self.experiment, "experiment"))

    def run(self, context: Context) -> Section:
        experiment, counts = context.experiment(self.experiment, "experiment"), context.counts(self.experiment)
        context.progress("beta decays of the target")
        found = target_decays(experiment, np.array([float(one.activity) for one in self.batches]), counts)
        text = (
            "Beta decays of the target itself within the window of the tag. Selections are those of the experiment, "
            "or none. A reconstruction has to separate a recoil from what overlaps with it."
        )
        table = Table(prefixed(self.key, "activity"), "Decays of the target", rows(self.batches, found), SHOWN)
        return Section("Activity of the target", text, [table], headline=headline(self.batches, found))


SHOWN = {"S/sqrt(S+B)": SIGMAS}


def headline(batches: Sequence[Activity], found: TargetDecays) -> list[Headline]:
    """Decays of each batch that all selections leave, and the significance of the signal above them."""
    return [
        Headline(
            f"{batch.name}, all selections",
            float(found.totals[-1, index]),
            unit="decays per year",
            note=f"S/sqrt(S+B) {number_text(float(found.significance[-1, index]), 2)}",
        )
        for index, batch in enumerate(batches)
    ]


def rows(batches: Sequence[Activity], found: TargetDecays) -> list[dict[str, Any]]:
    """One row per batch and selection, per calendar year."""
    significance = found.significance
    return [
        {
            "batch": batch.name,
            "activity (mBq/kg)": 1e3 * float(found.activities[index]),
            "selection": ", ".join(stages) or "none",
            "decays per window": float(found.per_window[index]),
            "counts per year": float(found.totals[selection, index]),
            "in the first bin of time": float(found.counts[selection, index, 0]),
            "signal per year": found.signal,
            "S/sqrt(S+B)": float(significance[selection, index]),
        }
        for index, batch in enumerate(batches)
        for selection, stages in enumerate(found.selections)
    ]
