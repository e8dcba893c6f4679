"""Posteriors of one Poisson number: a gamma distribution, with its quantiles, moments and normalisation by scipy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from inference_toys import Line, Pair
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import gamma

from ontarget.analysis import posterior
from ontarget.inference.likelihood import Gaussian, Parameter, likelihood
from ontarget.inference.posterior import Nested

COUNT = 20.0
SAMPLER = Nested(live=150, runs=1, precision=0.1)
RATE = Parameter("rate", "*.signal_scale", 1.0, 60.0, 20.0)
POSTERIOR = gamma(COUNT + 1)
SPREAD = POSTERIOR.std()


@pytest.fixture(scope="module")
def counted():
    """One bin with a rate and nothing else: flat in the rate, the posterior is a gamma distribution."""
    return likelihood(Line("one", np.array([1.0]), np.array([0.0])), [RATE], [np.array([COUNT])])


@pytest.fixture(scope="module")
def found(counted):
    return posterior(counted, sampler=SAMPLER, levels=(0.6, 0.9), points=15)


def intervals_of(found, name="rate"):
    return {one.level: one for one in found.intervals if one.name == name}


def test_central_intervals(found):
    """Some three hundred independent draws: a quantile in the tail is known to a tenth of the width."""
    assert [(one.name, one.level) for one in found.intervals] == [("rate", 0.6), ("rate", 0.9)]
    for level, one in intervals_of(found).items():
        assert one.central == pytest.approx(POSTERIOR.interval(level), abs=0.25 * SPREAD)


def test_the_shortest_intervals(found):
    """Of equal density at both ends, and a little lower than the central ones: the density leans to the right."""
    for level, one in intervals_of(found).items():
        low = brentq(leaning, 5.0, POSTERIOR.ppf(1 - level) - 1e-6, args=(level,))
        (piece,) = one.densest
        assert (piece.low, piece.high) == pytest.approx((low, end(low, level)), abs=0.35 * SPREAD)
        assert piece.low < one.central[0] + 0.1 * SPREAD


def leaning(low, level):
    """Density at the one end of an interval that begins here, above that at the other."""
    return POSTERIOR.pdf(low) - POSTERIOR.pdf(end(low, level))


def end(low, level):
    return POSTERIOR.ppf(POSTERIOR.cdf(low) + level)


def test_the_profile_stands_beside(found):
    """-2 ln L = 2 (r - n + n ln n/r): its roots, sharpened from a grid that is as wide as the errors."""
    for level, rise in ((0.6, 0.7083263), (0.9, 2.7055435)):
        (piece,) = intervals_of(found)[level].profiled
        curve = lambda rate, rise=rise: 2 * (rate - COUNT + COUNT * np.log(COUNT / rate)) - rise  # noqa: E731
        expected = brentq(curve, 2.0, COUNT), brentq(curve, COUNT, 50.0)
        assert (piece.low, piece.high) == pytest.approx(expected, abs=1e-3)  # cubic, in steps of a twentieth


def test_evidence(found):
    """The likelihood, one where the count is expected, averaged over the box."""
    width = float(RATE.high) - float(RATE.low)
    exact = COUNT - COUNT * np.log(COUNT) + gammaln(COUNT + 1) - np.log(width)
    assert found.draws.evidence == pytest.approx(exact, abs=4 * found.draws.evidence_error)
    assert found.draws.evidence_error < 0.15


def test_density(found):
    density = found.marginals["rate"]
    (x,) = density.grids.values()
    assert list(found.marginals) == ["rate"]
    assert found.joint == {}
    assert found.planes == {}
    mean = (x * density.values).sum() / density.values.sum()
    assert mean == pytest.approx(POSTERIOR.mean(), abs=0.15 * SPREAD)
    assert found.messages == ([found.draws.message] if found.draws.message else [])


def test_two_parameters_and_one_beside():
    """Two bins with a rate each and a known background: planes and joint densities in the order of the names."""
    pair = Pair("pair", 3.0, 10.0, 20.0)
    x, y = (Parameter(name, f"*.{name}", 0.5, 60.0, at) for name, at in (("x", 10.0), ("y", 20.0)))
    known = Parameter("background", "*.background", 1.0, 6.0, 3.0, prior=Gaussian(3.0, 0.3))
    both = likelihood(pair, [x, y, known])
    few = dataclasses.replace(SAMPLER, live=60, runs=1, precision=0.5)
    some = posterior(both, [x, y], sampler=few, levels=(0.9,), points=21, plane=11, shown=("background", "absent"))
    assert list(some.marginals) == ["x", "y", "background"]
    assert list(some.joint) == [("x", "y"), ("x", "background"), ("y", "background")]
    assert list(some.joint["x", "y"].grids) == ["x", "y"]
    assert list(some.planes) == [("x", "y")]
    of = {one.name: one for one in some.intervals}
    assert set(of) == {"x", "y", "background"}
    assert of["background"].profiled == ()  # it was not asked about
    assert of["x"].central[1] < of["y"].central[1]
    held = posterior(both, [x], fixed={"y": 30.0, "background": 2.0}, sampler=few, levels=(0.9,), points=21)
    assert held.draws.names == ("x",)
    assert held.draws.mean[0] == pytest.approx(13 + 1 - 2, abs=1.5)  # thirteen counts: 14 on average, two of background
    alone = held.profiles["x"].grids["x"] + 2.0
    curve = 2 * (alone - 13 + 13 * np.log(13 / alone))
    # the best point need not lie on the grid: a fit ends within 1e-7 of the lowest -2 ln L
    np.testing.assert_allclose(held.profiles["x"].values, curve, atol=1e-6)
    assert (alone[0], alone[-1]) == pytest.approx((2.5, 62.0))  # the box
    plane = some.planes["x", "y"]
    i, j = 2, 5
    means = np.array([plane.grids["x"][i], plane.grids["y"][j]]) + 3.0
    data = np.array([13.0, 23.0])
    bound = 2 * (means - data + data * np.log(data / means)).sum()
    assert 0 < plane.values[i, j] < bound  # the background at its best is better than at 3
