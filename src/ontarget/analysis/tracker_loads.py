"""What the planes of trackers in a beam must stand."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.units import gray
from ontarget.monitor import AbstractPlane, Sensor, Trackers, dose
from ontarget.monitor.plane_hits import PlaneHits, plane_hits
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.facility import Facility

RAD = 0.01 * gray

NONE = 1e-6  # of a pitch or a thickness: none


@dataclass(frozen=True)
class Load:
    """What one plane must stand where it is hit most; rates per time of a spill, the rest in the whole exposure.

    `error` is the relative statistical error of all three.
    """

    rate: float
    dose: float
    fluence: float
    error: float


def tunnel_of(experiment: Experiment) -> DecayTunnel:
    """The decay tunnel that an experiment has as its source."""
    if not isinstance(experiment.source, DecayTunnel):
        truth = "Trackers stand before and behind a decay tunnel."
        raise InputError(f"{experiment.name}.source", type(experiment.source).__name__, truth, "Name another.")
    return experiment.source


def planes_of(
    experiment: Experiment,
    trackers: Trackers,
    rays: int,
    repeats: int,
    seed: int = 1,
) -> list[PlaneHits]:
    """What crosses the planes in an experiment."""
    source = tunnel_of(experiment)
    return plane_hits(source.beam, source.tunnel, source.decays, trackers, rays, repeats, seed)


def during_spill(facility: Facility) -> float:
    """Protons per time while they come."""
    return float(facility.protons_while_running / facility.repetition / facility.pulse.length)


def load_on(experiment: Experiment, one: PlaneHits) -> Load:
    """The peaks of a plane."""
    peak, error, damage = one.peak()
    protons = float(experiment.exposure.protons(experiment.facility))
    return Load(peak * during_spill(experiment.facility), float(dose(peak * protons)), damage * protons, error / peak)


def scaled(plane: AbstractPlane, pitch: float, thickness: float) -> AbstractPlane:
    """A plane with other sensors."""
    sensor = Sensor(plane.sensor.pitch * pitch, plane.sensor.resolution, plane.sensor.thickness * thickness)
    return dataclasses.replace(plane, sensor=sensor)
