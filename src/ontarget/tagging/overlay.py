"""Particles of the beam that pass while a neutrino interacts: some decay in the tunnel, the others fly through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ontarget.beam.decays.mode import BRANCHING
from ontarget.ground.constants import c
from ontarget.matter.particle import PARTICLES, Particle
from ontarget.tagging.background_tracks import Kind, Stream
from ontarget.tagging.track import Tracks

Vectors = Float[np.ndarray, "ray 3"]


@dataclass(frozen=True)
class TwoBody:
    """A decay to one charged particle and one that is not seen."""

    charged: str
    unseen: str
    branching: float


MODES = {
    "pi+": (TwoBody("mu+", "", BRANCHING["pi_munu"]),),
    "K+": (TwoBody("mu+", "", BRANCHING["k_munu"]), TwoBody("pi+", "pi0", BRANCHING["k_pipi0"])),
    "pi-": (TwoBody("mu-", "", BRANCHING["pi_munu"]),),
    "K-": (TwoBody("mu-", "", BRANCHING["k_munu"]), TwoBody("pi-", "pi0", BRANCHING["k_pipi0"])),
}
"""Decays whose charged particle is followed; that of all others is taken as lost (14 % of kaons, 0.01 % of pions)."""


def overlay(
    flow: Stream, middle: Float[np.ndarray, " event"], width: float, length: float, random: np.random.Generator
) -> tuple[Tracks, Tracks]:
    """Particles at T6 within `width` before or after the `middle` of each event, and what of them arrives at T7.

    A Poisson number of each kind. Numbers `who` start behind those of the events' own particles.
    """
    entering, leaving, first = [], [], len(middle)
    for kind in flow.kinds:
        event = np.repeat(np.arange(len(middle)), random.poisson(2 * width * kind.rate, len(middle)))
        drawn = kind.pool.only(random.integers(len(kind.pool), size=len(event)))
        time = middle[event] + width * (2 * random.random(len(event)) - 1)
        who = first + np.arange(len(event))
        first += len(event)
        there = Tracks(**(drawn.columns() | {"event": event, "who": who, "time": time}))
        entering.append(there)
        leaving.append(flown(kind, there, length, random))
    return Tracks.joined(entering), Tracks.joined(leaving)


def flown(kind: Kind, there: Tracks, length: float, random: np.random.Generator) -> Tracks:
    """What of the particles of a kind at T6 arrives at T7, `length` behind it: themselves, or what they decay to."""
    particle = PARTICLES[kind.name]
    secant = np.sqrt(1 + there.slope_x**2 + there.slope_y**2)
    if kind.name in MODES:
        mean = there.momentum / particle.mass * c * particle.lifetime
        place = random.exponential(size=len(there)) * mean / secant
    else:
        place = np.full(len(there), np.inf)
    decays = place < length
    through = straight(there.only(~decays), particle.mass, length)
    parents = straight(there.only(decays), particle.mass, place[decays])
    draw, low = random.random(len(parents)), 0.0
    arrived = through
    for mode in MODES.get(kind.name, ()):
        chosen = (low <= draw) & (draw < low + mode.branching)
        low += mode.branching
        born = charged(parents.only(chosen), particle, mode, random)
        further = straight(born, PARTICLES[mode.charged].mass, length - place[decays][chosen])
        arrived = Tracks.joined([arrived, further])
    return arrived


def straight(particles: Tracks, mass: float, step: float | Float[np.ndarray, " track"]) -> Tracks:
    """Particles of a mass (an energy) as they are further along z by a step, a length."""
    secant = np.sqrt(1 + particles.slope_x**2 + particles.slope_y**2)
    slowness = np.sqrt(1 + (mass / particles.momentum) ** 2) / c
    return replace(
        particles,
        x=particles.x + particles.slope_x * step,
        y=particles.y + particles.slope_y * step,
        time=particles.time + secant * slowness * step,
    )


def charged(parents: Tracks, particle: Particle, mode: TwoBody, random: np.random.Generator) -> Tracks:
    r"""The charged particle of an isotropic two-body decay, where its parent decays; what flies backwards is lost.

    .. math:: \vec p = \vec p^* + \vec P\,\frac{E_p + E_p^*}{E + m},\quad m E_p = E E_p^* + \vec P\cdot\vec p^*
    """
    mass, own = particle.mass, PARTICLES[mode.charged].mass
    other = PARTICLES[mode.unseen].mass if mode.unseen else 0.0
    inner = np.sqrt((mass**2 - (own + other) ** 2) * (mass**2 - (own - other) ** 2)) / (2 * mass)
    inner_energy = np.sqrt(inner**2 + own**2)
    cosine, turn = 2 * random.random(len(parents)) - 1, 2 * np.pi * random.random(len(parents))
    sine = np.sqrt(1 - cosine**2)
    star = inner * np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], axis=1)
    along = np.stack([parents.slope_x, parents.slope_y, np.ones(len(parents))], axis=1)
    momentum = parents.momentum[:, None] * along / np.sqrt((along**2).sum(axis=1, keepdims=True))
    energy = np.sqrt(parents.momentum**2 + mass**2)
    outer = (energy * inner_energy + (momentum * star).sum(axis=1)) / mass
    vector = star + momentum * ((outer + inner_energy) / (energy + mass))[:, None]
    forwards = vector[:, 2] > 0
    vector, kept = vector[forwards], parents.only(forwards)
    size = np.sqrt((vector**2).sum(axis=1))
    return replace(kept, slope_x=vector[:, 0] / vector[:, 2], slope_y=vector[:, 1] / vector[:, 2], momentum=size)
