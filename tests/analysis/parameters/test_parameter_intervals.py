"""Intervals, limits and profiles of counts in one bin, against the likelihood written out."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Line
from scipy.optimize import brentq, minimize_scalar

import ontarget.analysis as asked
from ontarget.analysis.parameters.parameter_intervals import ONE_SIGMA, at_start, box_grid, nuisances_of
from ontarget.ground.errors import InputError
from ontarget.inference.fit import intervals, threshold
from ontarget.inference.likelihood import Gaussian, Scale, likelihood

SIGNAL, BACKGROUND, COUNTED = 40.0, 100.0, 150.0
STRENGTH = Scale("strength", "*.signal_scale", -2.0, 4.0)
BESIDE = Scale("beside", "*.background_scale", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
# linear between points that are 0.03 apart, of a curve whose second derivative is two
POINTS, NEAR = 201, 1e-3


@pytest.fixture(scope="module")
def nll():
    """40 s + 100 b, and 150 are counted; b is known to a tenth."""
    line = Line("line", np.full(1, SIGNAL), np.full(1, BACKGROUND))
    return likelihood(line, [STRENGTH, BESIDE], [np.full(1, COUNTED)])


def q(strength, beside=1.0):
    """-2 ln L with the background at this multiple of what is expected."""
    mean = SIGNAL * strength + BACKGROUND * beside
    return 2 * (mean - COUNTED + COUNTED * np.log(COUNTED / mean)) + ((beside - 1) / 0.1) ** 2


def profiled(strength):
    """-2 ln L at the best background within its box; at the best strength, 1.25, it is zero."""
    low = max(0.5, (1e-3 - SIGNAL * strength) / BACKGROUND)
    options = {"xatol": 1e-12}
    return minimize_scalar(lambda one: q(strength, one), bounds=(low, 1.5), method="bounded", options=options).fun


def ends(function, level):
    """Both values of the strength at which -2 ln L has risen by the quantile of chi squared."""
    above = lambda strength: function(strength) - threshold(level, 1)  # noqa: E731
    return brentq(above, 0.0, 1.25), brentq(above, 1.25, 3.5)


def test_others_of_interest_stay_at_their_start(nll):
    found = asked.bounds(nll, ["strength", "beside"], level=0.8)
    assert list(found) == ["strength", "beside"]
    ((piece,),) = (one.pieces for one in found["strength"].intervals)
    assert (piece.low, piece.high) == pytest.approx(ends(q, 0.8), abs=NEAR)
    assert found["strength"].scan.nuisances == {}
    # strength one: 140 are expected, and the pull holds b near one
    best = minimize_scalar(lambda one: q(1.0, one), bounds=(0.9, 1.5), method="bounded").x
    assert found["beside"].best == pytest.approx(best, abs=1e-4)


def test_all_else_is_profiled(nll):
    (found,) = asked.bounds(nll, ["strength"]).values()
    (piece,) = found.intervals[0].pieces
    assert (piece.low, piece.high) == pytest.approx(ends(profiled, 0.9), abs=NEAR)
    assert set(found.scan.nuisances) == {"beside"}
    assert found.levels == (0.9,)
    assert found.asymptotic == found.intervals
    assert found.belt is None


def test_or_what_is_named(nll):
    held = asked.bounds(nll, ["strength"], nuisances=[])["strength"]
    assert held.scan.nuisances == {}
    ((piece,),) = (one.pieces for one in held.intervals)
    assert (piece.low, piece.high) == pytest.approx(ends(q, 0.9), abs=NEAR)
    named = asked.bounds(nll, ["strength", "beside"], nuisances=["beside"])["strength"]
    assert set(named.scan.nuisances) == {"beside"}
    with pytest.raises(InputError, match="Did you mean 'beside'"):
        asked.bounds(nll, ["strength"], nuisances=["besid"])
    with pytest.raises(InputError, match="Did you mean 'strength'"):
        asked.bounds(nll, ["strenght"])
    with pytest.raises(InputError, match="Did you mean 'strength'"):
        asked.bounds(nll, ["strength"], grids={"strenght": [0.0, 1.0]})


def test_a_grid_may_be_given(nll):
    grid = np.linspace(1.0, 3.0, 41)
    found = asked.bounds(nll, ["strength"], grids={"strength": grid})["strength"]
    np.testing.assert_array_equal(found.grid, grid)
    (piece,) = found.intervals[0].pieces
    assert piece.open_low
    assert not piece.open_high
    assert (piece.low, piece.high) == pytest.approx((1.0, ends(profiled, 0.9)[1]), abs=NEAR)


def test_limits_are_upper_ends_from_zero_on(nll):
    (found,) = asked.upper_limits(nll, ["strength"], level=0.95).values()
    assert (found.grid[0], found.grid[-1], len(found.grid)) == (0.0, 4.0, 201)
    (limit,) = found.limits
    assert limit.value == pytest.approx(ends(profiled, 0.95)[1], abs=NEAR)
    assert (limit.level, limit.open) == (0.95, False)


def test_a_limit_may_be_the_end_of_the_grid_or_none(nll):
    grids = {"strength": np.linspace(0.0, 1.5, 31)}
    (limit,) = asked.upper_limits(nll, ["strength"], grids=grids)["strength"].limits
    assert limit.open
    assert limit.value == 1.5


def test_a_limit_in_a_deficit_counts_from_the_best_value_from_zero_on(nll):
    """So few are counted that the best strength, -1.75, lies six standard deviations below zero."""
    few = nll.with_data([np.full(1, 30.0)])
    found = asked.upper_limits(few, ["strength"], nuisances=[])["strength"]
    (limit,) = found.limits

    def above(strength):
        mean = SIGNAL * strength + BACKGROUND
        return 2 * (SIGNAL * strength - 30 * np.log(mean / BACKGROUND)) - threshold(0.9, 1)

    assert limit.value == pytest.approx(brentq(above, 0.0, 4.0), rel=1e-4)
    assert not limit.open
    assert "No strength from 0 to 4 is allowed at 90 % CL: the best fit is -1.75" in found.note
    at_zero = 2 * (BACKGROUND - 30 - 30 * np.log(BACKGROUND / 30))
    assert f"-2 ln L is {at_zero:.4g} higher at 0, the best of these. The limit counts from there." in found.note
    assert asked.upper_limits(nll, ["strength"], nuisances=[])["strength"].note == ""


def test_the_limit_is_of_the_last_piece(nll):
    """Two pieces of a curve with two minima: (s^2 - 1)^2 / 0.04 is below 2.7055 where s^2 is 1 -+ 0.329."""
    found = asked.likelihood_profile(nll, "strength", levels=(0.9,))
    scan, grid = found.scan, np.linspace(-2.0, 2.0, 401)
    flat = np.zeros(401, bool)
    curve = type(scan)({"strength": grid}, (grid**2 - 1) ** 2 / 0.04, {}, ~flat, flat, scan.best, "")
    assert asked.upper_limit(intervals(curve, 0.9)).value == pytest.approx(
        np.sqrt(1 + 0.2 * np.sqrt(threshold(0.9, 1))), abs=NEAR
    )


def test_a_profile_has_an_interval_for_each_level(nll):
    found = asked.likelihood_profile(nll, "strength")
    assert found.levels == (ONE_SIGMA, 0.90)
    assert found.name == "strength"
    for level, interval in zip(found.levels, found.intervals, strict=True):
        (piece,) = interval.pieces
        assert (piece.low, piece.high) == pytest.approx(ends(profiled, level), abs=NEAR)
        assert interval.threshold == threshold(level, 1)
    assert found.best == pytest.approx((COUNTED - BACKGROUND) / SIGNAL, abs=1e-4)  # of an error of 0.4
    # -2 ln L of the box's ends, minimised to the last digits
    assert (found.values[0], found.values[-1]) == pytest.approx((profiled(-2.0), profiled(4.0)), rel=1e-6)
    grid = np.linspace(1.0, 2.0, 11)
    np.testing.assert_array_equal(asked.likelihood_profile(nll, "strength", grid=grid).grid, grid)


def test_grids_and_names(nll):
    np.testing.assert_array_equal(box_grid(nll, "strength", 4), [-2.0, 0.0, 2.0, 4.0])
    np.testing.assert_array_equal(box_grid(nll, "strength", 3, least=0.0), [0.0, 2.0, 4.0])
    np.testing.assert_array_equal(box_grid(nll, "beside", 3, least=0.0), [0.5, 1.0, 1.5])
    assert nuisances_of(nll, ["strength"], None) == ["beside"]
    assert nuisances_of(nll, ["strength", "beside"], None) == []
    assert nuisances_of(nll, ["beside"], ["strength"]) == ["strength"]
    assert at_start(nll, {"strength"}) == {"beside": 1.0}
