"""From interactions to tags: overlay, tracks, pairs, fits, and the choice of one; a chunk of interactions at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.tagging.background_tracks import Stream
from ontarget.tagging.interactions import Interactions
from ontarget.tagging.overlay import overlay
from ontarget.tagging.pair import Pairs, Seen, expected_time, flight, kink_energy, paired, plausible, ray_to
from ontarget.tagging.pair_fit import fit_pairs
from ontarget.tagging.tagger import Tagger
from ontarget.tagging.track import Precision, Tracks, at_end, at_entrance, precision
from ontarget.tagging.veto import match_through_going

CHUNK = 256
"""Interactions at a time: what they need fits the cache."""

Numbers = Float[np.ndarray, " event"]
Counts = Int[np.ndarray, " event"]
Flags = Bool[np.ndarray, " event"]


@dataclass(frozen=True)
class Tags:
    """What came of each interaction.

    Attributes
    ----------
    before, after : whether its own parent, and its own lepton, were found at T6 and T7
    left : tracks left at T6 and T7 after those that went through were removed; pairs : in time and in space
    candidates : pairs below the cut on chi-square; 0: untagged
    chi_square, energy, error, z : of the best of them; 0 where there is none
    right : whether that is its own parent and its own lepton
    own_pair : whether its own pair is among the pairs
    window : pairs in the plain window cut; window_energy : of the nearest, window_right
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

    def __len__(self) -> int:
        return len(self.before)

    def only(self, chosen: np.ndarray | slice) -> Tags:
        """Some of them."""
        return Tags(*(getattr(self, field.name)[chosen] for field in fields(self)))


def joined_tags(parts: Sequence[Tags]) -> Tags:
    """All of these, one after another."""
    return Tags(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Tags)))


def half_width(tagger: Tagger) -> float:
    r"""Of the time window at T6, :math:`n\,\sigma_\mathrm{eff}` and the slack.

    .. math:: \sigma_\mathrm{eff}^2 = \sigma_t^2 + \sigma_\pi^2 + (\sigma_z/c)^2
    """
    return float(tagger.window) * time_error(tagger) + float(tagger.slack)


def time_error(tagger: Tagger) -> float:
    """Of the time of an interaction against that of the pion at T6."""
    squares = tagger.time**2 + tagger.pions.time**2 / 2 + (tagger.vertex / c) ** 2
    return float(squares) ** 0.5


def tag(events: Interactions, flow: Stream, tagger: Tagger, length: float, random: np.random.Generator) -> Tags:
    """Tag interactions in a tunnel of this length, with what else passes at the time."""
    seen = observed(events, tagger, random)
    middle = seen.time - np.sqrt((seen.vertex**2).sum(axis=1)) / c
    entering, leaving = overlay(flow, middle, half_width(tagger), length, random)
    before = at_entrance(tagger.pions, own(events.entering).and_(entering), random)
    after = at_end(tagger.muons, own(events.leaving).and_(leaving), random)
    # nothing is looked at that is out of time
    before = before.only(np.abs(before.time - middle[before.event]) < half_width(tagger))
    return associate(events, seen, before, after, tagger, length)


def observed(events: Interactions, tagger: Tagger, random: np.random.Generator) -> Seen:
    """Interactions as the detector sees them."""
    vertex = events.vertex + float(tagger.vertex) * random.standard_normal((len(events), 3))
    time = events.time + float(tagger.time) * random.standard_normal(len(events))
    return Seen(vertex, time, events.energy * (1 + float(tagger.visible) * random.standard_normal(len(events))))


def own(rows: Float[np.ndarray, "event 6"]) -> Tracks:
    """The events' own particles at a plane, those that get there."""
    number = np.arange(len(rows))
    return Tracks(number, number, *np.ascontiguousarray(rows.T)).only(rows[:, 4] > 0)


def associate(events: Interactions, seen: Seen, before: Tracks, after: Tracks, tagger: Tagger, length: float) -> Tags:
    """Remove what went through, pair the rest, fit, choose."""
    found = _found(before, len(events)), _found(after, len(events))
    known = precision(tagger.pions, before, pion_mass), precision(tagger.muons, after, muon_mass)
    gone = match_through_going(before, after, known, length, float(tagger.through))
    before, after = before.only(~gone[0]), after.only(~gone[1])
    left = np.bincount(before.event, minlength=len(seen.time)) + np.bincount(after.event, minlength=len(seen.time))
    known = precision(tagger.pions, before, pion_mass), precision(tagger.muons, after, muon_mass)
    pairs = paired(before, after, known, length, tagger)
    mine = before.who[pairs.before] == pairs.event
    mine &= after.who[pairs.after] == pairs.event
    simple = plain_window(before, after, pairs, seen, mine, tagger)
    fitted = fitted_pairs(before, after, known, pairs, mine, seen, tagger, length)
    numbers = np.bincount(pairs.event, minlength=len(events))
    owned = np.bincount(pairs.event[mine], minlength=len(events)) > 0
    return Tags(*found, left, numbers, owned, *fitted, *simple)


def _found(tracks: Tracks, events: int) -> Flags:
    """Of each event, whether its own particle is among the tracks."""
    found = np.zeros(events, bool)
    found[tracks.event[tracks.who == tracks.event]] = True
    return found


def fitted_pairs(
    before: Tracks,
    after: Tracks,
    known: tuple[Precision, Precision],
    pairs: Pairs,
    mine: np.ndarray,
    seen: Seen,
    tagger: Tagger,
    length: float,
) -> tuple[np.ndarray, ...]:
    """Fit what is plausible; number of candidates, and the best of each event."""
    _, expected = expected_time(before, pairs, seen, pairs.z)
    in_time = np.abs(seen.time[pairs.event] - expected) < np.sqrt(float(tagger.chi_square)) * time_error(tagger) * 1.05
    good = in_time & plausible(before, after, known, pairs, seen, tagger)
    pairs, mine = pairs.only(good), mine[good]
    i, j, vertex = pairs.before, pairs.after, seen.vertex[pairs.event]
    measured = np.stack([before.x[i], before.y[i], before.slope_x[i], before.slope_y[i], before.momentum[i]], axis=1)
    muon = np.stack([after.x[j], after.y[j], after.slope_x[j], after.slope_y[j], after.momentum[j]], axis=1)
    starts = np.stack([pairs.z, pairs.z / 2, (pairs.z + length) / 2], axis=1)
    both = np.concatenate([measured, vertex[:, :2]], axis=1)
    chi_square, energy, error, z = fit_pairs(both, muon, starts, vertex[:, 2], length, tagger)
    chi_square = chi_square + time_chi_square(before, after, pairs, seen, z, tagger, length)
    agrees = np.abs(seen.visible[pairs.event] / energy - 1) < float(tagger.energies) * float(tagger.visible)
    kept = np.flatnonzero((chi_square < float(tagger.chi_square)) & agrees & (error > 0))
    return chosen(pairs.event[kept], chi_square[kept], (energy[kept], error[kept], z[kept]), mine[kept], len(seen.time))


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


def chosen(
    event: np.ndarray, order: np.ndarray, columns: tuple[np.ndarray, ...], mine: np.ndarray, events: int
) -> tuple[np.ndarray, ...]:
    """How many candidates each event has; the smallest in `order`, its columns, and whether it is the event's own."""
    number = np.bincount(event, minlength=events)
    first = np.lexsort((order, event))
    first = first[np.unique(event[first], return_index=True)[1]]
    whole = [np.zeros(events) for _ in range(1 + len(columns))]
    for row, column in zip(whole, (order, *columns), strict=True):
        row[event[first]] = column[first]
    right = np.zeros(events, bool)
    right[event[first]] = mine[first]
    return number, *whole, right


def plain_window(
    before: Tracks, after: Tracks, pairs: Pairs, seen: Seen, mine: np.ndarray, tagger: Tagger
) -> tuple[np.ndarray, ...]:
    """The plain cut: momentum of pion less muon points within a radius of the vertex, and the time is right."""
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
    number, _, best, right = chosen(pairs.event[kept], away[kept], (energy[kept],), mine[kept], len(seen.time))
    return number, best, right
