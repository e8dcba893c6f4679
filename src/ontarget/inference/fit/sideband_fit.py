"""After a fit: how large the backgrounds are that were counted in sidebands."""

from __future__ import annotations

import jax
import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.fisher import blocks
from ontarget.inference.fit.fit import Fit
from ontarget.inference.likelihood.likelihood import Likelihood


class SidebandFit(Noun):
    """Events of backgrounds with a sideband in the signal sample, by a fit of both samples.

    Attributes
    ----------
    totals, errors : of each background, "experiment.background", and one standard deviation; parameters that were
        fixed in the fit stay so, and an error is infinite where the data do not determine it
    beta : of each group, in the order of `Likelihood.sideband` [group]
    covariance : of these [group, group]; zero for those that are zero, their boundary
    """

    totals: dict[str, float] = static()
    errors: dict[str, float] = static()
    beta: Float[np.ndarray, " group"]
    covariance: Float[np.ndarray, "group group"]


def sideband_fit(likelihood: Likelihood, found: Fit) -> SidebandFit:
    r"""The backgrounds at a fit's values, with the errors of a fit in which they are parameters like all others.

    .. math:: V_{\beta\beta} = 2 H_{\beta\beta}^{-1} + J V_{\theta\theta} J^T, \qquad
              J = \frac{d\beta}{d\theta} = -H_{\beta\beta}^{-1} H_{\beta\theta}

    with H the second derivatives of -2 ln L, and V from the fit, where the backgrounds are profiled.

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    if likelihood.sideband is None:
        raise InputError("sideband_fit", "a likelihood without sidebands", "No background was counted in one.", "")
    sidebands = jax.tree.map(np.asarray, likelihood.sideband)
    theta = likelihood.theta(found.values)
    beta = likelihood.profiled(theta).beta
    _, cross, inverse = blocks(likelihood, theta)
    places = [likelihood.names.index(name) for name in found.errors]
    slopes = -inverse[:, None] * cross[places].T
    lost = np.isinf(np.diagonal(found.covariance))
    known = np.where(np.isinf(found.covariance), 0.0, found.covariance)
    covariance = 2.0 * np.diag(inverse) + slopes @ known @ slopes.T
    inside = sidebands.total(sidebands.share)
    totals, errors = {}, {}
    for label in dict.fromkeys(sidebands.labels):
        mine = np.where([one == label for one in sidebands.labels], inside, 0.0)
        unknown = (np.abs(mine @ slopes) > 1e-12 * np.abs(slopes).max(initial=0.0))[lost].any()
        totals[label] = float(mine @ beta)
        errors[label] = float("inf") if unknown else float(np.sqrt(mine @ covariance @ mine))
    return SidebandFit(totals, errors, beta, covariance)
