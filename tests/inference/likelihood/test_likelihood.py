"""The likelihood: Poisson terms, priors, shared addresses, data, and errors that say what is wrong."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_toys import Line, csi, single
from scipy.stats import poisson as reference

from ontarget.ground.errors import InputError
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.poisson import LEAST, poisson
from ontarget.inference.likelihood.prior import Gaussian

SIGNAL = Scale("signal", "*.signal_scale", 0.0, 3.0, prior=Gaussian(1.0, 0.1))


def line(name="line", number=5):
    return Line(name, np.linspace(1.0, 9.0, number), np.full(number, 4.0))


@settings(deadline=None)
@given(st.floats(1e-6, 1e5), st.integers(0, 100_000))
def test_poisson_is_the_likelihood_ratio(mu, n):
    exact = -2.0 * (reference.logpmf(n, mu) - (reference.logpmf(n, n) if n else 0.0))
    # logpmf itself is a difference of numbers of order n ln n
    assert poisson(np.array([mu]), np.array([float(n)]))[0][0] == pytest.approx(exact, rel=1e-7, abs=1e-6)


@settings(deadline=None)
@given(st.floats(-10, 10), st.integers(0, 50))
def test_poisson_is_finite_and_its_slope_right_where_nothing_is_expected(mu, n):
    observed = np.array([float(n)])
    value, slope, weight = poisson(np.array([mu]), observed)
    assert np.isfinite([value, slope, weight]).all()
    assert weight > 0
    if mu < -LEAST:  # led back: it falls towards positive mu
        assert slope < 0
        assert value > poisson(np.array([LEAST]), observed)[0]
    step = 1e-5 * max(abs(mu), 1e-3)
    if abs(mu) > 1e-3:
        up, down = (poisson(np.array([mu + sign * step]), observed)[0] for sign in (1, -1))
        assert slope[0] == pytest.approx(float((up - down)[0]) / (2 * step), rel=1e-4, abs=1e-3)


def test_zero_counts_and_zero_expectation_cost_nothing():
    value, slope, _ = poisson(np.zeros(3), np.zeros(3))
    np.testing.assert_array_equal(value, 0.0)
    np.testing.assert_array_equal(slope, 2.0)  # and whatever is expected costs twice as much, from zero on


def test_value_is_poisson_plus_prior():
    found = likelihood(line(), [SIGNAL], [np.array([3.0, 0.0, 8.0, 11.0, 20.0])])
    theta = np.array([1.25])
    mu = 1.25 * np.linspace(1, 9, 5) + 4.0
    n = np.array([3.0, 0.0, 8.0, 11.0, 20.0])
    log = np.where(n > 0, n * np.log(np.where(n > 0, n, 1.0) / mu), 0.0)
    assert float(found.minus_two_log(theta)) == pytest.approx(2 * (mu - n + log).sum() + 2.5**2, rel=1e-12)
    assert float(jax.jit(lambda t: found.minus_two_log(t))(jax.numpy.asarray(theta))) == pytest.approx(
        float(found.minus_two_log(theta)), rel=1e-12
    )


def test_one_glob_ties_all_and_a_name_frees_one():
    pair = (line("one"), line("two", 3))
    parameters = [SIGNAL, Scale("own", "two.background_scale", 0.5, 1.5)]
    found = likelihood(pair, parameters)
    one, two = found.expected(signal=2.0, own=1.5)
    np.testing.assert_allclose(one, 2 * np.linspace(1, 9, 5) + 4, rtol=1e-12)
    np.testing.assert_allclose(two, 2 * np.linspace(1, 9, 3) + 6, rtol=1e-12)
    # `own` touches the second alone, so the first was not expanded in it
    used = np.asarray(found.expansion.orders)[:, 1] > 0
    assert np.abs(np.asarray(found.expansion.coefficients)[used, :5]).max() == 0.0


def test_asimov_data_are_what_is_expected_and_best_there():
    found = likelihood(line(), [SIGNAL]).asimov(signal=1.5)
    np.testing.assert_allclose(found.data, 1.5 * np.linspace(1, 9, 5) + 4)
    assert float(found.minus_two_log(found.theta({"signal": 1.5})) - 25.0) == pytest.approx(0.0, abs=1e-12)


def test_pseudo_data_are_reproducible_and_poissonian():
    found = likelihood(csi(), [Scale("norm", "*.source.scale", 0.5, 1.5)])
    again = [found.pseudo_data(jax.random.key(3), norm=1.2)[0] for _ in range(2)]
    np.testing.assert_array_equal(*again)
    assert (again[0] != found.pseudo_data(jax.random.key(4), norm=1.2)[0]).any()
    mu = found.expected(norm=1.2)[0]
    chi = ((again[0] - mu) ** 2 / mu).sum()
    assert abs(chi - 144) < 5 * np.sqrt(2 * 144)  # five standard deviations of chi squared


def test_a_scale_multiplies_a_parameter_replaces():
    experiment = csi(exposure=3.0)
    replace = likelihood(experiment, [Parameter("years", "*.exposure", 1.0, 5.0)])
    multiply = likelihood(experiment, [Scale("years", "*.exposure", 0.2, 2.0)])
    np.testing.assert_allclose(replace.expected(years=1.5)[0], multiply.expected(years=0.5)[0], rtol=1e-10)
    assert float(replace.start[0]) == 3.0
    assert float(multiply.start[0]) == 1.0
    both = [Scale("f", "*.exposure", 0.2, 2.0), Parameter("years", "*.exposure", 1.0, 5.0)]
    np.testing.assert_allclose(
        likelihood(experiment, both).expected(years=1.5, f=2.0)[0], replace.expected(years=3.0)[0], rtol=1e-10
    )


WRONG = [
    (lambda: likelihood(line(), [Scale("s", "*.sygnal_scale", 0, 1)]), r"'\*.sygnal_scale'.*Did you mean"),
    (lambda: likelihood((line(), line()), [SIGNAL]), "Two share it"),
    (lambda: likelihood(line("a.b"), [SIGNAL]), "dot"),
    (lambda: likelihood(line(), [SIGNAL, SIGNAL]), "Two share it"),
    (lambda: likelihood(line(), [Parameter("s", "*.signal", 0, 1)]), "Use a Scale"),
    (lambda: likelihood(line(), [Parameter("s", "*.signal_scale", 2, 3)]), "Its box is"),
    (lambda: Parameter("s", "*.signal_scale", 1.0, 1.0), "not empty"),
    (lambda: likelihood(line(), [SIGNAL], [np.ones(4)]), "4 bins"),
    (lambda: likelihood(line(), [SIGNAL], [-np.ones(5)]), "not negative"),
    (lambda: likelihood(line(), [SIGNAL]).expected(signl=1.0), "Did you mean 'signal'"),
    (lambda: likelihood(line(), [SIGNAL]).expected(signal=4.0), "Widen the box"),
    (
        lambda: likelihood(
            (single("a", 10, 10), single("b", 20, 20, exposure=1.0)), [Parameter("years", "*.exposure", 0, 5)]
        ),
        "One parameter has one start",
    ),
    (
        lambda: likelihood(line(), [Parameter(n, "*.signal_scale", 0, 2) for n in ("one", "two")]),
        "One number has one value",
    ),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_errors_say_what_is_wrong(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        wrong()


def test_an_experiment_that_no_parameter_touches_is_a_constant():
    found = likelihood((line("one"), line("two", 3)), [Scale("s", "one.signal_scale", 0.0, 3.0)])
    np.testing.assert_allclose(found.expected(s=2.0)[1], np.linspace(1, 9, 3) + 4.0)
    none = likelihood(line(), [])
    assert float(none.minus_two_log(np.zeros(0))) == pytest.approx(0.0, abs=1e-9)
