"""Fitted backgrounds and their errors against a joint Hessian, and where counting says what they are."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Line
from sideband_toys import SCALE, TILT, beside, written_out

from ontarget.ground.errors import InputError
from ontarget.inference.fit.fit import fit
from ontarget.inference.fit.sideband_fit import sideband_fit
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Scale


@pytest.fixture(scope="module")
def pair():
    made = likelihood((beside("a", [30, 21]), beside("b", [44, 20, 9], tags=3, ratio=1.5, seed=2)), [SCALE, TILT])
    random = np.random.default_rng(7)
    return made.with_data([random.poisson(one) for one in made.expected()], random.poisson(made.sideband.counts))


@pytest.mark.parametrize("fixed", [{}, {"tilt": 0.1}])
def test_errors_are_those_of_a_fit_with_all_backgrounds_free(pair, fixed):
    best = fit(pair, fixed)
    found = sideband_fit(pair, best)
    theta, step = pair.theta(best.values), 1e-4
    free = [i for i, name in enumerate((*pair.names, *pair.sideband.labels)) if name not in fixed]
    at = np.concatenate([theta, found.beta])
    # central differences of the slopes: exact to step^2
    second = [
        written_out(pair, (at + one)[:2], (at + one)[2:])[1] - written_out(pair, (at - one)[:2], (at - one)[2:])[1]
        for one in step * np.eye(len(at))
    ]
    covariance = np.linalg.inv(np.array(second)[np.ix_(free, free)] / (2 * step) / 2)
    backgrounds = covariance[-5:, -5:]
    np.testing.assert_allclose(found.covariance, backgrounds, rtol=1e-5, atol=1e-6 * backgrounds.max())
    for label, part in {"a.steady0": slice(0, 2), "b.steady0": slice(2, 5)}.items():
        assert found.totals[label] == pytest.approx(found.beta[part].sum(), rel=1e-12)
        assert found.errors[label] == pytest.approx(np.sqrt(backgrounds[part, part].sum()), rel=1e-5)


def test_where_all_else_is_known_both_samples_count():
    """No signal, nothing else: n events in a time of one and m in one of 1/r."""
    one = likelihood(beside("a", [400], ratio=0.25, size=1e-9), [Scale("unused", "a.scale", 0.5, 1.5)])
    one = one.with_data([np.array([40.0, 20, 30, 30])], [500.0])
    found = sideband_fit(one, fit(one, {"unused": 1.0}))
    assert found.totals["a.steady0"] == pytest.approx(620 / 5, rel=1e-6)
    assert found.errors["a.steady0"] == pytest.approx(np.sqrt(620) / 5, rel=1e-6)


def test_what_is_not_determined_and_what_is_zero():
    one = likelihood((beside("a", [3, 1]), Line("b", np.zeros(2), np.ones(2))), [Scale("off", "b.signal_scale", 0, 2)])
    free = one.with_data([np.zeros(8), np.ones(2)], np.array([4.0, 0.0]))
    best = fit(free)
    assert np.isinf(best.errors["off"])  # a signal of nothing, which no background follows
    found = sideband_fit(free, best)
    assert found.beta[1] == 0.0
    assert found.covariance[1, 1] == 0.0
    assert np.isfinite(found.errors["a.steady0"])
    lost = likelihood(beside("a", [3, 1]), [SCALE, Scale("other", "a.signal", 0.5, 2.0)])
    best = fit(lost)  # one number twice
    assert np.isinf(sideband_fit(lost, best).errors["a.steady0"])


def test_a_likelihood_without_sidebands_is_refused():
    one = likelihood(Line("b", np.ones(2), np.ones(2)), [Scale("s", "b.signal_scale", 0, 2)])
    with pytest.raises(InputError, match="without sidebands"):
        sideband_fit(one, fit(one))
