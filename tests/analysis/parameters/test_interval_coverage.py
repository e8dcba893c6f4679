"""Coverage of few counts over a background of three: the published table, and sums of Poisson probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Line
from scipy.optimize import brentq
from scipy.stats import poisson

import ontarget.analysis as asked
from ontarget.inference.likelihood import Scale, likelihood
from ontarget.numerics.job import complete

BACKGROUND, COUNTED, TOYS, END = 3.0, 4.0, 400, 16.0
SIGNAL = Scale("signal", "*.signal_scale", 0.0, END, 1.0)
SAID: list[tuple[str, str]] = []


def completed(key, job, title):
    SAID.append((key, title))
    return complete(job)


@pytest.fixture(scope="module")
def found():
    nll = likelihood(Line("line", np.ones(1), np.full(1, BACKGROUND)), [SIGNAL], [np.full(1, COUNTED)])
    return asked.coverage(nll, "signal", points=33, toys=TOYS, seed=3, complete=completed, key="few", title="Few")


def q(signal, counts):
    """-2 ln L above its minimum, which lies within the box of the signal."""
    best = np.clip(counts, BACKGROUND, BACKGROUND + END)
    return 2 * (poisson.logpmf(counts, best) - poisson.logpmf(counts, signal + BACKGROUND))


def test_toys_cover_as_sums_of_probabilities_say(found):
    assert SAID == [("few", "Few: toys")]
    belt, n = found.belt, np.arange(80)
    np.testing.assert_array_equal(belt.grid, np.linspace(0.0, END, 33))
    assert found.level == 0.9
    assert set(belt.toys.tolist()) <= {TOYS, 2 * TOYS}
    assert (belt.toys == 2 * TOYS).any()  # as many again near the ends
    for place, signal in enumerate(belt.grid):
        chance = poisson.pmf(n, signal + BACKGROUND)
        exact = chance[q(signal, n) <= 2.705543].sum()
        # thirty-three points: four binomial errors
        error = 4 * np.sqrt(exact * (1 - exact) / belt.toys[place]) + 1e-9
        assert belt.coverage[0, place] == pytest.approx(exact, abs=error)


def test_the_interval_is_that_of_feldman_and_cousins(found):
    """Their table IV: from zero to 5.60. The p-value is a sawtooth, and toys cannot tell where it is near a tenth."""
    grid, n = found.belt.grid, np.arange(80)
    exact = np.array([poisson.pmf(n, one + BACKGROUND)[q(one, n) >= q(one, COUNTED) - 1e-9].sum() for one in grid])
    error = 4 * np.sqrt(exact * (1 - exact) / TOYS)
    first, last = found.by_toys.pieces[0], found.by_toys.pieces[-1]
    assert first.open_low
    assert first.low == 0.0
    inside = grid[exact - error > 0.1].max()
    assert inside <= last.high <= grid[(exact + error < 0.1) & (grid > inside)].min()
    assert last.high == pytest.approx(5.60, abs=0.6)
    # where q meets the critical value; both are interpolated between points that are 0.5 apart
    critical = found.belt.critical[0]
    end = brentq(lambda one: q(one, COUNTED) - np.interp(one, grid, critical), inside, 9.0)
    assert last.high == pytest.approx(end, abs=0.02)
    assert abs(last.high - found.by_wilks.pieces[-1].high) > 0.02


def test_wilks_interval_is_that_of_the_closed_form(found):
    (piece,) = found.by_wilks.pieces
    upper = brentq(lambda one: q(one, COUNTED) - 2.705543, 1.0, 12.0)
    assert piece.high == pytest.approx(upper, abs=5e-3)  # cubic between points that are 0.5 apart
    assert found.by_wilks.threshold == pytest.approx(2.705543, abs=1e-6)


def test_the_profile_of_the_data_is_finer(found):
    assert len(found.scan.grids["signal"]) == 201
    np.testing.assert_allclose(found.scan.values, q(found.scan.grids["signal"], COUNTED), atol=1e-6)
