"""First and second derivatives of a profile likelihood along its axes, also where nuisances are not at their best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from ontarget.inference.fit.batch import WORK, BatchedFits
from ontarget.inference.fit.contraction import model_of
from ontarget.inference.fit.newton import PointData, evaluate
from ontarget.inference.likelihood.likelihood import Likelihood

SAME = 0.01  # standard deviations to a minimum within which a slope is as good as none


class ProfileSlopes:
    r"""The derivatives of a profile at any points.

    .. math:: g_x - H_{x\nu} H_{\nu\nu}^{-1} g_\nu, \qquad H_{xx} - H_{x\nu} H_{\nu\nu}^{-1} H_{\nu x}

    with g and H of -2 ln L: the first order of what fits would give. A nuisance at an edge of its box, which the slope
    points out of, is held.

    Parameters
    ----------
    likelihood : of which the profile is
    nuisances, axes : places of the profiled parameters, and of those along the axes
    theta : values of all parameters, where the others are held
    """

    def __init__(
        self, likelihood: Likelihood, nuisances: Sequence[int], axes: Sequence[int], theta: Float[np.ndarray, " _"]
    ) -> None:
        self.number, data = len(nuisances), np.asarray(likelihood.data)[None]
        self.fits = BatchedFits(likelihood, [*nuisances, *axes], theta[None], data, np.zeros((1, len(theta))))
        self.largest = self.fits.contraction.largest

    def __call__(self, thetas: Float[np.ndarray, "point _"]) -> tuple[np.ndarray, np.ndarray]:
        """Slope and curvature [point, axis] at values of all parameters; a slope that is as good as none is zero."""
        free, rows = thetas[:, self.fits.places], max(1, WORK // self.largest)
        parts = [self.part(free[low : low + rows]) for low in range(0, max(len(free), 1), rows)]
        slope, bend = (np.concatenate(one) for one in zip(*parts, strict=True))
        return np.where(np.abs(slope) < SAME * np.sqrt(np.maximum(bend, 0.0)), 0.0, slope), bend

    def part(self, free: Float[np.ndarray, "point free"]) -> tuple[np.ndarray, np.ndarray]:
        """As many points as go together."""
        model, number = self.fits.model, self.number
        given = PointData(None, None, np.zeros((1, free.shape[1])), np.zeros(1))
        here = evaluate(self.fits.contraction.kinds, model, model_of(model.basis, None), given, free)
        gradient, bends = here.gradient, here.expected + here.second_order
        own = np.diagonal(bends, axis1=1, axis2=2)[:, number:]
        if not number:
            return gradient, own
        rest = ((free <= model.low) & (gradient > 0)) | ((free >= model.high) & (gradient < 0))
        rest, unit = rest[:, :number], np.eye(number)
        least = 1e-12 / (model.high - model.low) ** 2
        scale = np.sqrt(np.diagonal(here.expected, axis1=1, axis2=2) + least)[:, :number]
        inner = bends[:, :number, :number] / (scale[:, :, None] * scale[:, None, :])
        inner = np.where(rest[:, :, None] | rest[:, None, :], unit, inner) + 1e-9 * unit
        cross = np.where(rest[:, :, None], 0.0, bends[:, :number, number:] / scale[:, :, None])
        move = np.linalg.solve(inner, cross)
        slope = gradient[:, number:] - ((gradient[:, :number] / scale)[:, :, None] * move).sum(axis=1)
        return slope, own - (move * cross).sum(axis=1)
