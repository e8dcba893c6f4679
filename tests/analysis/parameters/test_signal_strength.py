"""Counting and measuring a signal in two bins, against minima and roots of the written-out likelihood by scipy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import chi2
from study_toys import STRENGTH, written
from two_bin_toys import BACKGROUND, EFFICIENCY, KNOWN, OBSERVED, SCALE, SIGNAL, twice_log_ratio, two_bins

from ontarget.analysis import average_cross_section, count_events, measure_cross_section, measure_signal
from ontarget.analysis.parameters.signal_strength import piece_around
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Piece
from ontarget.inference.likelihood import Gaussian, Scale
from ontarget.io.entry import load_experiment


@pytest.fixture(scope="module")
def crystal(tmp_path_factory):
    return load_experiment(written(tmp_path_factory.mktemp("strength")) / "crystal.yaml").noun


@pytest.fixture(scope="module")
def counter(crystal):
    return two_bins(crystal)


@pytest.fixture(scope="module")
def said():
    return []


@pytest.fixture(scope="module")
def found(counter, crystal, said):
    return measure_signal(
        counter, SCALE, [KNOWN], [EFFICIENCY], standard=crystal, toys=200, seed=3, progress=said.append
    )


def minus_two_log(x, null=None):
    """-2 ln L of strength, background and efficiency, or of the latter two at one strength."""
    strength, background, efficiency = x if null is None else (null, *x)
    means = strength * efficiency * SIGNAL + background * BACKGROUND
    return twice_log_ratio(means) + ((background - 1) / 0.2) ** 2 + ((efficiency - 1) / 0.1) ** 2


def lowest(function, start):
    return minimize(function, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 5000})


def test_events_of_the_fit(found):
    """With the efficiency held: the lowest point, and errors from second differences there."""
    events = found.events
    assert set(events.best.values) == {"strength", "background"}
    best = lowest(lambda x: minus_two_log((*x, 1.0)), [1.0, 1.0])
    means = best.x[0] * SIGNAL + best.x[1] * BACKGROUND
    slopes = np.stack([SIGNAL, BACKGROUND])
    information = (slopes * OBSERVED / means**2) @ slopes.T + np.diag([0.0, 1 / 0.2**2])
    sigma = np.sqrt(np.diagonal(np.linalg.inv(information)))
    # a fit ends within 1e-7 of the lowest -2 ln L, that is 3e-4 of an error
    for name, value, error, number in zip(("signal", "others"), best.x, sigma, (50, 60), strict=True):
        assert events.fitted[name] == pytest.approx(value * number, abs=1e-3 * error * number)
        assert events.errors[name] == pytest.approx(error * number, rel=1e-3)
    assert events.observed == OBSERVED.sum()
    assert events.components.signal == ("signal",)


def test_prediction_and_its_error(found):
    assert found.events.predicted == pytest.approx(50.0, rel=1e-12)
    assert found.events.predicted_error == pytest.approx(0.1 * 50, rel=1e-9)  # counts are linear in the efficiency


def test_no_signal_is_rejected_by_the_difference_of_two_minima(found):
    best = lowest(lambda x: minus_two_log((*x, 1.0)), [1.0, 1.0]).fun
    none = lowest(lambda x: minus_two_log((0.0, *x, 1.0)), [1.0]).fun
    assert found.events.null.sigma == pytest.approx(np.sqrt(none - best), rel=1e-6)
    assert found.events.null.one_sided


def test_cross_section_is_the_strength_times_the_standard(found, crystal):
    measured = found.cross_section
    best = lowest(minus_two_log, [1.0, 1.0, 1.0])
    assert measured.strength == pytest.approx(best.x[0], abs=1e-3 * 0.2)  # a thousandth of its error, see above
    rise = lambda null: lowest(lambda x: minus_two_log(x, null), [1.0, 1.0]).fun - best.fun - 1.0  # noqa: E731
    low, high = brentq(rise, 0.2, best.x[0]), brentq(rise, best.x[0], 2.5)
    # a cubic through steps of 1/40, a tenth of an error: its fourth difference is 1e-4 of a unit
    assert (measured.interval.low, measured.interval.high) == pytest.approx((low, high), abs=2e-4)
    standard = average_cross_section(crystal)
    assert measured.standard == standard
    # in standards: as areas they would be smaller than any absolute tolerance
    assert measured.value / standard == pytest.approx(best.x[0], rel=2e-4)
    assert [one / standard for one in measured.errors] == pytest.approx([best.x[0] - low, high - best.x[0]], rel=2e-3)
    assert measured.mean_error / standard == pytest.approx(0.5 * (high - low), rel=1e-3)
    assert measured.neutrons == pytest.approx(76.0, rel=1e-12)  # 78 of Cs, 74 of I, as many of each
    assert [one.name for one in measured.parameters] == ["strength", "background", "efficiency"]


def test_goodness_of_the_fit_of_the_events(counter):
    """Without constraint on the background a strength alone is fitted: one degree of freedom is left."""
    result = count_events(counter, SCALE)
    best = lowest(lambda x: twice_log_ratio(x[0] * SIGNAL + BACKGROUND), [1.0])
    assert result.best.minimum == pytest.approx(best.fun, rel=1e-7)
    assert result.fitted["signal"] == pytest.approx(50 * best.x[0], abs=1e-3 * result.errors["signal"])


def test_toys_are_those_of_the_fit_with_its_constraint(found):
    good, best = found.goodness, lowest(lambda x: minus_two_log((*x, 1.0)), [1.0, 1.0])
    assert good.observed == pytest.approx(best.fun, rel=1e-6)
    assert len(good.toys) == 200
    assert good.ndof == 1  # two bins and one outside measurement, less two parameters
    # two hundred toys: p is known to 0.035 at most, and counts of 30 are large enough for chi squared to that
    assert good.p_value == pytest.approx(chi2.sf(best.fun, 1), abs=4 * 0.035)


def test_steps_are_said(found, said):
    assert said == ["events", "cross-section", "200 toys"]


def test_the_default_strength_is_that_of_stopped_pions(crystal):
    """Neutrons and steady state of the crystal are held; its signal is scaled at the source."""
    events = count_events(crystal)
    assert events.best.values.keys() == {"strength"}
    signal = float(np.asarray(crystal.expected().signal()).sum())
    assert events.predicted == pytest.approx(signal, rel=1e-12)
    assert events.fitted["cevns"] == pytest.approx(events.best.values["strength"] * signal, rel=1e-9)


def test_the_piece_is_that_around_the_best_value():
    pieces = [Piece(0.0, 0.2, True, False), Piece(0.8, 1.3, False, False)]
    assert piece_around(1.1, pieces) is pieces[1]
    assert piece_around(0.1, pieces) is pieces[0]


def test_refusals(counter, crystal):
    nothing = dataclasses.replace(crystal, observed=None)
    with pytest.raises(InputError, match="Nothing was observed there"):
        count_events(nothing)
    with pytest.raises(InputError, match="Nothing was observed there"):
        measure_cross_section(nothing)
    with pytest.raises(InputError, match=r"got no channel. A cross-section is computed for the channels"):
        measure_cross_section(counter, SCALE)


def test_systematic_errors_of_the_prediction_add_in_quadrature(counter):
    mass = Scale("selection", "*.backgrounds.signal.total", 0.5, 1.5, prior=Gaussian(1.0, 0.05))
    events = count_events(counter, SCALE, (), (EFFICIENCY, mass))
    assert events.predicted_error == pytest.approx(50 * np.hypot(0.1, 0.05), rel=1e-9)
    assert STRENGTH.low == 0.0
