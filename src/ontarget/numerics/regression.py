"""Polynomials through measured points with errors on both coordinates."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, quantity, static

ROUNDS = 50
STILL = 1e-12  # relative change of the coefficients at which the effective variance has settled


class PolynomialFit(Noun):
    r"""A polynomial through measured points, with the covariance of its coefficients.

    Attributes
    ----------
    coefficients : of :math:`1, x, x^2, \dots`
    covariance : [power, power], already multiplied by the square of `scale`
    chi2 : weighted sum of squared residuals
    dof : points less coefficients
    scale : :math:`\sqrt{\chi^2/\mathrm{dof}}` where above one: by how much all errors are enlarged
    """

    coefficients: Float[Array, " power"] = quantity()
    covariance: Float[Array, "power power"] = quantity()
    chi2: float = static()
    dof: int = static()
    scale: float = static()

    def __call__(self, x: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
        """The polynomial."""
        return np.polyval(np.asarray(self.coefficients)[::-1], x)

    def error(self, x: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
        """Its standard deviation."""
        design = np.vander(x, len(self.coefficients), increasing=True)
        return np.sqrt(np.einsum("xi,ij,xj->x", design, np.asarray(self.covariance), design))

    def variations(self) -> Float[np.ndarray, "variation power"]:
        """Independent changes of the coefficients by one standard deviation each, the largest first."""
        covariance = np.asarray(self.covariance)
        size = np.sqrt(np.diag(covariance))  # powers have units of their own: diagonalise what has none
        values, vectors = np.linalg.eigh(covariance / np.outer(size, size))
        return (size[:, None] * vectors * np.sqrt(np.maximum(values, 0.0))).T[::-1]


def fit_polynomial(
    x: Float[np.ndarray, " point"],
    y: Float[np.ndarray, " point"],
    x_error: Float[np.ndarray, " point"],
    y_error: Float[np.ndarray, " point"],
    degree: int,
) -> PolynomialFit:
    r"""Least squares with the effective variance :math:`\sigma_y^2 + (f'(x)\,\sigma_x)^2`, iterated to rest.

    Valid where the polynomial is straight over one error of x and the errors of x and y are independent. Where the
    points scatter more than their errors, these are enlarged by a common scale factor.

    Parameters
    ----------
    x, y : measured
    x_error, y_error : standard deviations
    degree : of the polynomial

    References
    ----------
    Orear:1982-AJP50
    ParticleDataGroup:2024cfk
    """
    if len(x) < degree + 2:
        truth = f"A polynomial of degree {degree} needs {degree + 2} or more."
        raise InputError("points", f"{len(x)} points", truth, "Give more points, or a lower degree.")
    if not (np.all(np.isfinite([x, y, x_error, y_error])) and np.all(y_error > 0) and np.all(x_error >= 0)):
        raise InputError("errors", "an error of zero, or no number", "Each point has an error.", "Mend the points.")
    unit = np.max(np.abs(x))
    design = np.vander(x / unit, degree + 1, increasing=True)
    powers = unit ** -np.arange(degree + 1.0)
    coefficients = np.linalg.lstsq(design / y_error[:, None], y / y_error, rcond=None)[0] * powers
    for _ in range(ROUNDS):
        slope = np.polyval(np.polyder(coefficients[::-1]), x)
        sigma = np.sqrt(y_error**2 + (slope * x_error) ** 2)
        before, coefficients = coefficients, np.linalg.lstsq(design / sigma[:, None], y / sigma, rcond=None)[0] * powers
        if np.allclose(before, coefficients, rtol=STILL, atol=0.0):
            break
    chi2 = float((((y - np.polyval(coefficients[::-1], x)) / sigma) ** 2).sum())
    dof = len(x) - degree - 1
    scale = max(1.0, float(np.sqrt(chi2 / dof)))
    weighted = design / sigma[:, None]
    covariance = scale**2 * np.linalg.inv(weighted.T @ weighted) * np.outer(powers, powers)
    return PolynomialFit(jnp.asarray(coefficients), jnp.asarray(covariance), chi2, dof, scale)
