"""Errors of a result in bins against closed forms."""

import numpy as np
import pytest

from ontarget.analysis.monitored.unfolding import curvature, profiled, unfold

EDGES = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 6.0])


def test_without_a_prior_errors_are_those_of_counting():
    """Factors of separate bins with n events: one over the root of n; and a common error of the flux on top."""
    events, flux = np.array([100.0, 400.0, 2500.0]), 0.05
    both = np.column_stack([np.diag(events), flux * events])  # rates of change of counts by factors and the pull
    information = both.T @ np.diag(1 / events) @ both + np.diag([0.0, 0.0, 0.0, 1.0])
    found = unfold(information, 3, 0.08)
    np.testing.assert_allclose(found.statistical, 1 / np.sqrt(events), rtol=1e-12)
    np.testing.assert_allclose(found.systematic, flux, rtol=1e-9)
    assert found.freedom == 3
    covariance = np.diag(1 / events) + flux**2
    np.testing.assert_allclose(np.linalg.inv(profiled(information, 3)), covariance, rtol=1e-9)
    assert found.resolved == (np.linalg.eigvalsh(covariance) < 0.08**2).sum() == 2


def test_what_nothing_is_known_of_is_infinite():
    found = unfold(np.diag([100.0, 0.0]), 2, 0.5)
    np.testing.assert_array_equal(found.total, [0.1, np.inf])
    np.testing.assert_array_equal(found.systematic, [0.0, np.inf])
    assert (found.resolved, found.freedom) == (1, 1)


def test_straight_lines_cost_nothing():
    x = (EDGES[1:] + EDGES[:-1]) / 2
    prior = curvature(EDGES, 0.1)
    line = 1.3 - 0.2 * x
    assert abs(line @ prior @ line) < 1e-12
    bent = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    # equal bins about it: (1, -2, 1)^2 / tau^2; the last difference has steps of 1 and 1.5, its width 1.25
    assert bent @ prior @ bent == pytest.approx((1 + 4 + 1.25**2) * 100, rel=1e-12)


def test_a_strong_prior_leaves_two_degrees_of_freedom():
    """Level and slope: the errors are those of a weighted straight line."""
    events = np.array([100.0, 400.0, 900.0, 400.0, 100.0])
    found = unfold(np.diag(events), 5, 0.1, curvature(EDGES, 1e-3))
    x = (EDGES[1:] + EDGES[:-1]) / 2
    design = np.column_stack([np.ones(5), x])
    line = design @ np.linalg.inv(design.T @ np.diag(events) @ design) @ design.T
    assert found.freedom == pytest.approx(2.0, abs=3e-3)  # information of 500, and of 1e6 in the prior
    np.testing.assert_allclose(found.total, np.sqrt(np.diagonal(line)), rtol=3e-3)


def test_a_weak_prior_leaves_all():
    found = unfold(np.diag([100.0, 400.0, 900.0, 400.0, 100.0]), 5, 0.1, curvature(EDGES, 1e3))
    assert found.freedom == pytest.approx(5.0, abs=1e-6)
    np.testing.assert_allclose(found.total, [0.1, 0.05, 1 / 30, 0.05, 0.1], rtol=1e-6)
