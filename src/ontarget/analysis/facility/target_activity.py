"""What a radioactive target costs: its beta decays in the window of the tag, behind the detector's selection."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector import BetaDecays, Detector
from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.program import program
from ontarget.ground.units import Hz, kg, year
from ontarget.source import Running

UNIT = Hz / kg
"""Activity for which counts are computed once; all else is in proportion."""


@dataclass(frozen=True)
class TargetDecays:
    """Beta decays of the target at several activities, per calendar year.

    Attributes
    ----------
    activities : [batch] Bq/kg
    selections : [selection] the stages that are applied, none of them first, all of them last
    per_window : [batch] decays of any energy while the window of one pulse is open
    counts : [selection batch time] within the axes, by bin of the tag
    signal : neutrinos within the axes
    """

    activities: Float[np.ndarray, " batch"]
    selections: tuple[tuple[str, ...], ...]
    per_window: Float[np.ndarray, " batch"]
    counts: Float[np.ndarray, "selection batch time"]
    signal: float

    @property
    def totals(self) -> Float[np.ndarray, "selection batch"]:
        """Decays in all bins of time."""
        return self.counts.sum(axis=2)

    @property
    def significance(self) -> Float[np.ndarray, "selection batch"]:
        r""":math:`S/\sqrt{S + B}` with the decays as the only background."""
        return self.signal / np.sqrt(self.signal + self.totals)


def target_decays(
    experiment: Experiment, activities: Float[np.ndarray, " batch"] | None = None, counts: Counts | None = None
) -> TargetDecays:
    """Decays in an experiment's target, without and with the selection that its background of beta decays names.

    Parameters
    ----------
    activities : [batch] internal units (``np.array([1.0]) * Hz / kg``); the experiment's own by default
    counts : the experiment's own, where they are known already
    """
    decays, detector = decays_of(experiment), experiment.detector
    counts = experiment.expected() if counts is None else counts
    activities = np.array([float(decays.activity)]) if activities is None else activities
    running = experiment.exposure.running(experiment.facility)
    years = float(experiment.exposure.calendar(experiment.facility) / year)
    kept = [decays.efficiency[:stages] for stages in sorted({0, len(decays.efficiency)})]
    unit = [dataclasses.replace(decays, activity=jnp.asarray(UNIT), efficiency=stages) for stages in kept]
    by_unit = np.stack([np.asarray(by_time(one, detector, running)) for one in unit]) / years
    return TargetDecays(
        activities / UNIT,
        tuple(tuple(one.name or type(one).__name__ for one in stages) for stages in kept),
        activities * float(detector.mass * running.duty(detector.tag) / running.repetition),
        by_unit[:, None] * (activities / UNIT)[:, None],
        float(np.asarray(counts.signal()).sum()) / years,
    )


def decays_of(experiment: Experiment) -> BetaDecays:
    """The beta decays among an experiment's backgrounds."""
    found = [one for one in experiment.detector.backgrounds if isinstance(one, BetaDecays)]
    if len(found) != 1:
        truth = "The task asks about one background of type BetaDecays."
        raise InputError(f"{experiment.name}.backgrounds", f"{len(found)} of them", truth, "Give the detector one.")
    return found[0]


@program
def by_time(decays: BetaDecays, detector: Detector, running: Running) -> Float[Array, " time"]:
    """Counts over the exposure by bin of the tag."""
    return decays.expected(detector.mass, running, detector.tag, detector.seen.edges).sum(axis=1)
