"""Regions of two signals in a bin each: -2 ln L is a sum, and every point of a contour can be put into it."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Pair

import ontarget.analysis as asked
from ontarget.inference.fit import threshold
from ontarget.inference.likelihood import Gaussian, Parameter, Scale, likelihood
from ontarget.inference.toys.interval_construction import Toys
from ontarget.numerics.job import complete

X = Parameter("x", "*.x", 0.0, 100.0, 40.0)
Y = Parameter("y", "*.y", 0.0, 80.0, 30.0)
BESIDE = Scale("beside", "*.background", 0.5, 1.5, prior=Gaussian(1.0, 0.01))
BACKGROUND, COUNTED = 50.0, (100.0, 85.0)


@pytest.fixture(scope="module")
def nll():
    return likelihood(Pair("pair", BACKGROUND), [X, Y, BESIDE], [np.array(COUNTED)])


def q(x, y):
    """-2 ln L above its minimum, which is at the counts less the background."""
    terms = [
        2 * (signal + BACKGROUND - n + n * np.log(n / (signal + BACKGROUND)))
        for signal, n in zip((x, y), COUNTED, strict=True)
    ]
    return terms[0] + terms[1]


@pytest.fixture(scope="module")
def held(nll):
    return asked.plane(nll, "x", "y", nuisances=[], points=81)


def test_values_and_contours_are_those_of_the_closed_form(held):
    np.testing.assert_array_equal(held.x, np.linspace(0.0, 100.0, 81))
    np.testing.assert_array_equal(held.y, np.linspace(0.0, 80.0, 81))
    exact = q(held.x[:, None], held.y[None, :])
    np.testing.assert_allclose(held.scan.values, exact, atol=1e-6)  # to which the minimum is known
    assert held.region.threshold == pytest.approx(4.605170)
    (line,) = held.region.contours
    assert (held.region.closed, held.region.open) == (1, 0)
    # straight between points that are a tenth of the radius apart: a hundredth of the level
    np.testing.assert_allclose(q(*line.points.T), 4.605170, rtol=0.02)
    assert held.region.share == (exact < 4.605170).mean()
    assert held.names == ("x", "y")
    assert held.best == pytest.approx((50.0, 35.0), abs=1e-2)  # of errors of ten
    assert held.start == (40.0, 30.0)
    assert held.region.contours is not held.asymptotic.contours
    assert held.region.share == held.asymptotic.share
    assert held.scan.nuisances == {}
    assert held.belt is None


def test_a_region_at_the_edge_has_an_open_contour(nll):
    grids = {"y": np.linspace(0.0, 35.0, 21)}
    found = asked.plane(nll, "x", "y", nuisances=[], points=41, grids=grids, level=0.68)
    assert (found.region.closed, found.region.open) == (0, 1)
    assert found.region.threshold == threshold(0.68, 2)
    assert found.scan.values.shape == (41, 21)
    assert found.level == 0.68


def test_what_is_not_held_is_profiled(nll):
    """A background known to a hundredth in both bins: the shift of x and y together costs nothing else."""
    found = asked.plane(nll, "x", "y", points=21)
    assert set(found.scan.nuisances) == {"beside"}
    middle = found.scan.nuisances["beside"]
    assert np.ptp(middle) > 0
    exact = q(found.x[:, None], found.y[None, :])
    assert (found.scan.values <= exact + 1e-6).all()
    assert (found.scan.values < exact - 1e-4).any()


def test_by_toys_both_regions_are_had(nll):
    """Where Wilks' theorem holds, critical values by toys are its own within their errors."""
    said = []

    def completed(key, job, title):
        said.append((key, title))
        return complete(job)

    grids = {"x": np.linspace(30.0, 70.0, 31), "y": np.linspace(15.0, 55.0, 23)}
    method = Toys(toys=150, more=0, points=5)
    found = asked.plane(
        *(nll, "x", "y"), grids=grids, nuisances=[], method=method, complete=completed, key="both", title="Both"
    )
    assert said == [("both", "Both: toys")]
    np.testing.assert_array_equal(found.belt.grid, np.linspace(30.0, 70.0, 5))
    assert found.belt.critical.shape == (1, 5, 5)
    assert found.asymptotic.values is found.scan.values
    # a critical value of 150 toys at 90 % is known to 0.5 of 4.6, the mean of 25 independent ones to 0.1
    assert found.belt.critical.mean() == pytest.approx(threshold(0.9, 2), rel=0.1)
    ratio = found.region.values / np.maximum(found.scan.values, 1e-12)
    corner = ratio[0, 0] * found.belt.critical[0, 0, 0]
    assert corner == pytest.approx(threshold(0.9, 2), rel=1e-6)
