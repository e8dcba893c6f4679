"""What the planes of trackers in a beam must stand, and how well they measure momenta."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.beam import TrackedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import source_of
from ontarget.ground.units import gray
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import AbstractPlane, ArmPlane, Sensor, Trackers, dose, spectrometer_resolution
from ontarget.monitor.plane_hits import PlaneHits, plane_hits
from ontarget.source.facility import Facility
from ontarget.source.tunnel.decay_tunnel import DecayTunnel

RAD = 0.01 * gray

NONE = 1e-6  # of a pitch or a thickness: none

FEWEST_PLANES = 4  # that make a spectrometer


@dataclass(frozen=True)
class Load:
    """What one plane must stand where it is hit most; rates per time of a spill, the rest in the whole exposure.

    Attributes
    ----------
    rate : particles per area and time
    dose : energy per mass
    fluence : per area, of neutrons of 1 MeV that do as much damage to silicon
    error : relative statistical error of all three; zero of published numbers
    """

    rate: float
    dose: float
    fluence: float
    error: float = 0.0


@dataclass(frozen=True)
class PlaneLoad:
    """What crosses one plane.

    Attributes
    ----------
    plane : its name
    numbers : particles per proton on target by species ("pi+", "mu+ of pi_munu")
    spot_x, spot_y : standard deviations of where particles cross it, lengths
    peak : where it is hit most
    x, y : [x], [y] places of the map, lengths
    rate : [x y] particles per area and time of a spill
    """

    plane: str
    numbers: Mapping[str, float]
    spot_x: float
    spot_y: float
    peak: Load
    x: Float[np.ndarray, " x"]
    y: Float[np.ndarray, " y"]
    rate: Float[np.ndarray, "x y"]

    @property
    def muons(self) -> float:
        """Muons per proton on target, of either charge."""
        return sum((number for species, number in self.numbers.items() if species.startswith("mu")), 0.0)


def plane_loads(
    experiment: Experiment, trackers: Trackers, rays: int = 2**15, repeats: int = 8, seed: int = 1
) -> tuple[PlaneLoad, ...]:
    """Loads of all planes that the beam of an experiment reaches, from `repeats` lattices of `rays` for each species.

    The experiment's source is a DecayTunnel; others are refused.
    """
    return tuple(load_of(experiment, one) for one in planes_of(experiment, trackers, rays, repeats, seed))


def planes_of(experiment: Experiment, trackers: Trackers, rays: int, repeats: int, seed: int = 1) -> list[PlaneHits]:
    """What crosses the planes in an experiment, per proton on target."""
    source = tunnel_of(experiment)
    return plane_hits(source.beam, source.tunnel, source.decays, trackers, rays, repeats, seed)


def tunnel_of(experiment: Experiment) -> DecayTunnel:
    """The decay tunnel that an experiment has as its source; other sources are refused."""
    return source_of(experiment, DecayTunnel, "Trackers stand before and behind a decay tunnel.")


def load_of(experiment: Experiment, hits: PlaneHits) -> PlaneLoad:
    """What crosses a plane, in rates of the experiment's facility."""
    x, y, values = np.asarray(hits.raster.x), np.asarray(hits.raster.y), hits.map()
    return PlaneLoad(
        plane=hits.plane.name,
        numbers={species: float(np.mean(each)) for species, each in hits.number.items()},
        spot_x=spread(x, values.sum(axis=1)),
        spot_y=spread(y, values.sum(axis=0)),
        peak=load_on(experiment, hits),
        x=x,
        y=y,
        rate=values * during_spill(experiment.facility),
    )


def spread(nodes: Float[np.ndarray, " node"], weights: Float[np.ndarray, " node"]) -> float:
    """Standard deviation of nodes with weights."""
    return float(np.sqrt(np.average(nodes**2, weights=weights) - np.average(nodes, weights=weights) ** 2))


def during_spill(facility: Facility) -> float:
    """Protons on target per time while they come."""
    return float(facility.protons_while_running) / float(facility.repetition) / float(facility.pulse.length)


def load_on(experiment: Experiment, hits: PlaneHits) -> Load:
    """What a plane must stand where it is hit most."""
    peak, error, damage = hits.peak()
    protons = float(experiment.exposure.protons(experiment.facility))
    return Load(peak * during_spill(experiment.facility), float(dose(peak * protons)), damage * protons, error / peak)


@dataclass(frozen=True)
class LoadComparison:
    """The worst of some planes beside a published specification of them.

    Attributes
    ----------
    planes : names of those that the beam reaches
    worst : name of the one whose peak rate is the largest
    ours, published : loads
    """

    planes: tuple[str, ...]
    worst: str
    ours: Load
    published: Load

    @property
    def ratio(self) -> Load:
        """Ours over published, with the relative statistical error of ours."""
        ours, theirs = self.ours, self.published
        return Load(ours.rate / theirs.rate, ours.dose / theirs.dose, ours.fluence / theirs.fluence, ours.error)


def beside_published(loads: Sequence[PlaneLoad], planes: Sequence[str], published: Load) -> LoadComparison | None:
    """The worst of these planes beside the most that is published of any of them; None if the beam reaches none."""
    known = {one.plane: one.peak for one in loads}
    reached = tuple(name for name in planes if name in known)
    if not reached:
        return None
    worst = max(reached, key=lambda name: known[name].rate)
    return LoadComparison(reached, worst, known[worst], published)


@dataclass(frozen=True)
class MomentumResolution:
    """How well some planes measure the momentum of a particle, by the best fit: relative standard deviations.

    Attributes
    ----------
    planes : names
    particle : whose scattering counts
    momentum : at which
    resolution : of the momentum
    pixels : with planes without matter
    scattering : with exact points
    """

    planes: tuple[str, ...]
    particle: str
    momentum: float
    resolution: float
    pixels: float
    scattering: float


def momentum_resolutions(experiment: Experiment, trackers: Trackers) -> tuple[MomentumResolution, ...]:
    """Of the beam's spectrometer, where there is a line (its first four planes, and all of them), and of the muons'.

    At the reference momenta of the line and of the arm behind the tunnel. Fewer than four planes are no spectrometer.
    """
    beam = tunnel_of(experiment).beam
    inside = [plane for plane in trackers.planes if not isinstance(plane, ArmPlane)]
    behind: list[AbstractPlane] = [plane for plane in trackers.planes if isinstance(plane, ArmPlane)]
    sets = [(trackers.arm, behind, "mu+")]
    if isinstance(beam, TrackedBeam):
        sets = [(beam.line, inside[:FEWEST_PLANES], "pi+"), (beam.line, inside, "pi+"), *sets]
    found = []
    for line, planes, particle in sets:
        if len(planes) < FEWEST_PLANES:
            continue
        some = ((1.0, 1.0), (1.0, NONE), (NONE, 1.0))
        each = [[scaled(plane, pitch, thickness) for plane in planes] for pitch, thickness in some]
        errors = [float(spectrometer_resolution(line, one, PARTICLES[particle])) for one in each]
        names = tuple(one.name for one in planes)
        found.append(MomentumResolution(names, particle, float(line.momentum), *errors))
    return tuple(found)


def scaled(plane: AbstractPlane, pitch: float, thickness: float) -> AbstractPlane:
    """A plane whose sensors have other numbers: their pitch and thickness times these factors."""
    sensor = Sensor(plane.sensor.pitch * pitch, plane.sensor.resolution, plane.sensor.thickness * thickness)
    return dataclasses.replace(plane, sensor=sensor)
