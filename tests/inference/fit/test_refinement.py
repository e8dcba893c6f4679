"""Intervals narrower than a cell of the grid, against root-finding on likelihoods written out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from random_counts import BOX, Known, random_counts
from scipy.optimize import brentq

from ontarget.ground.errors import InputError
from ontarget.inference.fit import intervals, profile, refine, threshold
from ontarget.inference.fit.profile import Critical
from ontarget.inference.toys import belt_of, construction
from ontarget.numerics.job import complete

LEVEL = 0.90
RISE = threshold(LEVEL, 1)
SEEDS = [pytest.param(range(0, 12), id="some"), pytest.param(range(12, 1000), id="all", marks=pytest.mark.long)]


def line(events: float, observed: float, error: float = 0.0) -> Known:
    """Counts that are the parameter times so many events, with what was observed at x = 0."""
    slope = np.polynomial.Polynomial([observed, events])
    return Known([slope], np.array([observed]), np.array([0.0]), error)


def found(known: Known, points: int) -> list[tuple[float, float]]:
    scan = profile(known.likelihood(), {"x": np.linspace(*BOX, points)})
    return [(piece.low, piece.high) for piece in intervals(scan, LEVEL).pieces]


@pytest.mark.parametrize("seeds", SEEDS)
def test_no_piece_is_lost_and_ends_are_right_to_a_thousandth_of_the_piece(seeds):
    """One to three minima, 10 to 1e9 events, pieces a half to 1e-8 of the box, with and without a nuisance."""
    for seed in seeds:
        known = random_counts(seed)
        wanted, ours = known.pieces(RISE), found(known, (201, 41, 101)[seed % 3])
        assert len(ours) == len(wanted), seed
        for (low, high), piece in zip(wanted, ours, strict=True):
            assert piece == pytest.approx((low, high), abs=1e-3 * (high - low)), seed


@pytest.mark.parametrize("events", [1e4, 1e6, 1e8, 1e12])
def test_the_grid_need_not_know_how_narrow_an_interval_is(events):
    """A counting experiment: mu - n ln mu by brentq, with the logarithm of one plus something small."""

    def above(x):
        return 2 * (events * x - events * np.log1p(x)) - RISE

    far = 3 / np.sqrt(events)
    (piece,) = found(line(events, events), 201)
    ends = brentq(above, -far, 0.0, xtol=1e-18), brentq(above, 0.0, far, xtol=1e-18)
    # the formula itself loses digits of its two large terms: 1e12 times 1e-16 of a rise of 2.7
    assert piece == pytest.approx(ends, abs=1e-3 * (ends[1] - ends[0]))


def test_1e16_events_have_one_interval():
    """Rounding once made two pieces of it; the error is 1e-8 of the strength, and of the box 1e-1."""
    known = Known([np.polynomial.Polynomial([1e16, 3.3e9])], np.array([1e16]), np.array([0.0]), 0.0)
    likelihood = known.likelihood()
    scan = profile(likelihood, {"x": np.linspace(-0.25, 0.25, 41)})
    (piece,) = intervals(scan, LEVEL).pieces
    # x = 1 is 3.3e9 events, 33 standard deviations
    assert (piece.low, piece.high) == pytest.approx((-np.sqrt(RISE) / 33, np.sqrt(RISE) / 33), rel=1e-4)
    values = [float(likelihood.minus_two_log(np.array([x]))) for x in (-1 / 33, 0.0, 1 / 33, 2 / 33)]
    assert values == pytest.approx([1.0, 0.0, 1.0, 4.0], abs=1e-6)


def test_several_levels_share_one_search():
    known = random_counts(3)
    scan = profile(known.likelihood(), {"x": np.linspace(*BOX, 41)})
    fine = refine(known.likelihood(), scan, (0.68, 0.95))
    assert fine.searched
    assert set(scan.grids["x"]) <= set(fine.grids["x"])
    for level in (0.68, 0.95):
        pieces = intervals(fine, level).pieces
        for (low, high), piece in zip(known.pieces(threshold(level, 1)), pieces, strict=True):
            assert (piece.low, piece.high) == pytest.approx((low, high), abs=1e-3 * (high - low))


def test_a_piece_of_a_few_last_digits_is_refused():
    """Beside 1 an interval of 1e-15 has no digits left."""
    known = Known([np.polynomial.Polynomial([1e30 - 1e30, 1e30])], np.array([1e30 * 0.7]), np.array([0.7]), 0.0)
    scan = profile(known.likelihood(), {"x": np.linspace(0.5, 0.9, 21)})
    with pytest.raises(InputError, match="too narrow for the digits of a number"):
        intervals(scan, LEVEL)


def test_critical_values_move_the_ends():
    """Where toys say that twice the quantile is critical, the interval is that of twice the quantile."""
    known = line(1e6, 1e6)
    scan = profile(known.likelihood(), {"x": np.linspace(*BOX, 21)})
    twice = Critical({"x": np.array([-1.0, 1.0])}, np.array([2 * RISE, 2 * RISE]), RISE)
    (piece,) = intervals(dataclasses.replace(scan, values=scan.values / 2, critical=twice), LEVEL).pieces
    ((low, high),) = known.pieces(2 * RISE)
    assert (piece.low, piece.high) == pytest.approx((low, high), abs=1e-3 * (high - low))


def test_belts_know_their_ends_between_the_points_of_the_toys():
    """Toys at seven points, none of which is allowed: the interval lies between two of them."""
    known = line(1e6, 1e6)
    likelihood = known.likelihood()
    job = construction(likelihood, {"x": np.linspace(-0.9, 1.0, 7)}, 1, toys=200, levels=(LEVEL,))
    assert job.scan.likelihood is None  # the job holds it once
    belt = belt_of(job, complete(job))
    ((low, high),) = known.pieces(RISE)
    ((wilks,),), ((toys,),) = (tuple(one.pieces for one in both) for both in (belt.asymptotic, belt.intervals))
    assert (wilks.low, wilks.high) == pytest.approx((low, high), abs=1e-3 * (high - low))
    # 200 toys know the critical value to 15 %, the end to half of that
    assert (toys.low, toys.high) == pytest.approx((low, high), abs=0.2 * (high - low))


def test_nothing_is_allowed_far_from_the_best_fit():
    scan = profile(line(1e6, 1e6).likelihood(), {"x": np.linspace(0.5, 1.0, 11)})
    assert intervals(scan, LEVEL).pieces == ()
