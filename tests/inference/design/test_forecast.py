"""Forecasts and their optima against closed forms, the expansions of a likelihood, and finite differences."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.design.expected_limit import expected_limit, limit_by_design
from ontarget.inference.design.forecast import AbstractDesign, forecast
from ontarget.inference.design.information import information, informations, joint_error
from ontarget.inference.design.optimise import AbstractMeasure, Bound, brute_force, front, minimise
from ontarget.inference.fit.fisher import fisher
from ontarget.inference.fit.profile import profile
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian

SIGNAL, NOISE = 3.0, 8.0


class OnOff(Noun):
    """A source that is looked at for a while, and the empty sky for another while."""

    name: str = static(default="sky")
    signal: Scalar = quantity(default=SIGNAL)
    noise: Scalar = quantity(default=NOISE)
    on: Scalar = quantity(default=10.0)
    off: Scalar = quantity(default=10.0)
    efficiency: Scalar = quantity(default=1.0)

    def bins(self):
        return jnp.stack([self.on * (self.efficiency * self.signal + self.noise), self.off * self.noise])


class Times(AbstractDesign):
    """How long each is looked at."""

    def values(self, design):
        return {"sky.on": design[0], "sky.off": design[1]}


PARAMETERS = [
    Parameter("signal", "*.signal", 0.0, 20.0),
    Parameter("noise", "*.noise", 2.0, 20.0),
    Scale("efficiency", "*.efficiency", 0.5, 1.5, prior=Gaussian(1.0, 0.05)),
]


@pytest.fixture(scope="module")
def found():
    return forecast((OnOff(),), PARAMETERS, Times(), np.array([10.0, 10.0]))


class Error(AbstractMeasure):
    """Of the signal."""

    def __init__(self, found) -> None:
        self.found = found

    def values(self, designs):
        return np.array([joint_error(one, (0,), self.found.names)[0] for one in informations(self.found, designs)])

    def slope(self, design):
        matrix, by_design = information(self.found, self.found.moving(design))
        value, by_matrix = joint_error(matrix, (0,), self.found.names)
        return value, np.tensordot(by_design, by_matrix, 2)


class Total(AbstractMeasure):
    """Of the two times."""

    def values(self, designs):
        return designs.sum(axis=1)

    def slope(self, design):
        return float(design.sum()), np.ones(2)


LOW, HIGH = np.array([0.5, 0.5]), np.array([30.5, 30.5])


def by_hand(on, off):
    """One standard deviation of the signal, its efficiency known to 5 %."""
    return np.sqrt((SIGNAL + NOISE) / on + NOISE / off + (0.05 * SIGNAL) ** 2)


def test_information_is_that_of_a_likelihood(found):
    """The chain's own derivatives against those of its expansion, exact here to the fit's rounding."""
    for on, off in ((10.0, 10.0), (4.0, 17.0)):
        expected = fisher(likelihood(OnOff(on=on, off=off), PARAMETERS))
        got = informations(found, np.array([[on, off]]))[0]
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9 * expected.max())


def test_background_in_every_bin_widens_the_error(found):
    """Twice the variance of the counts; the prior stays."""
    here = np.array([[4.0, 9.0]])
    once, twice = (informations(found, here, r)[0] - np.diag(found.known()) for r in (0.0, 1.0))
    np.testing.assert_allclose(twice, once / 2, rtol=1e-12)


def test_error_and_its_slope_are_the_closed_form(found):
    value, slope = Error(found).slope(np.array([4.0, 17.0]))
    assert value == pytest.approx(by_hand(4.0, 17.0), rel=1e-12)
    exact = np.array([-(SIGNAL + NOISE) / 4.0**2, -NOISE / 17.0**2]) / (2 * value)
    np.testing.assert_allclose(slope, exact, rtol=1e-11)


def test_joint_error_of_two_and_its_derivative():
    """The determinant of the marginal covariance; finite differences, good to 1e-7 at this step."""
    random = np.random.default_rng(3)
    root = random.normal(size=(4, 4))
    matrix, names = root @ root.T + np.eye(4), list("abcd")
    value, slope = joint_error(matrix, (0, 2), names)
    assert value == pytest.approx(np.linalg.det(np.linalg.inv(matrix)[np.ix_([0, 2], [0, 2])]) ** 0.25, rel=1e-12)
    step = 1e-5 * (root + root.T)
    up, down = (joint_error(matrix + sign * step, (0, 2), names)[0] for sign in (1, -1))
    assert (up - down) / 2 == pytest.approx((slope * step).sum(), rel=1e-6)


def test_best_split_is_the_known_one(found):
    """Of a fixed total the ratio of the times is sqrt((s + b) / b), as Neyman's allocation has it."""
    bound, starts = Bound(Total(), 21.0, 1.0), np.array([[10.0, 10.0], [2.0, 25.0]])
    best = minimise(Error(found), LOW, HIGH, starts, (bound,))
    ratio = np.sqrt((SIGNAL + NOISE) / NOISE)
    on = 21.0 * ratio / (1 + ratio)
    # the objective is flat there: its last step of 1e-9 is one of 1e-4 in the times
    np.testing.assert_allclose(best.design, [on, 21.0 - on], rtol=1e-3)
    assert best.value == pytest.approx(by_hand(on, 21.0 - on), rel=1e-8)
    assert best.converged
    np.testing.assert_allclose(best.descents, best.value, rtol=1e-8)
    grid = brute_force(Error(found), LOW, HIGH, 31, (bound,))
    design, value = grid.best()
    assert (np.abs(design - best.design) <= grid.steps).all()
    assert best.value <= value
    assert not np.isfinite(grid.values[~grid.allowed]).any()


def test_front_falls_as_the_closed_form(found):
    budgets = np.array([12.0, 24.0, 48.0])
    line = front(Error(found), LOW, HIGH, np.array([[10.0, 10.0]]), Bound(Total(), 21.0, 1.0), budgets)
    free = (np.sqrt(SIGNAL + NOISE) + np.sqrt(NOISE)) / np.sqrt(budgets)
    np.testing.assert_allclose([one.value for one in line], np.hypot(free, 0.05 * SIGNAL), rtol=1e-7)


def test_what_cannot_be_kept_to_has_no_optimum(found):
    best = minimise(Error(found), LOW, HIGH, np.array([[10.0, 10.0]]), (Bound(Total(), 0.5, 1.0),))
    assert np.isnan(best.value)


def test_expected_limit_of_a_known_background_is_the_root(found):
    """One bin, nothing expected of a signal, and the background nearly known: twice the Poisson ratio rises to t."""
    alone = forecast((OnOff(),), [Parameter("signal", "*.signal", 0.0, 20.0, 0.0)], Times(), np.array([10.0, 10.0]))
    limit, slope = limit_by_design(alone, np.array([4.0, 1.0]), "signal", 2.7)

    def by_root(on):
        n = on * NOISE
        return brentq(lambda s: 2 * (on * s + n * np.log(n / (n + on * s))) - 2.7, 1e-3, 20.0, xtol=1e-14)

    assert limit == pytest.approx(by_root(4.0), rel=1e-8)
    # a central difference of a root that is good to 1e-14
    np.testing.assert_allclose(slope, [(by_root(4.001) - by_root(3.999)) / 2e-3, 0.0], rtol=1e-6, atol=1e-12)


def test_expected_limit_where_counts_are_quadratic():
    """No information at the start, as for a coupling that does not interfere: the root is that of the square."""

    class Square(Noun):
        name: str = static(default="sky")
        coupling: Scalar = quantity(default=0.0)
        on: Scalar = quantity(default=10.0)

        def bins(self):
            return self.on * jnp.array([3.0, 5.0]) * (NOISE + self.coupling**2)

    class Time(AbstractDesign):
        def values(self, design):
            return {"sky.on": design[0]}

    one = forecast((Square(),), [Parameter("coupling", "*.coupling", 0.0, 40.0)], Time(), np.array([10.0]))
    limit, slope = limit_by_design(one, np.array([4.0]), "coupling", 2.7)

    def by_root(on):
        n = 8 * on * NOISE
        return brentq(lambda s: 2 * (8 * on * s + n * np.log(n / (n + 8 * on * s))) - 2.7, 1e-3, 20.0) ** 0.5

    assert limit == pytest.approx(by_root(4.0), rel=1e-8)
    assert slope[0] == pytest.approx((by_root(4.01) - by_root(3.99)) / 2e-2, rel=1e-5)


def test_expected_limit_is_the_end_of_the_profile(found):
    """Nuisances and all, against the scan of a likelihood, whose crossing is found between grid points."""
    design = np.array([4.0, 9.0])
    limit, theta = expected_limit(found, design, "signal", 2.70554)
    nll = likelihood(OnOff(on=4.0, off=9.0), PARAMETERS)
    at_limit = profile(nll, {"signal": np.array([SIGNAL, limit])})
    assert at_limit.values[1] - at_limit.values[0] == pytest.approx(2.70554, rel=1e-7)
    np.testing.assert_allclose(theta[1], at_limit.nuisances["noise"][1], rtol=1e-5)
    up, down = (expected_limit(found, design + np.array([0.0, step]), "signal", 2.70554)[0] for step in (1e-3, -1e-3))
    slope = limit_by_design(found, design, "signal", 2.70554)[1]
    assert slope[1] == pytest.approx((up - down) / 2e-3, rel=1e-5)
