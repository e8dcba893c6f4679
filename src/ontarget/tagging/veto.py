"""Tracks that went straight through the tunnel: found at both ends, and removed."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.constants import c, kaon_mass, pion_mass, proton_mass
from ontarget.tagging.track import Precision, Precisions, Tracks

MASSES = (pion_mass, kaon_mass, proton_mass)
REACH = 5.0
"""Standard deviations of a slope within which a partner is sought."""
GATE = 4.0
"""Standard deviations of the time of flight, of any of the `MASSES`."""

Indices = Int[np.ndarray, " pair"]


def windows(
    keys: Float[np.ndarray, " one"], low: Float[np.ndarray, " other"], high: Float[np.ndarray, " other"]
) -> tuple[Indices, Indices]:
    """All pairs of a member of sorted keys and an interval that holds it: numbers of intervals, and of members."""
    first, last = np.searchsorted(keys, low), np.searchsorted(keys, high)
    counts = np.maximum(last - first, 0)
    interval = np.repeat(np.arange(len(low)), counts)
    ends = np.cumsum(counts)
    return interval, np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - counts), counts)


def keyed(event: Int[np.ndarray, " track"], value: Float[np.ndarray, " track"], span: float) -> np.ndarray:
    """One number that sorts by event, and by value within it; values beyond half the span are held there."""
    return event * span + np.clip(value, -span / 2.01, span / 2.01)


def match_through_going(
    before: Tracks, after: Tracks, known: Precisions, length: float, most: float
) -> tuple[Bool[np.ndarray, " before"], Bool[np.ndarray, " after"]]:
    """Which tracks of both arms are one and the same particle, one to one, best chi-square first.

    The line from T6 to T7 is known much better than either slope: four differences of slopes and one of momenta make
    a chi-square of five numbers. `most` of it is taken.
    """
    order = np.argsort(after.event * 1.0 * _span(before, after, length) + after.x, kind="stable")
    i, j = _near(before, after, order, known.before, length)
    i, j, chi_square = _matched(before, after, i, j, known, length)
    good = chi_square < most
    return one_to_one(i[good], j[good], chi_square[good], len(before), len(after))


def _span(before: Tracks, after: Tracks, length: float) -> float:
    """More than any two places differ, with what is sought around them."""
    widest = max((np.abs(one).max(initial=0.0) for one in (before.x, after.x)), default=0.0)
    return 8.0 * (widest + length * np.abs(before.slope_x).max(initial=0.0) + 0.01 * length)


def _near(before: Tracks, after: Tracks, order: np.ndarray, known: Precision, length: float) -> tuple[Indices, Indices]:
    """Pairs whose x at T7 agree, and then those whose y do."""
    span = _span(before, after, length)
    keys = (after.event * span + after.x)[order]
    reach = REACH * known.slope * length
    expected = before.event * span + before.x + before.slope_x * length
    i, j = windows(keys, expected - reach, expected + reach)
    j = order[j]
    away = before.y[i] + before.slope_y[i] * length - after.y[j]
    good = np.abs(away) < reach[i]
    return i[good], j[good]


def _matched(
    before: Tracks, after: Tracks, i: np.ndarray, j: np.ndarray, known: Precisions, length: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The chi-square of pairs that are in time."""
    flown, p = after.time[j] - before.time[i], before.momentum[i]
    line_x, line_y = (after.x[j] - before.x[i]) / length, (after.y[j] - before.y[i]) / length
    path = length * np.sqrt(1 + line_x**2 + line_y**2) / c
    gate = GATE * np.hypot(known.before.time, known.after.time)
    fits = [np.abs(flown - path * np.sqrt(1 + (mass / p) ** 2)) < gate for mass in MASSES]
    good = np.logical_or.reduce(fits)
    i, j, line_x, line_y = i[good], j[good], line_x[good], line_y[good]
    off_line = (before.slope_x[i] - line_x) ** 2 + (before.slope_y[i] - line_y) ** 2
    chi_square = off_line / known.before.slope[i] ** 2
    off_line = (after.slope_x[j] - line_x) ** 2 + (after.slope_y[j] - line_y) ** 2
    chi_square += off_line / known.after.slope[j] ** 2
    lost = before.momentum[i] - after.momentum[j]
    chi_square += lost**2 / (known.before.momentum[i] ** 2 + known.after.momentum[j] ** 2)
    return i, j, chi_square


def one_to_one(
    i: Indices, j: Indices, chi_square: np.ndarray, before: int, after: int
) -> tuple[Bool[np.ndarray, " before"], Bool[np.ndarray, " after"]]:
    """The smallest first, one to one: pairs that are the best of both their members are taken until none is left."""
    used_i, used_j = np.zeros(before, bool), np.zeros(after, bool)
    while len(i):
        best_i, best_j = np.full(before, np.inf), np.full(after, np.inf)
        np.minimum.at(best_i, i, chi_square)
        np.minimum.at(best_j, j, chi_square)
        taken = (chi_square <= best_i[i]) & (chi_square <= best_j[j])
        used_i[i[taken]], used_j[j[taken]] = True, True
        left = ~(used_i[i] | used_j[j])
        i, j, chi_square = i[left], j[left], chi_square[left]
    return used_i, used_j
