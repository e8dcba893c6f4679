"""Errors and limits of a made-up sky, and their slopes, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from design_toys import KNOWN_SIGNAL, SIGNAL, Price, Sky
from scipy.optimize import brentq

from ontarget.analysis.design.merit import AtLeast, AtMost, JointError, UpperLimit
from ontarget.analysis.design.problem import design_problem
from ontarget.ground.errors import InputError
from ontarget.inference.likelihood import Parameter

FREE = {"sky.on": (1.0, 31.0), "sky.off": (1.0, 21.0)}
AT = np.array([4.0, 9.0])
OFF = Parameter("off", "sky.off", 1.0, 20.0)


@pytest.fixture(scope="module")
def problem():
    """The signal is asked about."""
    return design_problem([Sky()], FREE, [SIGNAL])


def test_error_of_one_parameter(problem):
    """Information is on / (s + 8) + 8 off / s, halved where half of all counts are background known exactly."""
    on, off = AT
    measure = JointError().measured(problem)
    exact = on / 11 + 8 * off / 3
    value, slope = measure.slope(AT)
    assert value == pytest.approx(exact**-0.5, rel=1e-12)
    np.testing.assert_allclose(slope, -0.5 * exact**-1.5 * np.array([1 / 11, 8 / 3]), rtol=1e-10)
    np.testing.assert_allclose(measure.values(np.stack([AT, 2 * AT])), [value, value / np.sqrt(2)], rtol=1e-12)
    louder = JointError(background=1.0).measured(problem)
    assert louder.slope(AT)[0] == pytest.approx(np.sqrt(2) * value, rel=1e-12)
    np.testing.assert_allclose(louder.values(AT[None]), [np.sqrt(2) * value], rtol=1e-12)
    np.testing.assert_allclose(louder.slope(AT)[1], np.sqrt(2) * slope, rtol=1e-10)


def test_limit_is_the_root_of_the_profile(problem):
    """Twice the Poisson ratio of Asimov data rises to 2.7055 (90 %), to 3.8415 (95 %); measured from the start."""

    def by_root(on, off, rise, background=0.0):
        def ratio(s):
            found = 0.0
            for n, mu in ((on * 11, on * (s + 8)), (off * 24, off * 8 * s)):
                n, mu = n * (1 + background), mu + n * background
                found += 2 * (mu - n + n * np.log(n / mu))
            return found - rise

        return brentq(ratio, 3.0, 30.0, xtol=1e-14) - 3.0

    measure = UpperLimit().measured(problem)
    # thresholds to four digits, roots as good as these
    value, slope = measure.slope(AT)
    assert value == pytest.approx(by_root(*AT, 2.705543), rel=1e-6)
    assert measure.values(AT[None]) == pytest.approx([value], rel=1e-9)
    steps = 1e-4 * np.eye(2)
    exact = [(by_root(*(AT + one), 2.705543) - by_root(*(AT - one), 2.705543)) / 2e-4 for one in steps]
    np.testing.assert_allclose(slope, exact, rtol=1e-6)  # second differences: 1e-8 of it
    wider = UpperLimit(level=0.95, background=1.0).measured(problem)
    assert wider.slope(AT)[0] == pytest.approx(by_root(*AT, 3.841459, 1.0), rel=1e-6)


def test_parameters_are_named_and_others_marginalised():
    """Of two parameters one may be asked for by name: its error is what the other leaves, and the prior helps."""
    problem = design_problem([Sky()], {"sky.on": (1.0, 31.0)}, [OFF, SIGNAL])
    on, off = 4.0, 10.0
    # rates of counts (11 on, 24 off) by (off, signal)
    rates = np.array([[0.0, 24.0], [on, 8 * off]])
    covariance = np.linalg.inv((rates / np.array([11 * on, 24 * off])) @ rates.T)
    at = np.array([[on]])
    one = JointError(("signal",))
    np.testing.assert_allclose(one.measured(problem).values(at), [covariance[1, 1] ** 0.5], rtol=1e-10)
    both = JointError().measured(problem).values(at)
    np.testing.assert_allclose(both, [np.linalg.det(covariance) ** 0.25], rtol=1e-10)
    assert one.label(problem) == "error of signal"
    assert JointError().label(problem) == "joint error of off, signal"
    assert UpperLimit("signal", level=0.95).label(problem) == "expected limit on signal, 95 % CL"
    assert UpperLimit().label(problem) == "expected limit on off, 90 % CL"
    with pytest.raises(InputError, match="Did you mean 'signal'"):
        JointError(("sinal",)).check(problem)
    with pytest.raises(InputError, match="Did you mean 'signal'"):
        UpperLimit("sinal").check(problem)


def test_a_prior_is_information():
    """A strength known to a tenth before anything is counted: one hundred, and the counts'."""
    problem = design_problem([Sky()], FREE, [KNOWN_SIGNAL])
    exact = 100.0 + 9 * (AT[0] / 11 + 8 * AT[1] / 3)
    assert JointError().measured(problem).slope(AT)[0] == pytest.approx(exact**-0.5, rel=1e-12)


def test_limits_have_a_side(problem):
    """What is left below the most, above the least, in units of it."""
    assert AtMost(Price(), 20.0).bound(problem).room(15.0) == pytest.approx(0.25)
    assert AtLeast(Price(), 20.0).bound(problem).room(15.0) == pytest.approx(-0.25)
    assert AtMost(Price(2.0), 20.0).bound(problem).measure.values(AT[None]) == pytest.approx([22.0])
