"""What a radioactive target costs: decays in the window, those that look like recoils, and those that pile up."""

from __future__ import annotations

import dataclasses

import numpy as np

from ontarget.detector import BetaDecays
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Noun, RatePerMass, quantity, static
from ontarget.ground.units import Hz, g, year
from ontarget.report.section import Context, Section, Table
from ontarget.report.task import AbstractTask


class Activity(Noun):
    """A batch of the target material, by the activity of its radioactive isotope."""

    activity: RatePerMass = quantity()
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "activity", 0.0)


class TargetActivity(AbstractTask):
    """Counts per year of the beta decays in an experiment's target, for `batches` of it, with and without pulse shape.

    Decays per window are of any energy: where they come near one, events overlap, which no count here knows.
    """

    experiment: str = static()
    batches: tuple[Activity, ...]

    def check(self, context: Context) -> None:
        if self.experiment not in context.experiments:
            known = ", ".join(context.experiments)
            raise InputError("experiment", repr(self.experiment), f"The study has {known}.", "Name one of these.")
        decays_of(self.experiment, context.experiments[self.experiment].noun)

    def run(self, context: Context) -> Section:
        noun = context.experiments[self.experiment].noun
        signal = np.asarray(context.counts(self.experiment).signal()).sum(axis=1)
        decays, rows = decays_of(self.experiment, noun), []
        for batch in self.batches:
            context.progress(f"activity of {batch.name}")
            changed = dataclasses.replace(decays, activity=batch.activity)
            rows += [row_of(batch, noun, changed, signal, kept) for kept in (0, len(decays.efficiency))]
        text = (
            "Beta decays of the target itself within the window of the tag. Selections are those of the experiment, "
            "or none. A reconstruction has to tell a recoil from what overlaps with it."
        )
        return Section("Activity of the target", text, [Table("activity", "Decays of the target", rows)])


def decays_of(name: str, experiment: Experiment) -> BetaDecays:
    """The beta decays among an experiment's backgrounds."""
    found = [one for one in experiment.detector.backgrounds if isinstance(one, BetaDecays)]
    if len(found) != 1:
        truth = "The task asks about one background of type BetaDecays."
        raise InputError(f"{name}.backgrounds", f"{len(found)} of them", truth, "Give the detector one.")
    return found[0]


def row_of(
    batch: Activity, experiment: Experiment, decays: BetaDecays, signal: np.ndarray, kept: int
) -> dict[str, object]:
    """One batch behind the first `kept` stages of the selection."""
    detector, exposure = experiment.detector, experiment.exposure
    running = exposure.running(experiment.facility)
    years = float(exposure.calendar(experiment.facility) / year)
    shown = dataclasses.replace(decays, efficiency=decays.efficiency[:kept])
    counts = np.asarray(shown.expected(detector.mass, running, detector.tag, detector.seen.edges)).sum(axis=1)
    total = signal.sum() / years
    return {
        "batch": batch.name,
        "activity (mBq/kg)": float(batch.activity / (1e-6 * Hz / g)),
        "selection": ", ".join(one.name or type(one).__name__ for one in shown.efficiency) or "none",
        "decays per window": float(batch.activity * detector.mass * running.duty(detector.tag) / running.repetition),
        "counts per year": float(counts.sum()) / years,
        "in the first bin of time": float(counts[0]) / years,
        "signal per year": float(total),
        "S/sqrt(S+B)": float(total / np.sqrt(total + counts.sum() / years)),
    }
