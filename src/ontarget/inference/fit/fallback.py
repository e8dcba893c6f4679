"""For the few points where scoring gives up: a quasi-Newton minimiser within bounds, slower and with other habits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from ontarget.inference.fit.batch import Fits, fit_many
from ontarget.inference.fit.fisher import gradient
from ontarget.inference.likelihood.likelihood import Likelihood

MOST = 200  # points; more failures than that are a question to ask, not a load to carry


def rescue(
    likelihood: Likelihood, free: Sequence[str], thetas: np.ndarray, fits: Fits, failed: np.ndarray | None = None
) -> Fits:
    """Fit the points that did not converge once more, and keep what is lower.

    Parameters
    ----------
    thetas : [point, parameter], where the fixed parameters are read
    fits : what scoring found for these points
    failed : [point], which to try; None for those not converged
    """
    failed = ~fits.converged if failed is None else failed
    points = np.nonzero(failed)[0][:MOST]
    if not len(points) or not free:
        return fits
    places = [likelihood.names.index(name) for name in free]
    low, high = (np.asarray(one)[places] for one in (likelihood.expansion.low, likelihood.expansion.high))
    starts = thetas[points].copy()
    for row, point in enumerate(points):
        starts[row, places] = _quasi_newton(likelihood, places, starts[row], fits.free[point], low, high)
    again = fit_many(likelihood, free, starts)  # polishes, and judges by the same measure as all others
    better = (again.value < fits.value[points]) | (again.converged & ~fits.converged[points])
    better &= again.value <= fits.value[points] + 1e-6
    arrays = [one.copy() for one in fits]
    for array, new in zip(arrays, again, strict=True):
        array[points[better]] = new[better]
    return Fits(*arrays)


def _quasi_newton(
    likelihood: Likelihood, places: list[int], theta: np.ndarray, start: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    width = high - low

    def function(unit: np.ndarray) -> tuple[float, np.ndarray]:
        point = theta.copy()
        point[places] = np.clip(low + unit * width, low, high)
        return float(likelihood.minus_two_log(point)), gradient(likelihood, point)[places] * width

    found = minimize(function, (start - low) / width, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(width))
    return np.clip(low + found.x * width, low, high)
