"""Polynomials through points: against closed forms, an independent minimiser, and repeated samples."""

from __future__ import annotations

import numpy as np
import pytest
from iminuit import Minuit

from ontarget.ground.errors import InputError
from ontarget.numerics.regression import fit_polynomial


def test_the_mean_of_equal_errors() -> None:
    fit = fit_polynomial(np.arange(4.0), np.array([1.0, 1.2, 0.8, 1.0]), np.zeros(4), np.full(4, 0.5), 0)
    assert fit.coefficients[0] == pytest.approx(1.0, rel=1e-12)
    assert fit.covariance[0, 0] == pytest.approx(0.25 / 4, rel=1e-12)  # chi2/dof below one: no scaling
    assert fit.scale == 1.0


def test_scatter_beyond_the_errors_enlarges_them() -> None:
    fit = fit_polynomial(np.arange(4.0), np.array([1.0, 3.0, -1.0, 1.0]), np.zeros(4), np.full(4, 0.5), 0)
    assert fit.chi2 == pytest.approx(32.0)
    assert fit.covariance[0, 0] == pytest.approx(0.25 / 4 * 32 / 3, rel=1e-12)


def test_effective_variance_against_a_general_minimiser() -> None:
    random = np.random.default_rng(4)
    x = np.linspace(1.0, 60.0, 15)
    x_error, y_error = 0.08 * x, np.full(15, 0.002)
    y = 0.08 + 1.5e-3 * x - 2e-5 * x**2 + random.normal(0.0, 0.003, 15)
    fit = fit_polynomial(x, y, x_error, y_error, 2)

    def chi2(weights_of: np.ndarray, theta: np.ndarray) -> float:
        slope = np.polyval(np.polyder(weights_of[::-1]), x)
        return float((((y - np.polyval(theta[::-1], x)) ** 2) / (y_error**2 + (slope * x_error) ** 2)).sum())

    # at the fixed point the weights are those of the answer, and the answer minimises the sum with these weights
    other = Minuit(lambda theta: chi2(fit.coefficients, np.asarray(theta)), [0.08, 1e-3, -1e-5])
    other.errordef, other.strategy = 1, 2
    other.migrad()
    assert fit.chi2 == pytest.approx(other.fval, rel=1e-6)
    assert np.asarray(other.values) == pytest.approx(np.asarray(fit.coefficients), rel=1e-3)
    other.hesse()
    assert fit.covariance / fit.scale**2 == pytest.approx(np.asarray(other.covariance), rel=1e-2)


def test_errors_are_those_of_repeated_samples() -> None:
    random = np.random.default_rng(1)
    x, truth = np.linspace(3.0, 60.0, 12), np.array([0.08, 1e-3])
    fits = [
        fit_polynomial(x, truth[0] + truth[1] * x + random.normal(0, 0.01, 12), np.zeros(12), np.full(12, 0.01), 1)
        for _ in range(800)
    ]
    slopes = np.array([fit.coefficients[1] for fit in fits])
    unscaled = np.sqrt(fits[0].covariance[1, 1]) / fits[0].scale
    assert slopes.std() == pytest.approx(unscaled, rel=0.1)  # four standard errors of a spread from 800 samples
    assert abs(slopes.mean() - truth[1]) < 4 * unscaled / np.sqrt(800)


def test_variations_rebuild_the_covariance() -> None:
    x = np.linspace(3.0, 60.0, 12)
    fit = fit_polynomial(x, 0.08 + 1e-3 * x + 1e-3 * np.sin(x), 0.05 * x, np.full(12, 0.002), 3)
    moves = fit.variations()
    assert moves.T @ moves == pytest.approx(np.asarray(fit.covariance), rel=1e-8)
    assert fit.error(x) == pytest.approx(np.sqrt((np.vander(x, 4, increasing=True) @ moves.T) ** 2 @ np.ones(4)))


@pytest.mark.parametrize("y_error", [0.0, np.nan])
def test_points_without_errors_are_refused(y_error: float) -> None:
    with pytest.raises(InputError, match="Each point has an error"):
        fit_polynomial(np.arange(5.0), np.ones(5), np.zeros(5), np.full(5, y_error), 1)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(InputError, match="needs 4 or more"):
        fit_polynomial(np.arange(3.0), np.ones(3), np.zeros(3), np.ones(3), 2)
