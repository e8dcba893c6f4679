"""Pairs of a track that ends in the tunnel and one that begins there, and how each agrees with an interaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.tagging.columns import Columns
from ontarget.tagging.tagger import Tagger
from ontarget.tagging.track import Precisions, Tracks
from ontarget.tagging.two_body import RELEASED
from ontarget.tagging.veto import windows

SIGMAS = 3.0
"""Of what is measured, by which a limit of kinematics may be passed."""
ACROSS = 1.001 * RELEASED / pion_mass
"""Momentum of the muon in the rest frame of the pion: the largest across its flight, and what small angles forget."""
SOFTEST = 0.999 * (muon_mass / pion_mass) ** 2
"""Of the muon's momentum over the pion's, at several GeV."""

Numbers = Float[np.ndarray, " pair"]


@dataclass(frozen=True, kw_only=True)
class Pairs(Columns):
    """Pairs of a track before the tunnel and one behind it, with where their lines come nearest; internal units.

    Attributes
    ----------
    event : [pair] number of the interaction that both were recorded with
    before, after : [pair] numbers of the tracks
    z, z_error : [pair] where the two come nearest, in the tunnel, and its standard deviation; lengths
    x, y : [pair] there, on the pion's line; lengths
    apart : [pair] standard deviation of the distance of the lines there, per plane; a length
    """

    event: Int[np.ndarray, " pair"]
    before: Int[np.ndarray, " pair"]
    after: Int[np.ndarray, " pair"]
    z: Numbers
    z_error: Numbers
    x: Numbers
    y: Numbers
    apart: Numbers


def paired(before: Tracks, after: Tracks, known: Precisions, length: float, tagger: Tagger) -> Pairs:
    """All pairs in time whose momenta, kink and distance fit a pion that decays to a muon."""
    i, j = _in_time(before, after, known, length, float(tagger.in_time))
    p, q = before.momentum[i], after.momentum[j]
    error = SIGMAS * np.hypot(known.before.momentum[i] * SOFTEST, known.after.momentum[j])
    good = (q > SOFTEST * p - error) & (q < p + error / SOFTEST)
    i, j, q = i[good], j[good], q[good]
    kink_x, kink_y = before.slope_x[i] - after.slope_x[j], before.slope_y[i] - after.slope_y[j]
    error = q * np.hypot(known.before.slope[i], known.after.slope[j])
    good = q * np.hypot(kink_x, kink_y) < ACROSS + SIGMAS * error
    return _nearest(before, after, i[good], j[good], known, length, float(tagger.approach))


def _in_time(
    before: Tracks, after: Tracks, known: Precisions, length: float, sigmas: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose times agree for a decay somewhere: between a flight as a pion all the way, and one as a muon."""
    gate = sigmas * np.hypot(known.before.time, known.after.time)
    as_pion, as_muon = flight(before, pion_mass, length), flight(after, muon_mass, length)
    slack = max((np.abs(one - length / c).max(initial=0.0) for one in (as_pion, as_muon)), default=0.0)
    middle, coarse = before.time + length / c, gate + slack
    widest = max((np.abs(one).max(initial=0.0) for one in (middle, after.time)), default=0.0)
    span = 4 * (widest + coarse)
    keys = after.event * span + after.time
    order = np.argsort(keys, kind="stable")
    middle = before.event * span + middle
    i, j = windows(keys[order], middle - coarse, middle + coarse)
    j = order[j]
    flown = after.time[j] - before.time[i]
    soonest, latest = np.minimum(as_pion[i], as_muon[j]), np.maximum(as_pion[i], as_muon[j])
    good = (flown > soonest - gate) & (flown < latest + gate)
    return i[good], j[good]


def flight(tracks: Tracks, mass: float, length: float) -> Float[np.ndarray, " track"]:
    """Time that a particle takes for a length along z."""
    secant = np.sqrt(1 + tracks.slope_x**2 + tracks.slope_y**2)
    return length * secant * np.sqrt(1 + (mass / tracks.momentum) ** 2) / c


def _nearest(
    before: Tracks,
    after: Tracks,
    i: np.ndarray,
    j: np.ndarray,
    known: Precisions,
    length: float,
    sigmas: float,
) -> Pairs:
    """Where the lines of pairs come nearest across the beam, and those that come near enough, in the tunnel."""
    kink_x, kink_y = before.slope_x[i] - after.slope_x[j], before.slope_y[i] - after.slope_y[j]
    gap_x = before.x[i] - after.x[j] + after.slope_x[j] * length
    gap_y = before.y[i] - after.y[j] + after.slope_y[j] * length
    kink = np.maximum(np.hypot(kink_x, kink_y), 1e-12)
    z = -(gap_x * kink_x + gap_y * kink_y) / kink**2
    held = np.clip(z, 0.0, length)
    apart = np.hypot(held * known.before.slope[i], (length - held) * known.after.slope[j])
    distance = np.hypot(gap_x + held * kink_x, gap_y + held * kink_y)
    good = distance < sigmas * apart
    i, j, held = i[good], j[good], held[good]
    x, y = before.x[i] + before.slope_x[i] * held, before.y[i] + before.slope_y[i] * held
    return Pairs(
        event=before.event[i],
        before=i,
        after=j,
        z=held,
        z_error=np.minimum(apart[good] / kink[good], length),
        x=x,
        y=y,
        apart=apart[good],
    )


@dataclass(frozen=True)
class Seen:
    """Interactions as the detector sees them: vertex [event 3] (lengths), time [event], visible energy [event]."""

    vertex: Float[np.ndarray, "event 3"]
    time: Float[np.ndarray, " event"]
    visible: Float[np.ndarray, " event"]


def ray_to(pairs: Pairs, seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes of the neutrino from the kink to the vertex, and the distance along z."""
    vertex = seen.vertex[pairs.event]
    distance = vertex[:, 2] - pairs.z
    return (vertex[:, 0] - pairs.x) / distance, (vertex[:, 1] - pairs.y) / distance, distance


def kink_energy(before: Tracks, pairs: Pairs, slope_x: np.ndarray, slope_y: np.ndarray) -> np.ndarray:
    """Energy of the neutrino from its angle to the pion alone, for a decay at the kink."""
    p = before.momentum[pairs.before]
    angle2 = (slope_x - before.slope_x[pairs.before]) ** 2 + (slope_y - before.slope_y[pairs.before]) ** 2
    return 2 * RELEASED * p / (pion_mass**2 + p**2 * angle2)


def expected_time(before: Tracks, pairs: Pairs, seen: Seen, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When the pion would decay at z, and when its neutrino would interact."""
    k = pairs.before
    decay = before.time[k] + z * flight(before, pion_mass, 1.0)[k]
    vertex = seen.vertex[pairs.event]
    x, y = before.x[k] + before.slope_x[k] * z, before.y[k] + before.slope_y[k] * z
    flown = np.sqrt((vertex[:, 0] - x) ** 2 + (vertex[:, 1] - y) ** 2 + (vertex[:, 2] - z) ** 2)
    return decay, decay + flown / c


def plausible(
    before: Tracks, after: Tracks, known: Precisions, pairs: Pairs, seen: Seen, tagger: Tagger
) -> Bool[np.ndarray, " pair"]:
    """Whether a pair may go with the vertex, before anything is fitted."""
    return disagreement(before, after, known, pairs, seen, float(tagger.vertex)) < float(tagger.impact)


def disagreement(
    before: Tracks, after: Tracks, known: Precisions, pairs: Pairs, seen: Seen, vertex: float
) -> Float[np.ndarray, " pair"]:
    r"""Chi-square of what is missing across and along the beam, for an error of the `vertex` (a length) per axis.

    .. math:: \vec\Delta = \vec p_{\pi\perp} - \vec p_{\mu\perp} - E\,\vec n,\quad \delta = p_\pi - p_\mu - E

    with the energy E from the angle; its error holds those of both slopes, of the vertex, and of the decay point.
    """
    slope_x, slope_y, distance = ray_to(pairs, seen)
    energy = kink_energy(before, pairs, slope_x, slope_y)
    i, j = pairs.before, pairs.after
    p, q = before.momentum[i], after.momentum[j]
    off = [
        p * getattr(before, one)[i] - q * getattr(after, one)[j] - energy * slope
        for one, slope in (("slope_x", slope_x), ("slope_y", slope_y))
    ]
    angle = np.hypot(slope_x - before.slope_x[i], slope_y - before.slope_y[i])
    u = (p * angle / pion_mass) ** 2
    doubt = energy * (2 * u / (1 + u) * pairs.z_error / distance + 0.01)
    across = (p * known.before.slope[i]) ** 2 + (q * known.after.slope[j]) ** 2
    place = (energy / distance) ** 2 * (pairs.apart**2 + vertex**2)
    steep = doubt * np.hypot(slope_x, slope_y) + energy * angle * pairs.z_error / distance
    # errors of the momenta come with the slopes of the tracks
    lever = np.hypot(before.slope_x[i], before.slope_y[i]) * np.hypot(known.before.momentum[i], known.after.momentum[j])
    chi_square = (off[0] ** 2 + off[1] ** 2) / (across + place + steep**2 + lever**2)
    missing = (p - q - energy) ** 2 / (known.before.momentum[i] ** 2 + known.after.momentum[j] ** 2 + doubt**2)
    return chi_square + missing
