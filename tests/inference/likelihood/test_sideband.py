"""Profiled backgrounds against the same likelihood with every background a plain parameter, and closed forms."""

from __future__ import annotations

import dataclasses
from functools import cache

import jax
import numpy as np
import pytest
from inference_toys import Line
from scipy.optimize import brentq, minimize
from sideband_toys import SCALE, TILT, Beside, beside, written_out
from template_toys import MU
from template_toys import asked as template_study

from ontarget.detector import Sideband
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.inference.fit.batch import fit_many
from ontarget.inference.fit.contraction import Contraction, model_of, state
from ontarget.inference.fit.fisher import fisher, gradient, hessian
from ontarget.inference.fit.fit import fit
from ontarget.inference.fit.interval import intervals, threshold
from ontarget.inference.fit.profile import profile
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Scale

HALF = as_array([0.5, 0.5])


def plain():
    return Line("plain", np.linspace(1.0, 3.0, 3), np.ones(3))


def two(first, second):
    """One experiment with two backgrounds, whose shares of the tag bins are given."""
    bands = Sideband([6.0, 0.0, 2.0], 0.5), Sideband([0.0, 9.0, 4.0], 2.0)
    steady = tuple(zip(bands, (as_array(first), as_array(second)), strict=True))
    return Beside("two", np.linspace(2.0, 0.3, 9), np.linspace(0.1, 1.0, 9), steady)


CASES = {
    "one": lambda: beside("one", [5, 1, 8]),
    "some without": lambda: (plain(), beside("a", [3, 0, 0], tags=5), beside("b", [40, 20], tags=3, ratio=2.0, seed=2)),
    "of all sizes": lambda: (beside("a", [3, 7], tags=2), plain(), two([0.6, 0.4, 0.0], [0.0, 0.0, 1.0])),
}


@cache
def built(name):
    return likelihood(CASES[name](), [SCALE, TILT])


def found(name, seed, few=1.0, **values):
    """A likelihood with pseudo-data in bins and sidebands; `few` times the expected counts."""
    made = built(name)
    random = np.random.default_rng(seed)
    means = np.concatenate([*made.expected(**values), made.sideband.counts])
    return dataclasses.replace(made, data=as_array(random.poisson(few * means)))


def points(number, seed):
    random = np.random.default_rng(seed)
    thetas = random.uniform([0.0, -0.9], [4.0, 0.9], (number, 2))
    thetas[0, 0] = 0.0  # no signal at all
    return thetas


def lowest(function, start, bounds):
    """A bounded quasi-Newton search, as far as it goes."""
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 50_000}
    return minimize(function, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)


def differences(function, theta):
    """Central differences [parameter, ...]."""
    step = 1e-5
    return np.array([(function(theta + one) - function(theta - one)) / (2 * step) for one in np.eye(len(theta)) * step])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("few", [0.0, 0.2, 1.0, 10.0])
def test_value_is_that_of_the_best_backgrounds(name, few):
    one = found(name, 1, few)
    start = np.asarray(one.sideband.nominal) + 0.5
    for theta in points(3, 2):

        def function(beta, theta=theta):
            value, slope = written_out(one, theta, beta)
            return value, slope[2:]

        search = lowest(function, start, [(1e-12, None)] * len(start))
        # the search stops at 1e-9 of slope, and at 1e-12 instead of zero
        assert float(one.minus_two_log(theta)) == pytest.approx(search.fun, abs=1e-7)
        np.testing.assert_allclose(one.profiled(theta).beta, search.x, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("few", [0.0, 0.2, 1.0])
def test_gradient_and_hessian_are_derivatives(name, few):
    one = found(name, 3, few)
    for theta in points(4, 5)[1:]:
        first, second = gradient(one, theta), hessian(one, theta)
        # step^2 of the third derivative, and rounding of the value / step
        np.testing.assert_allclose(first, differences(one.minus_two_log, theta), rtol=1e-6, atol=1e-6)
        found_here = differences(lambda at: gradient(one, at), theta)
        np.testing.assert_allclose(second, found_here, rtol=1e-6, atol=1e-6 * np.abs(second).max())


def test_jax_takes_the_same_derivatives():
    one, theta = found("of all sizes", 3, 0.2), points(2, 5)[1]
    compiled = jax.jit(
        lambda at: tuple(of(lambda x: one.minus_two_log(x))(at) for of in (lambda f: f, jax.grad, jax.hessian))
    )
    value, first, second = compiled(theta)
    assert float(value) == pytest.approx(float(one.minus_two_log(theta)), rel=1e-12)
    np.testing.assert_allclose(gradient(one, theta), first, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(hessian(one, theta), second, rtol=1e-8, atol=1e-9 * np.abs(second).max())


def test_without_signal_and_counts_the_slope_is_that_to_the_right():
    """No events anywhere: -2 ln L is twice all that is expected without the background, which then is zero."""
    experiment = Beside("empty", np.array([1.0, 2.0, 0.5, 3.0]), np.zeros(4), ((Sideband([0.0, 4.0], 0.3), HALF),))
    one = likelihood(experiment, [SCALE]).with_data([np.zeros(4)], np.zeros(2))
    derivatives = jax.jit(jax.hessian(lambda at: one.minus_two_log(at)))
    for signal in (0.0, 1e-12, 0.5):
        theta = np.array([signal])
        assert float(one.minus_two_log(theta)) == pytest.approx(2 * 6.5 * signal, abs=1e-12)
        # without the nominal background 1e-15 counts may be missing, and below zero the slope falls by 8e9 per count
        np.testing.assert_allclose(gradient(one, theta), [13.0], rtol=1e-5)
        assert np.isfinite(hessian(one, theta)).all()
        assert np.isfinite(derivatives(theta)).all()
    best = fit(one)
    assert best.converged
    assert best.values["scale"] == pytest.approx(0.0, abs=1e-8)  # -2 ln L there is below the 1e-7 of a fit
    assert best.at_edge == ("scale",)


@pytest.mark.parametrize("name", CASES)
def test_states_are_those_of_the_likelihood(name):
    """numpy, compiled, and the plain functions; the expected Hessian is the block of a joint Fisher matrix."""
    one, thetas = found(name, 7), points(24, 8)
    contraction = Contraction(one, [0, 1], thetas)
    data = np.repeat(contraction.arranged(np.asarray(one.data)[None]), len(thetas), axis=0)
    model = contraction.kinds, contraction.basis, contraction.sidebands, model_of(contraction.basis, None)
    host, compiled = state(*model, data, thetas), jax.jit(state, static_argnums=0)(*model, data, thetas)
    for numbers, other in zip(host, compiled, strict=True):
        np.testing.assert_allclose(numbers, other, rtol=1e-9, atol=1e-9 * np.abs(other).max())
    bands = one.sideband
    share = np.where(bands.group == np.arange(len(bands.labels))[:, None], np.asarray(bands.share), 0.0)
    for theta, value, slope, expected, bent in zip(thetas, *host, strict=True):
        assert value == pytest.approx(float(one.minus_two_log(theta)) - float(one.constraint(theta)), rel=1e-12)
        prior = np.array([0.0, 2 * theta[1] / 0.3**2])
        np.testing.assert_allclose(slope + prior, gradient(one, theta), rtol=1e-9, atol=1e-9)
        at = one.profiled(theta)
        rates = np.concatenate([one.expansion.jacobian(theta)[1:], share])  # all parameters, then all backgrounds
        joint = 2 * (rates / at.means) @ rates.T
        joint[2:, 2:] += np.diag(2 / (np.asarray(bands.ratio) * np.maximum(at.beta, 1e-30)))
        np.testing.assert_allclose(np.linalg.inv(np.linalg.inv(joint)[:2, :2]), expected, rtol=1e-6)
        curved = one.expansion.hessian(theta) @ (2 * (1 - np.asarray(one.data)[: one.bins] / at.means))
        np.testing.assert_allclose(bent, curved, rtol=1e-9, atol=1e-9 * np.abs(curved).max())


@pytest.mark.parametrize("name", CASES)
def test_a_joint_fit_gives_the_same_values_and_errors(name):
    one = found(name, 4, scale=2.0)
    ours = fit(one)
    assert ours.converged
    assert ours.at_edge == ()

    def function(x):
        return written_out(one, x[:2], x[2:])

    start = np.concatenate([[1.0, 0.0], np.asarray(one.sideband.nominal) + 0.5])
    search = lowest(function, start, [(0.0, 4.0), (-0.9, 0.9)] + [(1e-12, None)] * (len(start) - 2))
    assert ours.minimum == pytest.approx(search.fun, abs=1e-6)
    free = np.concatenate([[True, True], search.x[2:] > 1e-6])
    at = search.x.copy()

    def slopes(x):
        at[free] = x
        return function(at)[1][free]

    errors = np.sqrt(np.diagonal(np.linalg.inv(differences(slopes, search.x[free]) / 2)))
    for i, parameter in enumerate(("scale", "tilt")):
        assert ours.errors[parameter] == pytest.approx(errors[i], rel=1e-4)
        # both stop at 1e-7 in -2 ln L, which is 3e-4 of an error
        assert ours.values[parameter] == pytest.approx(search.x[i], abs=1e-3 * errors[i])


def test_toys_are_fitted_together_sidebands_and_all():
    one = found("some without", 2)
    random = np.random.default_rng(1)
    means = one.means(np.array([1.0, 0.0]))
    assert len(means) == len(one.data)
    toys = random.poisson(means, size=(60, len(means))).astype(float)
    thetas = np.repeat(np.asarray(one.start)[None], 60, axis=0)
    together = fit_many(one, one.names, thetas, toys, np.arange(60))
    assert together.converged.all()
    for toy in (0, 31, 59):
        alone = dataclasses.replace(one, data=as_array(toys[toy]))
        assert fit(alone).minimum == pytest.approx(together.value[toy], abs=1e-6)


@pytest.mark.parametrize(("on", "off", "tau"), [(140, 250, 2.5), (17, 40, 5.0), (3, 0, 1.0), (4, 200, 5.0)])
def test_on_and_off_counts_give_the_significance_of_li_and_ma(on, off, tau):
    """n_on events, n_off beside, tau times as much exposure there: Cowan et al., and Li and Ma with alpha = 1/tau."""
    alpha = 1 / tau
    experiment = Beside("on", [1.0], [0.0], ((Sideband([10.0], alpha), as_array([1.0])),))
    one = likelihood(experiment, [Scale("signal", "on.scale", 0.0, 1000.0)])
    one = one.with_data([np.array([on])], np.array([off]))
    square = 2 * on * np.log((1 + alpha) / alpha * on / (on + off))
    square += 2 * off * np.log((1 + alpha) * off / (on + off)) if off else 0.0
    assert float(one.minus_two_log(np.array([0.0]))) == pytest.approx(square, rel=1e-9, abs=1e-9)
    best = fit(one)
    if on > off / tau:
        error = np.sqrt(on + off / tau**2)
        # a fit stops at 1e-7 in -2 ln L, which is 3e-4 of an error
        assert best.values["signal"] == pytest.approx(on - off / tau, abs=1e-3 * error)
        assert best.errors["signal"] == pytest.approx(error, rel=1e-3)


def test_an_infinite_sideband_is_a_background_that_is_known():
    steady, ratio = np.array([12.0, 5.0, 7.0]), 1e-9
    many = beside("many", steady / ratio, ratio=ratio)
    known = dataclasses.replace(many, steady=(), other=many.other + many.sidebands()["steady0"][1].ravel())
    pairs = [likelihood(one, [SCALE]) for one in (many, known)]
    data = [np.random.default_rng(5).poisson(pairs[0].expected()[0]).astype(float)]
    fits = [fit(one.with_data(data)) for one in pairs]
    # the constraint is worth 1e-9 of a count's variance; -2 ln L there is a difference of numbers of order 1e10
    assert fits[0].values["scale"] == pytest.approx(fits[1].values["scale"], abs=1e-4)
    assert fits[0].errors["scale"] == pytest.approx(fits[1].errors["scale"], rel=1e-5)
    np.testing.assert_allclose(fisher(pairs[0]), fisher(pairs[1]), rtol=1e-7)


def test_at_asimov_data_the_hessian_is_twice_the_information():
    one = likelihood(CASES["some without"](), [SCALE, TILT]).asimov()
    np.testing.assert_allclose(hessian(one, np.asarray(one.start)) / 2, fisher(one), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.means(np.asarray(one.start)), one.data, rtol=1e-9)


def test_what_was_observed_is_the_data():
    seen = np.arange(12.0)
    pair = beside("a", [5, 1, 8], observed=seen), beside("b", [2, 2, 2], seed=3)
    one = likelihood(pair, [SCALE])
    first, second = one.split(one.data)
    np.testing.assert_array_equal(first, seen)
    np.testing.assert_allclose(second, one.expected()[1], rtol=1e-12)
    np.testing.assert_array_equal(one.data[one.bins :], [5, 1, 8, 2, 2, 2])
    np.testing.assert_allclose(one.asimov().split(one.asimov().data)[0], one.expected()[0], rtol=1e-12)
    other = one.with_data([seen, seen], np.zeros(6))
    np.testing.assert_array_equal(other.data[other.bins :], 0.0)
    np.testing.assert_allclose(other.asimov().data[other.bins :], [5, 1, 8, 2, 2, 2])
    np.testing.assert_array_equal(other.with_data([seen, seen]).data, other.data)


def test_an_empty_seen_bin_has_the_shape_of_the_others():
    one = likelihood(beside("a", [5, 0, 8]), [SCALE]).sideband
    shares = np.asarray(one.share).reshape(4, 3)
    np.testing.assert_allclose(shares, shares[:, :1] * np.ones(3), rtol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, rtol=1e-12)
    assert one.labels == ("a.steady0",) * 3


WRONG = [
    (lambda: likelihood(two([0.6, 0.4, 0.0], [0.0, 0.5, 0.5]), [SCALE]), "two.steady1: got a sideband.*Join"),
    (lambda: likelihood(beside("a", [0, 0]), [SCALE]), "a.steady0.*no event"),
    (
        lambda: likelihood(beside("a", [3, 1]), [Scale("size", "a.steady.*.ratio", 0.5, 2.0)]),
        "a.steady0.*'size', which moves it.*Leave it out",
    ),
    (lambda: likelihood(beside("a", [3, 1]), [SCALE]).with_data([np.ones(8)], np.ones(3)), "sidebands.*It has 2"),
    (lambda: likelihood(beside("a", [3, 1]), [SCALE]).with_data([np.ones(7)]), "'a'.*It has 8"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_errors_say_what_is_wrong(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        wrong()


def test_a_sideband_without_a_count_bounds_the_signal(tmp_path):
    """One event on an empty sideband: with s = 2 mu of the signal in each bin and 2 beta in the sideband's, beta is
    1/3 - s at its best, or zero, and -2 ln L / 2 is 2 s - ln s beyond s = 1/3, least at 1/2.
    """
    noun = template_study(tmp_path, "empty").experiments["empty"].noun
    found = likelihood(noun, [dataclasses.replace(MU, high=3.0)])
    np.testing.assert_allclose(found.sideband.share, 1.0)
    (piece,) = intervals(profile(found, {"mu": np.linspace(0.0, 3.0, 61)}), 0.9).pieces
    high = brentq(lambda s: 2 * (2 * s - np.log(s) - 1 - np.log(2)) - threshold(0.9, 1), 0.5, 5.0) / 2
    assert high == pytest.approx(0.9116, abs=5e-5)
    assert (piece.low, piece.high) == (0.0, pytest.approx(high, rel=1e-3))
    assert fit(found).values["mu"] == pytest.approx(0.25, rel=1e-3)
