"""Errors of counts: Garwood's intervals against their definition, and a sideband's error in quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from ontarget.ground.errors import InputError
from ontarget.plot import Observed, garwood, square_root, subtracted

TAIL = 0.15865525393145707  # of a normal distribution beyond one standard deviation


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_garwood_ends_are_the_means_whose_tails_hold_sixteen_percent(count):
    seen = garwood(np.array([count]))
    low, high = count - seen.below[0], count + seen.above[0]
    assert poisson.sf(count - 1, low) == pytest.approx(TAIL, rel=1e-9)  # both are incomplete gamma functions: rounding
    assert poisson.cdf(count, high) == pytest.approx(TAIL, rel=1e-9)


def test_garwood_of_nothing_has_an_upper_end_only():
    seen = garwood(np.array([0]))
    assert seen.below[0] == 0.0
    assert np.exp(-seen.above[0]) == pytest.approx(TAIL, rel=1e-9)  # no event has likelihood exp(-mean)


def test_both_errors_agree_for_many_counts():
    counts = np.array([1e6])
    exact, root = garwood(counts), square_root(counts)
    # the ends are n + 1/2 ± √n and a little, so half a count in a thousand is left
    assert exact.below[0] == pytest.approx(root.below[0], rel=1e-3)
    assert exact.above[0] == pytest.approx(root.above[0], rel=2e-3)


def test_a_sideband_lowers_the_values_and_lengthens_the_errors():
    seen = subtracted(
        Observed(np.array([10.0]), np.array([3.0]), np.array([4.0]), "data"), np.array([7.0]), np.array([3.0])
    )
    assert (seen.values[0], seen.below[0], seen.above[0]) == (3.0, pytest.approx(18**0.5), 5.0)
    assert seen.label == "data − steady state"


@pytest.mark.parametrize("below", [np.array([-1.0, 1.0]), np.array([1.0]), np.array([np.nan, 1.0])])
def test_error_bars_are_lengths(below):
    with pytest.raises(InputError, match="below"):
        Observed(np.array([1.0, 2.0]), below, np.array([1.0, 1.0]), "data")
