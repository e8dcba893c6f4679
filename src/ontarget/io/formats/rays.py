"""Decays and neutrinos one by one, as files of fluxes hold them: plain arrays, in internal units, per proton on target.

Frame of the tunnel throughout: z along its axis from its entrance, y up. The numbers of the rays add up; they are not
averages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.decays.redirect import energy_at_rest, muon_slope, polarised, redirect
from ontarget.beam.segment import Decays
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.units import MeV
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.particle import PARTICLES
from ontarget.source.site import BeamSite
from ontarget.source.tabulated_flux import TabulatedFlux, TabulatedSpectrum

PDG = dict(zip(FLAVOURS, (12, 14, 16, -12, -14, -16), strict=True))
"""Numbers of the neutrinos, by flavour."""

MASSES = {one.pdg: one.mass for one in PARTICLES.values()} | {130: 497.611 * MeV}
"""By PDG number, with the neutral kaon of other people's files (ParticleDataGroup:2024cfk)."""

MUONS = (13, -13)

PROCESSES = {
    ("K+", "k_munu"): 5,
    ("K+", "ke3"): 6,
    ("K+", "kmu3"): 7,
    ("K-", "k_munu"): 8,
    ("K-", "ke3"): 9,
    ("K-", "kmu3"): 10,
    ("mu+", "mu_nue"): 11,
    ("mu+", "mu_numu"): 11,
    ("mu-", "mu_nue"): 12,
    ("mu-", "mu_numu"): 12,
    ("pi+", "pi_munu"): 13,
    ("pi-", "pi_munu"): 14,
    ("pi+", "pi_enu"): 999,
    ("pi-", "pi_enu"): 999,
    ("K+", "k_enu"): 999,
    ("K-", "k_enu"): 999,
}
"""`ndecay` of dk2nu, by parent and name of the decay; 999 is what has no number there."""

Vectors = Float[np.ndarray, "ray 3"]
Numbers = Float[np.ndarray, " ray"]
Codes = Int[np.ndarray, " ray"]


@dataclass(frozen=True)
class DecayRays:
    """Decays of all kinds, one after another.

    Attributes
    ----------
    process : [ray] `ndecay` of dk2nu; parent, neutrino : [ray] PDG numbers
    place : [ray 3] and time : [ray] of the decay
    momentum, sent : [ray 3] of the parent and of its neutrino
    at_rest : [ray] energy of the neutrino in the parent's rest frame
    axis : [ray 3] of a muon's polarisation, as `beam.redirect.polarised` has it; zero for mesons
    number : [ray] decays per proton on target
    """

    process: Codes
    parent: Codes
    neutrino: Codes
    place: Vectors
    time: Numbers
    momentum: Vectors
    sent: Vectors
    at_rest: Numbers
    axis: Vectors
    number: Numbers

    def __len__(self) -> int:
        return len(self.number)

    def only(self, chosen: np.ndarray) -> DecayRays:
        """Some of them, by index or by truth values."""
        return DecayRays(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True)
class Window:
    """A parallelogram in space: a corner and two edges, lengths."""

    base: Float[np.ndarray, " 3"]
    along: Float[np.ndarray, " 3"]
    across: Float[np.ndarray, " 3"]

    @property
    def area(self) -> float:
        return float(np.linalg.norm(np.cross(self.along, self.across)))

    @property
    def normal(self) -> Float[np.ndarray, " 3"]:
        return np.cross(self.along, self.across) / self.area

    def points(self, u: Float[np.ndarray, "ray 2"]) -> Vectors:
        """Points in it from numbers uniform in [0, 1[."""
        return self.base + u[:, :1] * self.along + u[:, 1:] * self.across


@dataclass(frozen=True)
class NeutrinoRays:
    """Neutrinos that cross a window.

    Attributes
    ----------
    window
    neutrino : [ray] PDG numbers; momentum : [ray 3]
    place : [ray 3] in the window, and time : [ray] there
    flown : [ray] since the decay
    number : [ray] neutrinos through the window per proton on target
    decays : those that they came from, one by one, where they are known
    """

    window: Window
    neutrino: Codes
    momentum: Vectors
    place: Vectors
    time: Numbers
    flown: Numbers
    number: Numbers
    decays: DecayRays | None

    @property
    def energy(self) -> Numbers:
        return np.linalg.norm(self.momentum, axis=1)

    @property
    def fluence(self) -> Numbers:
        """What each adds to the mean flux over the window, 1/area per proton."""
        cosine = np.abs(self.momentum @ self.window.normal) / self.energy
        return self.number / (self.window.area * cosine)


def gather(modes: Iterable[tuple[AbstractDecay, Decays]]) -> DecayRays:
    """Decays of several modes as nature drew them (not forced to a vertex), whose `number` is decays per proton.

    `Decays` knows no spin: muons are taken unpolarised where their neutrinos are redirected.
    """
    parts = [_of_mode(mode, decays) for mode, decays in modes]
    if not parts:
        raise InputError("decays", "none", "A file of a flux holds decays.", "Give at least one mode.")
    return DecayRays(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(DecayRays)))


def _of_mode(mode: AbstractDecay, decays: Decays) -> DecayRays:
    name = getattr(mode, "name", "")
    if (mode.parent, name) not in PROCESSES:
        known = [decay for parent, decay in PROCESSES if parent == mode.parent]
        got = f"the decay {name!r} of {mode.parent}"
        raise InputError("decays", got, "It has no number in dk2nu.", did_you_mean(name, known))
    count, parent = len(decays.number), PARTICLES[mode.parent]
    momentum, sent = np.asarray(decays.parent), np.asarray(decays.neutrino)
    return DecayRays(
        np.full(count, PROCESSES[mode.parent, name]),
        np.full(count, parent.pdg),
        np.full(count, PDG[mode.neutrino]),
        np.asarray(decays.place),
        np.asarray(decays.time),
        momentum,
        sent,
        np.asarray(energy_at_rest(decays.parent, parent.mass, decays.neutrino)),
        np.zeros((count, 3)),
        np.asarray(decays.number),
    )


def window_of(site: BeamSite, tunnel: Tunnel) -> Window:
    """The front face of a detector behind a tunnel."""
    x, y = float(site.x - site.width / 2), float(site.y - site.height / 2)
    base = np.array([x, y, float(tunnel.length + site.distance)])
    return Window(base, np.array([float(site.width), 0.0, 0.0]), np.array([0.0, float(site.height), 0.0]))


def seen_from(rays: DecayRays, points: Float[np.ndarray, "#ray 3"]) -> tuple[Vectors, Numbers]:
    """Momenta of the neutrinos if each flies through its point (or all through one), and fluences, 1/area per decay."""
    points = np.broadcast_to(points, rays.place.shape)
    momenta, fluences = np.zeros_like(rays.momentum), np.zeros(len(rays))
    for parent in np.unique(rays.parent).tolist():
        if parent not in MASSES:
            truth = f"Masses are known of {sorted(MASSES)}."
            raise InputError("parent", f"the PDG number {parent}", truth, "Remove its decays.")
        chosen = rays.parent == parent
        given = [jnp.asarray(one[chosen]) for one in (rays.place, rays.momentum, rays.at_rest, points)]
        sent, fluence = redirect(given[0], given[1], MASSES[parent], given[2], given[3])
        momenta[chosen], fluences[chosen] = sent, fluence
        if parent in MUONS:
            fluences[chosen] *= _shares(rays.only(chosen), momenta[chosen])
    return momenta, fluences


def _shares(rays: DecayRays, sent: Vectors) -> Numbers:
    """How many more neutrinos of a polarised muon fly that way."""
    direction = sent / np.linalg.norm(sent, axis=1, keepdims=True)
    slope = np.where(np.abs(rays.neutrino) == 12, 1.0, muon_slope(jnp.asarray(rays.at_rest)))
    given = (jnp.asarray(one) for one in (rays.momentum, direction, rays.axis, slope))
    return np.asarray(polarised(*given))


def through(rays: DecayRays, window: Window, u: Float[np.ndarray, "ray 2"]) -> NeutrinoRays:
    """Every decay with its neutrino turned to a point of a window, and the number of neutrinos that stands for."""
    points = window.points(u)
    momentum, fluence = seen_from(rays, points)
    cosine = np.abs(momentum @ window.normal) / np.linalg.norm(momentum, axis=1)
    flown = np.linalg.norm(points - rays.place, axis=1)
    number = rays.number * fluence * window.area * cosine
    return NeutrinoRays(window, rays.neutrino, momentum, points, rays.time + flown / c, flown, number, rays)


def hits(rays: DecayRays, window: Window) -> NeutrinoRays:
    """The decays whose own neutrinos meet a window."""
    towards = rays.sent @ window.normal
    ahead = (window.base - rays.place) @ window.normal / np.where(towards == 0, np.inf, towards)
    place = rays.place + ahead[:, None] * rays.sent
    shares = np.linalg.lstsq(np.stack([window.along, window.across], axis=1), (place - window.base).T, rcond=None)[0]
    met = (ahead > 0) & (shares >= 0).all(axis=0) & (shares < 1).all(axis=0)
    chosen, flown = rays.only(met), (ahead * np.linalg.norm(rays.sent, axis=1))[met]
    time = chosen.time + flown / c
    return NeutrinoRays(window, chosen.neutrino, chosen.sent, place[met], time, flown, chosen.number, chosen)


def histogram(
    neutrino: Codes, energy: Numbers, fluence: Numbers, edges: Float[np.ndarray, " edge"], distance: float
) -> TabulatedFlux:
    """A table from neutrinos one by one; `fluence` is what each adds to the flux, 1/area per proton."""
    spectra = []
    for name, pdg in PDG.items():
        chosen = neutrino == pdg
        values = np.histogram(energy[chosen], edges, weights=fluence[chosen])[0]
        if values.sum() > 0:
            spectra.append(TabulatedSpectrum(jnp.asarray(values), name=name))
    if not spectra:
        truth = "The bins hold none of the neutrinos."
        raise InputError("edges", "an empty flux", truth, "Give bins where they are, in the right unit.")
    return TabulatedFlux(jnp.asarray(edges), tuple(spectra), jnp.asarray(distance))
