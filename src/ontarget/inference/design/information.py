"""Fisher information of forecast counts, errors marginalised over all else, and how they move with a design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.inference.design.forecast import Forecast, Moving
from ontarget.inference.fit.fisher import invert
from ontarget.inference.likelihood.poisson import LEAST

Matrix = Float[np.ndarray, "parameter parameter"]


def informations(
    found: Forecast, designs: Float[np.ndarray, "row free"], background: float = 0.0
) -> Float[np.ndarray, "row parameter parameter"]:
    r"""Fisher information of counts and priors at the start of the parameters, for many designs.

    .. math:: I_{jk} = \sum_b \frac{1}{(1 + r)\mu_b}\frac{\partial\mu_b}{\partial\theta_j}
              \frac{\partial\mu_b}{\partial\theta_k}
              + \delta_{jk}\left(\frac{\partial\,\mathrm{pull}_j}{\partial\theta_j}\right)^2

    background : r, further counts per expected one in every bin, known exactly

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    means, rates = found.linear(designs)
    weight = _weight(means, background)
    return (rates * weight[:, None]) @ rates.swapaxes(1, 2) + np.diag(found.known())


def information(
    found: Forecast, moving: Moving, background: float = 0.0
) -> tuple[Matrix, Float[np.ndarray, "free parameter parameter"]]:
    """Fisher information at one design [parameter parameter], and its derivatives by the free numbers.

    background : r, further counts per expected one in every bin, known exactly
    """
    weight = _weight(moving.means, background)
    value = (moving.rates * weight) @ moving.rates.T + np.diag(found.known())
    # d(1/mu) = -dmu/mu^2; where nothing is expected the weight is a constant
    falls = np.where(moving.means > LEAST, -moving.means_by * weight / np.maximum(moving.means, LEAST), 0.0)
    half = (moving.rates_by * weight) @ moving.rates.T
    return value, half + half.swapaxes(1, 2) + (moving.rates * falls[:, None]) @ moving.rates.T


def _weight(means: np.ndarray, background: float) -> np.ndarray:
    return 1.0 / ((1.0 + background) * np.maximum(means, LEAST))


def joint_error(matrix: Matrix, places: Sequence[int], names: Sequence[str]) -> tuple[float, Matrix]:
    r"""The geometric mean of the semi-axes of the error ellipsoid of some parameters, all others marginalised.

    .. math:: s = (\det C_{AA})^{1/2n},\quad C = I^{-1},\quad
              \mathrm{d}s = -\frac{s}{2n}\,\mathrm{tr}\,(C_{AA}^{-1}\,C_A\,\mathrm{d}I\,C_A^T)

    D-optimality; for one parameter its standard deviation. The second answer is :math:`\partial s/\partial I`.

    Raises
    ------
    InputError : where a combination of them is not determined
    """
    covariance, flat = invert(matrix)
    lost = [name for name, one in zip(names, flat, strict=True) if one]
    if any(flat[place] for place in places):
        truth = f"A combination of {', '.join(lost)} leaves the counts as they are."
        raise InputError("objective", "a singular Fisher matrix", truth, "Fix one of them or give it a prior.")
    rows = covariance[list(places)]
    inner = rows[:, list(places)]
    sign, logarithm = np.linalg.slogdet(inner)
    assert sign > 0
    value = float(np.exp(logarithm / (2 * len(places))))
    return value, -value / (2 * len(places)) * rows.T @ np.linalg.solve(inner, rows)
