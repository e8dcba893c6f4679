"""From interactions to tags: overlay, tracks, pairs, fits, and the choice of one; a chunk of interactions at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.tagging.background_tracks import Stream
from ontarget.tagging.columns import Columns
from ontarget.tagging.interactions import Interactions
from ontarget.tagging.overlay import overlay
from ontarget.tagging.pair import Pairs, Seen, expected_time, flight, kink_energy, paired, plausible, ray_to
from ontarget.tagging.pair_fit import fit_pairs
from ontarget.tagging.plane_crossing import PlaneCrossing
from ontarget.tagging.tagger import Tagger
from ontarget.tagging.track import Precisions, Tracks, at_end, at_entrance, precision
from ontarget.tagging.veto import match_through_going

CHUNK = 256
"""Interactions at a time: what they need fits the cache."""

Numbers = Float[np.ndarray, " event"]
Counts = Int[np.ndarray, " event"]
Flags = Bool[np.ndarray, " event"]


@dataclass(frozen=True, kw_only=True)
class Tags(Columns):
    """The tag of each interaction, if it has one; internal units.

    Attributes
    ----------
    before, after : [event] whether its own parent, and its own lepton, were found at T6 and T7
    left : [event] tracks left at T6 and T7 after those that went through were removed
    pairs : [event] of these, in time and in space
    own_pair : [event] whether its own pair is among the pairs
    candidates : [event] pairs below the cut on chi-square; 0: untagged
    chi_square : [event] of the best of them; 0 where there is none, here and in the next three
    energy, error : [event] of the neutrino by the best candidate, with its standard deviation
    z : [event] of the decay by the best candidate, a length
    right : [event] whether the best candidate is its own parent and its own lepton
    window : [event] pairs in the plain window cut
    window_energy : [event] of the neutrino by the nearest of these
    window_right : [event] whether that is its own pair
    """

    before: Flags
    after: Flags
    left: Counts
    pairs: Counts
    own_pair: Flags
    candidates: Counts
    chi_square: Numbers
    energy: Numbers
    error: Numbers
    z: Numbers
    right: Flags
    window: Counts
    window_energy: Numbers
    window_right: Flags


@dataclass(frozen=True, kw_only=True)
class Candidates(Columns):
    """Pairs that may be tags: some of each event, or none.

    Attributes
    ----------
    event : [candidate] number of the interaction
    rank : [candidate] the smallest of an event is taken
    own : [candidate] whether the pair is the interaction's own
    energy, error, z : [candidate] of the neutrino, its standard deviation, and z of the decay
    """

    event: Int[np.ndarray, " candidate"]
    rank: Float[np.ndarray, " candidate"]
    own: Bool[np.ndarray, " candidate"]
    energy: Float[np.ndarray, " candidate"]
    error: Float[np.ndarray, " candidate"]
    z: Float[np.ndarray, " candidate"]


@dataclass(frozen=True)
class Best:
    """How many candidates each event has (`number` [event]), and the best of each event that has any."""

    number: Counts
    best: Candidates

    def column(self, name: str) -> np.ndarray:
        """A column of the best candidates [event]; zero or false for an event that has none."""
        values = getattr(self.best, name)
        found = np.zeros(len(self.number), values.dtype)
        found[self.best.event] = values
        return found


def best_of(candidates: Candidates, events: int) -> Best:
    """The candidate of the smallest rank of each of so many events."""
    first = np.lexsort((candidates.rank, candidates.event))
    first = first[np.unique(candidates.event[first], return_index=True)[1]]
    return Best(np.bincount(candidates.event, minlength=events), candidates.only(first))


def half_width(tagger: Tagger) -> float:
    r"""Half-width of the time window at T6, a time: :math:`n\,\sigma_\mathrm{eff}` and the slack.

    .. math:: \sigma_\mathrm{eff}^2 = \sigma_t^2 + \sigma_\pi^2 + (\sigma_z/c)^2
    """
    return float(tagger.window) * time_error(tagger) + float(tagger.slack)


def time_error(tagger: Tagger) -> float:
    """Standard deviation of the time of an interaction against that of the pion at T6."""
    squares = tagger.time**2 + tagger.pions.time**2 / 2 + (tagger.vertex / c) ** 2
    return float(squares) ** 0.5


def tag(events: Interactions, flow: Stream, tagger: Tagger, length: float, random: np.random.Generator) -> Tags:
    """Tag interactions behind a tunnel of this length, with what else passes at the time."""
    seen = observed(events, tagger, random)
    middle = seen.time - np.sqrt((seen.vertex**2).sum(axis=1)) / c
    entering, leaving = overlay(flow, middle, half_width(tagger), length, random)
    before = at_entrance(tagger.pions, Tracks.joined([own(events.entering), entering]), random)
    after = at_end(tagger.muons, Tracks.joined([own(events.leaving), leaving]), random)
    # nothing is looked at that is out of time
    before = before.only(np.abs(before.time - middle[before.event]) < half_width(tagger))
    return associate(events, seen, before, after, tagger, length)


def observed(events: Interactions, tagger: Tagger, random: np.random.Generator) -> Seen:
    """Interactions as the detector sees them: vertex, time and visible energy, each with its error drawn."""
    vertex = events.vertex + float(tagger.vertex) * random.standard_normal((len(events), 3))
    time = events.time + float(tagger.time) * random.standard_normal(len(events))
    return Seen(vertex, time, events.energy * (1 + float(tagger.visible) * random.standard_normal(len(events))))


def own(particles: PlaneCrossing) -> Tracks:
    """The events' own particles [event] at a plane, those that get there."""
    number = np.arange(len(particles))
    return Tracks(event=number, who=number, **particles.columns()).only(particles.momentum > 0)


def associate(events: Interactions, seen: Seen, before: Tracks, after: Tracks, tagger: Tagger, length: float) -> Tags:
    """Remove what went through, pair the rest, fit, choose."""
    found = _found(before, len(events)), _found(after, len(events))
    known = precisions(before, after, tagger)
    gone = match_through_going(before, after, known, length, float(tagger.through))
    before, after = before.only(~gone[0]), after.only(~gone[1])
    left = np.bincount(before.event, minlength=len(seen.time)) + np.bincount(after.event, minlength=len(seen.time))
    known = precisions(before, after, tagger)
    pairs = paired(before, after, known, length, tagger)
    mine = before.who[pairs.before] == pairs.event
    mine &= after.who[pairs.after] == pairs.event
    window = best_of(plain_window(before, after, pairs, seen, mine, tagger), len(events))
    fitted = best_of(fitted_pairs(before, after, known, pairs, mine, seen, tagger, length), len(events))
    return Tags(
        before=found[0],
        after=found[1],
        left=left,
        pairs=np.bincount(pairs.event, minlength=len(events)),
        own_pair=np.bincount(pairs.event[mine], minlength=len(events)) > 0,
        candidates=fitted.number,
        chi_square=fitted.column("rank"),
        energy=fitted.column("energy"),
        error=fitted.column("error"),
        z=fitted.column("z"),
        right=fitted.column("own"),
        window=window.number,
        window_energy=window.column("energy"),
        window_right=window.column("own"),
    )


def precisions(before: Tracks, after: Tracks, tagger: Tagger) -> Precisions:
    """How well the tracks of both arms are measured."""
    return Precisions(precision(tagger.pions, before, pion_mass), precision(tagger.muons, after, muon_mass))


def _found(tracks: Tracks, events: int) -> Flags:
    """Of each event, whether its own particle is among the tracks."""
    found = np.zeros(events, bool)
    found[tracks.event[tracks.who == tracks.event]] = True
    return found


def fitted_pairs(
    before: Tracks,
    after: Tracks,
    known: Precisions,
    pairs: Pairs,
    mine: np.ndarray,
    seen: Seen,
    tagger: Tagger,
    length: float,
) -> Candidates:
    """Fit what is plausible: pairs whose chi-square, of space and time, and energy agree with their interaction."""
    _, expected = expected_time(before, pairs, seen, pairs.z)
    in_time = np.abs(seen.time[pairs.event] - expected) < np.sqrt(float(tagger.chi_square)) * time_error(tagger) * 1.05
    good = in_time & plausible(before, after, known, pairs, seen, tagger)
    pairs, mine = pairs.only(good), mine[good]
    i, j, vertex = pairs.before, pairs.after, seen.vertex[pairs.event]
    starts = np.stack([pairs.z, pairs.z / 2, (pairs.z + length) / 2], axis=1)
    pion_and_vertex = np.concatenate([before.only(i).vectors(), vertex[:, :2]], axis=1)
    fitted = fit_pairs(pion_and_vertex, after.only(j).vectors(), starts, vertex[:, 2], length, tagger)
    energy, error, z = (np.asarray(one) for one in (fitted.energy, fitted.error, fitted.z))
    chi_square = np.asarray(fitted.chi_square) + time_chi_square(before, after, pairs, seen, z, tagger, length)
    agrees = np.abs(seen.visible[pairs.event] / energy - 1) < float(tagger.energies) * float(tagger.visible)
    kept = np.flatnonzero((chi_square < float(tagger.chi_square)) & agrees & (error > 0))
    return Candidates(event=pairs.event, rank=chi_square, own=mine, energy=energy, error=error, z=z).only(kept)


def time_chi_square(
    before: Tracks, after: Tracks, pairs: Pairs, seen: Seen, z: np.ndarray, tagger: Tagger, length: float
) -> np.ndarray:
    """Of the times of muon and neutrino, both against that of the pion, which they share; two degrees of freedom."""
    decay, interaction = expected_time(before, pairs, seen, z)
    j = pairs.after
    arrival = decay + (length - z) * flight(after, muon_mass, 1.0)[j]
    muon, neutrino = after.time[j] - arrival, seen.time[pairs.event] - interaction
    shared = float(tagger.pions.time) ** 2 / 2
    own_muon = float(tagger.muons.time) ** 2 / 2
    own_neutrino = float(tagger.time) ** 2 + (float(tagger.vertex) / c) ** 2
    determinant = (shared + own_muon) * (shared + own_neutrino) - shared**2
    squares = muon**2 * (shared + own_neutrino) + neutrino**2 * (shared + own_muon) - 2 * muon * neutrino * shared
    return squares / determinant


def plain_window(
    before: Tracks, after: Tracks, pairs: Pairs, seen: Seen, mine: np.ndarray, tagger: Tagger
) -> Candidates:
    """The plain cut, without a fit: pion less muon points within a radius of the vertex, and the time is right."""
    i, j, vertex = pairs.before, pairs.after, seen.vertex[pairs.event]
    p, q = before.momentum[i], after.momentum[j]
    along = np.maximum(p - q, 1e-3 * p)
    distance = vertex[:, 2] - pairs.z
    x = pairs.x + (p * before.slope_x[i] - q * after.slope_x[j]) / along * distance
    y = pairs.y + (p * before.slope_y[i] - q * after.slope_y[j]) / along * distance
    away = np.hypot(x - vertex[:, 0], y - vertex[:, 1])
    _, expected = expected_time(before, pairs, seen, pairs.z)
    moment = np.abs(seen.time[pairs.event] - expected)
    kept = np.flatnonzero((away < float(tagger.radius)) & (moment < float(tagger.moment)))
    slope_x, slope_y, _ = ray_to(pairs, seen)
    energy = kink_energy(before, pairs, slope_x, slope_y)
    unknown = np.zeros(len(pairs))
    whole = Candidates(event=pairs.event, rank=away, own=mine, energy=energy, error=unknown, z=pairs.z)
    return whole.only(kept)
