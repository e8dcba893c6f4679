"""Published loads of trackers."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from ontarget.analysis.tracker_loads import Load, load_on, planes_of
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import static
from ontarget.ground.units import DOSE, PER_AREA, RATE_PER_AREA, Dimension
from ontarget.io.entry import load
from ontarget.validation.quantity import AbstractQuantity, digest_of

LAST: dict[tuple[str, str, tuple[str, ...]], Load] = {}
"""What was computed last: several published numbers are of one beam."""

RAYS, REPEATS = 2**13, 4  # errors below one per cent for a parametrised beam


class PeakRate(AbstractQuantity):
    """Hits per area and time of a spill where they are most, on the worst of some planes of a set of trackers."""

    planes: tuple[str, ...] = static(kw_only=True)
    trackers: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = RATE_PER_AREA

    def of(self, experiment: Experiment) -> float:
        return worst(experiment, self.trackers, self.planes).rate


class PeakDose(AbstractQuantity):
    """Dose in silicon in the whole exposure there."""

    planes: tuple[str, ...] = static(kw_only=True)
    trackers: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = DOSE

    def of(self, experiment: Experiment) -> float:
        return worst(experiment, self.trackers, self.planes).dose


class PeakFluence(AbstractQuantity):
    """Fluence in the whole exposure there, in neutrons of 1 MeV that do as much damage to silicon."""

    planes: tuple[str, ...] = static(kw_only=True)
    trackers: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = PER_AREA

    def of(self, experiment: Experiment) -> float:
        return worst(experiment, self.trackers, self.planes).fluence


def worst(experiment: Experiment, name: str, planes: tuple[str, ...]) -> Load:
    """What the plane must stand, of these in a catalog entry, that is hit most."""
    key = (digest_of(experiment), name, planes)
    if key not in LAST:
        LAST.clear()
        LAST[key] = worst_of(experiment, name, planes)
    return LAST[key]


def worst_of(experiment: Experiment, name: str, planes: tuple[str, ...]) -> Load:
    """The same, computed."""
    trackers = load(name)
    some = tuple(plane for plane in trackers.planes if plane.name in planes)
    found = planes_of(experiment, dataclasses.replace(trackers, planes=some), RAYS, REPEATS)
    if not found:
        truth = f"The beam of {experiment.name} reaches none of them, or {name} has none of these names."
        raise InputError("planes", ", ".join(planes), truth, "Name others.")
    return max((load_on(experiment, one) for one in found), key=lambda one: one.rate)
