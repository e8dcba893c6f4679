"""Errors of a result in bins, from what a likelihood knows of it; with and without a prior of smoothness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.inference.fit.fisher import invert

Square = Float[np.ndarray, "_ _"]


@dataclass(frozen=True)
class Unfolded:
    """What is known of factors in bins.

    Attributes
    ----------
    statistical, total : one standard deviation per bin; infinite where nothing is known
    resolved : number of orthogonal combinations of the factors that are known to better than the goal
    freedom : effective degrees of freedom that the data have against the prior; all bins without one
    covariance : [bin bin] of all errors; infinite on the diagonal where nothing is known
    """

    statistical: Float[np.ndarray, " bin"]
    total: Float[np.ndarray, " bin"]
    resolved: int
    freedom: float
    covariance: Square

    @property
    def systematic(self) -> Float[np.ndarray, " bin"]:
        """What the total has beyond the statistical part, in quadrature."""
        finite = np.isfinite(self.total) & np.isfinite(self.statistical)
        squares = np.where(finite, self.total, 0.0) ** 2 - np.where(finite, self.statistical, 0.0) ** 2
        return np.where(finite, np.sqrt(np.maximum(squares, 0.0)), np.inf)


def curvature(edges: Float[np.ndarray, " edge"], strength: float) -> Square:
    r"""The information of a smoothness prior: a multivariate Gaussian in the second differences of the factors.

    .. math:: -2\ln p = \sum_b \frac{1}{\tau^2}\Big[\frac{w_b}{x_{b+1} - x_b}(f_{b+1} - f_b)
              - \frac{w_b}{x_b - x_{b-1}}(f_b - f_{b-1})\Big]^2

    with x the middles of the bins and w half the way between neighbours; for equal bins
    :math:`(f_{b+1} - 2f_b + f_{b-1})^2/\tau^2`. A straight line costs nothing.

    Parameters
    ----------
    edges : of the bins, in any unit: only ratios of widths enter
    strength : tau, by how much a factor may leave the line through its neighbours, twice

    References
    ----------
    Schmitt:2012kp
    """
    x = (edges[1:] + edges[:-1]) / 2
    rows = np.zeros((max(len(x) - 2, 0), len(x)))
    for i in range(len(rows)):
        left, right = x[i + 1] - x[i], x[i + 2] - x[i + 1]
        width = (left + right) / 2
        rows[i, i : i + 3] = width / left, -width / left - width / right, width / right
    return rows.T @ rows / strength**2


def profiled(information: Square, kept: int) -> Square:
    """The information on the first parameters with the others profiled, or marginalised, which is the same here."""
    own, cross, rest = information[:kept, :kept], information[:kept, kept:], information[kept:, kept:]
    return own - cross @ np.linalg.solve(rest, cross.T) if rest.size else own


def unfold(information: Square, bins: int, goal: float, prior: Square | None = None) -> Unfolded:
    r"""Errors of the first parameters of an information matrix, the factors; the others are nuisances with priors.

    Statistical errors are those with nuisances fixed. With I the information on the factors, nuisances profiled, and K
    that of the prior: errors are the diagonal of :math:`(I + K)^{-1}`, degrees of freedom the trace of
    :math:`(I + K)^{-1} I`, and resolved are the eigenvalues of I above one over the goal squared, without K.

    Parameters
    ----------
    information : of factors and nuisances, priors of these included
    bins : number of factors
    goal : error of a combination, of unit length, that counts as resolved
    prior : information of a smoothness prior, or none
    """
    alone, whole = information[:bins, :bins], profiled(information, bins)
    added = np.zeros_like(alone) if prior is None else prior
    total, flat = invert(whole + added)
    fixed, loose = invert(alone + added)
    statistical, every = (
        np.where(lost, np.inf, np.sqrt(np.diagonal(one))) for one, lost in ((fixed, loose), (total, flat))
    )
    resolved = int((np.linalg.eigvalsh(whole) > goal**-2).sum())
    regular = np.where(np.isfinite(total), total, 0.0)
    freedom = float(np.trace(regular @ whole)) if prior is not None else float((~flat).sum())
    return Unfolded(statistical, every, resolved, freedom, total)
