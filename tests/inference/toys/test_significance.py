"""Goodness of fit is uniform where the model is true; significances by formula and by toys agree."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import Line
from scipy.stats import chi2, kstest, norm, poisson

from ontarget.inference.fit.fit import fit
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Scale
from ontarget.inference.likelihood.prior import Gaussian
from ontarget.inference.toys.significance import goodness_of_fit, significance
from ontarget.inference.toys.toys import observing, throw

SHAPE = np.exp(-np.arange(12.0) / 4.0)
BACK = Scale("back", "*.background_scale", 0.5, 1.5, prior=Gaussian(1.0, 0.1))


def line(signal=30.0, low=0.0, data=None, background=4.0):
    scale = Scale("signal", "*.signal_scale", low, 5.0)
    return likelihood(Line("line", signal * SHAPE, np.full(12, background)), [scale, BACK], data)


def test_p_values_are_uniform_where_the_model_is_true():
    """Data sets drawn from the model with redrawn constraints; few counts, so that chi squared is no help."""
    found = line()
    worlds = throw(found, found.theta({}), 11, 120)
    values = []
    for world in range(120):
        one = observing(found, worlds, world)
        values.append(goodness_of_fit(one, fit(one), world, toys=120).p_value)
    assert kstest(values, "uniform").pvalue > 0.01


def test_a_wrong_model_is_seen():
    found = line()
    data = found.expected()[0].round()
    data[7] += 25.0
    wrong = found.with_data([data])
    told = []
    good = goodness_of_fit(wrong, fit(wrong), 1, toys=500, progress=told.append)
    assert good.p_value == 0.0
    assert 0.0 < good.error < 2 / 500
    assert good.asymptotic < 1e-3
    assert good.unconverged == 0
    assert told[-1] == 1.0


def test_many_counts_follow_chi_squared():
    found = line(signal=3000.0, background=400.0)
    good = goodness_of_fit(found, fit(found), 1, toys=1500)
    assert good.ndof == 12 + 1 - 2
    assert kstest(good.toys, chi2(good.ndof).cdf).pvalue > 1e-3
    fixed = goodness_of_fit(found, fit(found, {"back": 1.0}), 1, toys=1500)
    assert fixed.ndof == 11


def test_no_signal_is_tested_on_one_side():
    found = line().asimov(signal=0.5)
    told = significance(found, "signal", 0.0)
    assert told.one_sided
    assert told.sigma == pytest.approx(np.sqrt(fit(found, {"signal": 0.0}).minimum), rel=1e-6)
    assert told.p_value == pytest.approx(norm.sf(told.sigma))
    assert told.conditional.values["signal"] == 0.0
    assert told.toys == 0
    assert np.isnan(told.toy_p_value)
    # a box that lets the signal be negative: the same q, both tails
    both = significance(line(low=-0.02).with_data(found.split(found.data)), "signal", 0.0)
    assert not both.one_sided
    assert both.p_value == pytest.approx(2 * told.p_value, rel=1e-4)


def test_toys_of_one_bin_are_the_poisson_tail():
    """A count on a known background: P(n >= n_data), and Cowan:2010js eq. (97) for the formula."""
    counts, background = 9.0, 4.0
    found = likelihood(
        Line("line", np.full(1, 5.0), np.full(1, background)),
        [Scale("signal", "*.signal_scale", 0.0, 5.0)],
        [np.array([counts])],
    )
    told = significance(found, "signal", 0.0, key=2, toys=6000)
    tail = poisson.sf(counts - 1, background)
    assert told.q == pytest.approx(2 * (counts * np.log(counts / background) - counts + background), abs=1e-6)
    assert told.toy_p_value == pytest.approx(tail, abs=4 * np.sqrt(tail / 6000))
    assert told.toy_error == pytest.approx(np.sqrt(tail / 6000), rel=0.15)
    assert told.toy_sigma == pytest.approx(norm.isf(tail), abs=0.12)
    assert told.unconverged == 0


def test_toys_agree_with_the_formula_for_many_counts():
    found = line(signal=300.0, background=100.0).asimov(signal=0.06)
    told = significance(found, "signal", 0.0, key=1, toys=4000)
    assert 1.0 < told.sigma < 3.0
    assert told.toy_p_value == pytest.approx(told.p_value, abs=4 * told.toy_error)


def test_what_toys_cannot_reach_is_not_thrown():
    told = significance(line(signal=300.0), "signal", 0.0, key=1, toys=1000)
    assert told.sigma > 6.0
    assert told.toys == 0
    assert "none were thrown" in told.message
    nothing = significance(line().asimov(signal=0.0), "signal", 0.0)
    assert nothing.sigma == pytest.approx(0.0, abs=1e-3)
    assert nothing.p_value > 0.49
