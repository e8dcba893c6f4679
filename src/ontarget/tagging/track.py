"""Particles as they cross the ends of the tunnel, and tracks as the planes there measure them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ontarget.beam.scattering import highland
from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.tagging.arm import Arm
from ontarget.tagging.plane_crossing import PlaneCrossing

Numbers = Float[np.ndarray, " track"]


@dataclass(frozen=True, kw_only=True)
class Tracks(PlaneCrossing):
    """Particles, or tracks, at one plane: many events one after another.

    Attributes
    ----------
    event : [track] number of the interaction that they were recorded with
    who : [track] a number for each particle; a muon has that of its parent
    """

    event: Int[np.ndarray, " track"]
    who: Int[np.ndarray, " track"]


@dataclass(frozen=True)
class Precision:
    """How well the tracks of one arm are measured: standard deviations.

    Attributes
    ----------
    slope : [track] of each of the two slopes
    momentum : [track] of the momentum, a momentum
    time : of a track, a time
    mass : of what the arm is built for; at several GeV only the scattering knows of it, and hardly
    """

    slope: Numbers
    momentum: Numbers
    time: float
    mass: float


class Precisions(NamedTuple):
    """Of the tracks before the tunnel, and of those behind it."""

    before: Precision
    after: Precision


def precision(arm: Arm, tracks: Tracks, mass: float) -> Precision:
    """Standard deviations of measured tracks, from their measured momenta; `mass` is an energy."""
    point = float(arm.pitch) / np.sqrt(12) / float(arm.baseline)
    slope = np.sqrt(2 * point**2 + highland(tracks.momentum, mass, float(arm.thickness)) ** 2)
    return Precision(slope, float(arm.momentum) * tracks.momentum, float(arm.time) / np.sqrt(2), mass)


def at_entrance(arm: Arm, particles: Tracks, random: np.random.Generator) -> Tracks:
    """Tracks as T5 and T6 measure particles at T6, which they leave with the slopes that they have in the tunnel."""
    return _measured(arm, particles, pion_mass, -1.0, random)


def at_end(arm: Arm, particles: Tracks, random: np.random.Generator) -> Tracks:
    """Tracks as T7 and T8 measure particles that arrive at T7."""
    return _measured(arm, particles, muon_mass, 1.0, random)


def _measured(arm: Arm, particles: Tracks, mass: float, sign: float, random: np.random.Generator) -> Tracks:
    """Only what lies within both planes and is found; `sign` is that of the way from the tunnel to the other plane."""
    within = particles.x**2 + particles.y**2 < float(arm.aperture) ** 2
    particles = particles.only(within & (random.random(len(particles)) < float(arm.efficiency)))
    size, length, point = len(particles), float(arm.baseline), float(arm.pitch) / np.sqrt(12)
    kick = highland(particles.momentum, mass, float(arm.thickness))
    found, beyond = {}, np.zeros(size)
    for axis in ("x", "y"):
        near, far, turn = (random.standard_normal(size) for _ in range(3))
        outside = getattr(particles, f"slope_{axis}") + turn * kick
        place = getattr(particles, axis)
        beyond += (place + sign * length * outside) ** 2
        found[axis] = place + point * near
        found[f"slope_{axis}"] = outside + sign * point / length * (far - near)
    found["momentum"] = particles.momentum * (1 + float(arm.momentum) * random.standard_normal(size))
    found["time"] = particles.time + float(arm.time) / np.sqrt(2) * random.standard_normal(size)
    return Tracks(event=particles.event, who=particles.who, **found).only(beyond < float(arm.aperture) ** 2)
