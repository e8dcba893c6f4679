"""Critical values by toys of counts in one bin, against the Poisson distribution written out."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Line
from scipy.optimize import brentq
from scipy.stats import poisson

import ontarget.analysis as asked
from ontarget.ground.errors import InputError
from ontarget.inference.fit import profile
from ontarget.inference.likelihood import Scale, likelihood
from ontarget.inference.toys.interval_construction import Toys, Wilks
from ontarget.numerics.job import complete

BACKGROUND, COUNTED, LEVELS = 3.0, 4.0, (0.68, 0.9)
SIGNAL = Scale("signal", "*.signal_scale", 0.0, 16.0, 1.0)
BESIDE = Scale("beside", "*.background_scale", 0.5, 1.5)
METHOD = Toys(toys=400, more=0, points=9, seed=5)


@pytest.fixture(scope="module")
def nll():
    return likelihood(Line("line", np.ones(1), np.full(1, BACKGROUND)), [SIGNAL, BESIDE], [np.full(1, COUNTED)])


@pytest.fixture(scope="module")
def found(nll):
    """Along the signal, the background held at three events."""
    return asked.likelihood_profile(nll, "signal", levels=LEVELS, nuisances=[], points=81, method=METHOD)


def q(signal, counts):
    """-2 ln L above its minimum, which lies within the box of the signal."""
    best = np.clip(counts, BACKGROUND, BACKGROUND + 16.0)
    return 2 * (poisson.logpmf(counts, best) - poisson.logpmf(counts, signal + BACKGROUND))


def test_toys_are_thrown_on_a_coarser_grid_with_what_is_held(found):
    belt = found.belt
    np.testing.assert_array_equal(belt.grid, np.linspace(0.0, 16.0, 9))
    assert belt.scan.nuisances == {}
    assert (belt.toys == 400).all()
    assert belt.levels == LEVELS
    n = np.arange(100)
    for place, signal in enumerate(belt.grid):
        chance = poisson.pmf(n, signal + BACKGROUND)
        exact = min(chance[q(signal, n) >= q(signal, COUNTED) - 1e-9].sum(), 1.0)
        # nine points: four binomial errors, and one toy where the share is almost one or none
        assert belt.p_values[place] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 400) + 1 / 400)


def test_an_interval_ends_where_q_meets_the_critical_value_between_points(found):
    belt = found.belt
    for index, interval in enumerate(found.intervals):

        def above(signal, index=index):
            return q(signal, COUNTED) - np.interp(signal, belt.grid, belt.critical[index])

        # the profile, over a critical value with kinks at the toys' points, interpolated in steps of 0.2
        assert interval.pieces[-1].high == pytest.approx(brentq(above, 1.0, 12.0), abs=0.02)
        assert interval.level == LEVELS[index]
    wide, narrow = (one.pieces[-1].high for one in reversed(found.asymptotic))
    assert wide == pytest.approx(brentq(lambda one: q(one, COUNTED) - 2.705543, 1.0, 12.0), abs=1e-3)
    assert narrow == pytest.approx(brentq(lambda one: q(one, COUNTED) - 0.988946, 1.0, 12.0), abs=1e-3)


def test_wilks_leaves_the_profile_as_it_is(nll):
    scan = profile(nll, {"signal": np.linspace(0.0, 16.0, 5)}, fixed={"beside": 1.0})
    plain = Wilks().calibrate(nll, scan, LEVELS)
    assert plain.scans == (scan, scan)
    assert plain.belt is None


def test_jobs_go_to_who_completes_them(nll):
    scan, said = profile(nll, {"signal": np.linspace(0.0, 16.0, 5)}, fixed={"beside": 1.0}), []

    def completed(key, job, title):
        said.append((key, title))
        return complete(job)

    method = Toys(toys=2, more=0, points=5)
    method.calibrate(nll, scan, (0.9,), completed, "bounds_0_signal", "Bounds, all, signal")
    assert said == [("bounds_0_signal", "Bounds, all, signal: toys")]


@pytest.mark.parametrize("changes", [{"points": 4}, {"points": 1002}, {"precision": -1.0}])
def test_what_cannot_be_is_refused(changes):
    with pytest.raises(InputError):
        Toys(**changes)
