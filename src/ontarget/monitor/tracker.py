"""Planes of silicon in a beam, and what crosses them."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator, Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam import AbstractBeam, AbstractDecay, Beamline, Drift, Rays, Segments, TrackedBeam, Tunnel
from ontarget.beam.flight import ROUNDING, at_distance, decays_as_drawn, norm, room_in_tunnel
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError, check_positive, check_range, concrete, did_you_mean
from ontarget.ground.noun import Length, Noun, Number, Time, quantity, static
from ontarget.ground.program import fused, program
from ontarget.ground.units import LENGTH
from ontarget.matter.particle import PARTICLES, Particle


class Hits(Noun):
    """Particles where they cross a plane, each ray standing for a number of them per proton on target.

    Attributes
    ----------
    x, y, slope_x, slope_y : [ray] in the frame of the reference orbit at the plane
    momentum, time : [ray] energy, and since the proton struck (since the entrance for a parametrised beam)
    number : [ray]
    """

    x: Float[Array, " ray"]
    y: Float[Array, " ray"]
    slope_x: Float[Array, " ray"]
    slope_y: Float[Array, " ray"]
    momentum: Float[Array, " ray"]
    time: Float[Array, " ray"]
    number: Float[Array, " ray"]


class Coming(Noun):
    """Particles of one kind that come down a beam, as many rays at each of its stages.

    Attributes
    ----------
    target : where they leave the target, of a tracked beam
    flight : from the entrance of the tunnel on
    line : of the tracked beam
    tunnel, arm : and what follows
    particle : its name
    """

    target: Rays | None
    flight: Segments
    line: Beamline | None
    tunnel: Tunnel
    arm: Beamline
    particle: str = static()


@program
def coming(beam: AbstractBeam, tunnel: Tunnel, arm: Beamline, parent: str, u: Float[Array, "ray dimension"]) -> Coming:
    """The particles of one kind, from `beam.dimensions` numbers uniform in [0, 1[ for each ray."""
    flight = beam.segments(parent, "tunnel", tunnel, u)
    if isinstance(beam, TrackedBeam):
        return Coming(beam.born(parent, u), flight, beam.line, tunnel, arm, parent)
    return Coming(None, flight, None, tunnel, arm, parent)


class Sensor(Noun):
    """What a plane is made of.

    Attributes
    ----------
    pitch : of its square pixels
    resolution : standard deviation of the time of a hit
    thickness : in radiation lengths
    """

    pitch: Length = quantity()
    resolution: Time = quantity()
    thickness: Number = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "pitch", "resolution", "thickness")


class AbstractPlane(Noun):
    """One plane of a tracker, with its sensors."""

    sensor: Sensor
    name: str = static(default="", kw_only=True)

    def knows(self, beam: AbstractBeam) -> bool:
        """Whether a beam says what comes here."""
        return True

    @abstractmethod
    def passing(self, coming: Coming) -> Hits:
        """Where particles of the beam cross it."""

    def muons(
        self, coming: Coming, decays: Sequence[AbstractDecay], u: Float[Array, "ray dimension"]
    ) -> Iterator[tuple[AbstractDecay, Hits]]:
        """Where muons of decays in the tunnel cross it, by decay; none do before the tunnel's end.

        Parameters
        ----------
        u : uniform in [0, 1[; each decay takes the first 1 + `decay.dimensions` of each ray
        """
        return iter(())


class LinePlane(AbstractPlane):
    """A plane in a drift of a tracked beam's line.

    Attributes
    ----------
    place : from the beginning of the drift
    element : its name
    """

    place: Length = quantity()
    element: str = static(kw_only=True)

    def knows(self, beam: AbstractBeam) -> bool:
        return isinstance(beam, TrackedBeam)

    def passing(self, coming: Coming) -> Hits:
        if coming.line is None or coming.target is None:
            raise InputError(f"planes.{self.name}", "a beam without a line", "It stands in one.", "Use a TrackedBeam.")
        rays = tracked(cut(coming.line, self.element, self.place), coming.target)
        return crossing(PARTICLES[coming.particle], rays, jnp.zeros_like(rays.x))


class EntrancePlane(AbstractPlane):
    """A plane on the straight that ends at the tunnel's entrance.

    Attributes
    ----------
    before : distance to the entrance
    """

    before: Length = quantity()

    def __check_init__(self) -> None:
        check_range(self, "before", 0.0)

    def passing(self, coming: Coming) -> Hits:
        return seen_at(coming.flight, PARTICLES[coming.particle], -self.before)


class ArmPlane(AbstractPlane):
    """A plane in a drift of the arm behind the tunnel; muons of decays in the tunnel come here too.

    Attributes
    ----------
    place : from the beginning of the drift
    element : its name
    """

    place: Length = quantity()
    element: str = static(kw_only=True)

    def passing(self, coming: Coming) -> Hits:
        return self.behind(coming.flight, PARTICLES[coming.particle], coming)

    def muons(
        self, coming: Coming, decays: Sequence[AbstractDecay], u: Float[Array, "ray dimension"]
    ) -> Iterator[tuple[AbstractDecay, Hits]]:
        for decay in decays:
            if decay.lepton.startswith("mu"):
                flight = muons_of(coming, decay, u[:, : 1 + decay.dimensions])
                yield decay, self.behind(flight, PARTICLES[decay.lepton], coming)

    def behind(self, flight: Segments, particle: Particle, coming: Coming) -> Hits:
        """Of flights in the tunnel those that leave it through its end, at this plane."""
        rays, time = leaving(flight, particle, coming.tunnel.length)
        return crossing(particle, tracked(cut(coming.arm, self.element, self.place), rays), time)


@fused
def leaving(flight: Segments, particle: Particle, length: Float[Array, ""]) -> tuple[Rays, Float[Array, " ray"]]:
    """What leaves a tunnel of this length through its end, and when."""
    end = seen_at(flight, particle, length)
    slant = jnp.sqrt(1 + end.slope_x**2 + end.slope_y**2)
    through = flight.length >= (length - flight.start[:, 2]) * slant * (1 - ROUNDING)
    number = jnp.where(through, end.number, 0.0)
    return Rays(end.x, end.y, end.slope_x, end.slope_y, end.momentum, jnp.zeros_like(end.x), number), end.time


@program
def muons_of(coming: Coming, decay: AbstractDecay, u: Float[Array, "ray dimension"]) -> Segments:
    """Flights of the charged leptons of decays in the tunnel, up to its wall or its end."""
    born = decays_as_drawn(coming.flight, decay, u)
    room = room_in_tunnel(born.place, born.lepton / norm(born.lepton)[:, None], coming.tunnel)
    return Segments(born.place, born.lepton, room, born.time, born.number, 0 * born.place)


@program
def tracked(line: Beamline, rays: Rays) -> Rays:
    """Rays at the end of a line; compiled once for all lines of the same kinds of elements."""
    return line.track(rays)


class Trackers(Noun):
    """The planes of an experiment, and the arm in which the last of them stand.

    Attributes
    ----------
    planes : down the beam
    arm : elements behind the tunnel's end, from there on
    """

    planes: tuple[AbstractPlane, ...]
    arm: Beamline
    name: str = static(default="")

    def __check_init__(self) -> None:
        for plane in self.planes:
            if isinstance(plane, ArmPlane):
                cut(self.arm, plane.element, plane.place)


@fused
def seen_at(flight: Segments, particle: Particle, z: Float[Array, ""]) -> Hits:
    """Straight flights where they cross a plane square to the tunnel's axis."""
    size = norm(flight.momentum)
    slope_x, slope_y = (flight.momentum[:, i] / flight.momentum[:, 2] for i in range(2))
    distance = (z - flight.start[:, 2]) * jnp.sqrt(1 + slope_x**2 + slope_y**2)
    there = at_distance(flight, particle, distance, flight.length)
    return Hits(there.start[:, 0], there.start[:, 1], slope_x, slope_y, size, there.time, there.number)


@fused
def crossing(particle: Particle, rays: Rays, start: Float[Array, " ray"]) -> Hits:
    """Rays that began at a time and have flown their path, less those that have decayed on it."""
    speed = c * rays.momentum / jnp.sqrt(rays.momentum**2 + particle.mass**2)
    alive = rays.number * jnp.exp(-rays.path / particle.decay_length(rays.momentum))
    return Hits(rays.x, rays.y, rays.slope_x, rays.slope_y, rays.momentum, start + rays.path / speed, alive)


def cut(line: Beamline, element: str, place: Float[Array, ""]) -> Beamline:
    """A line up to a place in one of its drifts."""
    index = drift_of(line, element)
    drift = line.elements[index]
    low, high = concrete(place), concrete(drift.length)
    if low is not None and high is not None and not 0 <= low <= high:
        truth = f"The drift {element!r} is {LENGTH.show(high)} long."
        raise InputError("place", LENGTH.show(low), truth, "Give a place within it.")
    elements = (*line.elements[:index], dataclasses.replace(drift, length=place))
    return Beamline(elements, line.momentum, (*line.slices[:index], 2))


def drift_of(line: Beamline, element: str) -> int:
    """Which element of a line is the drift of this name."""
    drifts = {one.name: i for i, one in enumerate(line.elements) if isinstance(one, Drift)}
    if element not in drifts:
        raise InputError("element", repr(element), "No drift of the line is called so.", did_you_mean(element, drifts))
    return drifts[element]
