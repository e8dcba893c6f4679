"""What a radioactive target costs: decays in the window, those that look like recoils, and those that pile up."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector import BetaDecays, Detector
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Noun, RatePerMass, quantity, static
from ontarget.ground.units import Hz, g, kg, year
from ontarget.report.section import Section, Table
from ontarget.source import Running
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

UNIT = Hz / kg
"""Activity for which counts are computed once; all else is in proportion."""


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
        context.experiment(self.experiment, "experiment")
        decays_of(self.experiment, context.experiment(self.experiment, "experiment"))

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        years = float(noun.exposure.calendar(noun.facility) / year)
        signal = float(np.asarray(context.counts(self.experiment).signal()).sum()) / years
        decays, rows = decays_of(self.experiment, noun), []
        selections = {0: behind_stages(noun, decays, 0)}
        selections[len(decays.efficiency)] = behind_stages(noun, decays, len(decays.efficiency))
        for batch in self.batches:
            context.progress(f"activity of {batch.name}")
            more = float(batch.activity / UNIT)
            for kept, counts in selections.items():
                rows.append(row_of(batch, noun, selected(decays, kept), signal, more * counts))
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


def selected(decays: BetaDecays, kept: int) -> BetaDecays:
    """The decays of one unit of activity behind the first `kept` stages of their selection."""
    return dataclasses.replace(decays, activity=jnp.asarray(UNIT), efficiency=decays.efficiency[:kept])


def behind_stages(experiment: Experiment, decays: BetaDecays, kept: int) -> np.ndarray:
    """Counts per calendar year by bin of time, behind the first `kept` stages."""
    exposure, facility = experiment.exposure, experiment.facility
    counts = by_time(selected(decays, kept), experiment.detector, exposure.running(facility))
    return np.asarray(counts) / float(exposure.calendar(facility) / year)


@eqx.filter_jit
def by_time(decays: BetaDecays, detector: Detector, running: Running) -> Float[Array, " bin"]:
    """Counts by bin of time."""
    return decays.expected(detector.mass, running, detector.tag, detector.seen.edges).sum(axis=1)


def row_of(
    batch: Activity, experiment: Experiment, decays: BetaDecays, signal: float, counts: np.ndarray
) -> dict[str, object]:
    """One batch behind the selection of these decays, per calendar year."""
    detector, running = experiment.detector, experiment.exposure.running(experiment.facility)
    return {
        "batch": batch.name,
        "activity (mBq/kg)": float(batch.activity / (1e-6 * Hz / g)),
        "selection": ", ".join(one.name or type(one).__name__ for one in decays.efficiency) or "none",
        "decays per window": float(batch.activity * detector.mass * running.duty(detector.tag) / running.repetition),
        "counts per year": float(counts.sum()),
        "in the first bin of time": float(counts[0]),
        "signal per year": signal,
        "S/sqrt(S+B)": signal / np.sqrt(signal + float(counts.sum())),
    }
