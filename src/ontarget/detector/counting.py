"""Counting statistics: stages that spread a mean number of quanta (photo-electrons, ionisation electrons)."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.smearing import AbstractSmearing
from ontarget.detector.stage import QUANTA
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Arrays, Number, quantity
from ontarget.ground.program import fused
from ontarget.numerics.gamma import gamma_below, poisson_below


class PoissonSmearing(AbstractSmearing):
    """A whole number of quanta, Poisson around the mean (the input).

    Exact to rounding; time grows with the number of quanta at the end of the output axis.
    """

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Put a LightYield before it."

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return np.sqrt(np.maximum((low + high) / 2, 1.0))

    @fused
    def below(self, value: Float[Array, " value"], edges: Float[Array, " edge"]) -> Float[Array, "edge value"]:
        return poisson_below(jnp.maximum(value, 1e-12), edges)


class GammaSmearing(AbstractSmearing):
    r"""A gamma distribution whose mean is the input and whose shape grows with it: :math:`k = k_0 + k_1 x`.

    Averaged over each input cell by 2-point quadrature: an error of :math:`(h/\sigma)^4/1500`, for cells of width h
    much below that of cells within which the spectrum counts as flat, of order :math:`(h/\sigma)^2`. Valid for
    :math:`k_0` from 0.5; distribution function within 1e-9 from :math:`k_0 = 1`, 1e-8 below.

    References
    ----------
    COHERENT:2021xmm
    """

    order: ClassVar[int] = 2
    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Put a LightYield before it."
    shape: Number = quantity()
    shape_slope: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "shape", 0.5)
        check_range(self, "shape_slope", 0.0)

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        mean = np.maximum((low + high) / 2, 1.0)
        return mean / np.sqrt(self.shape + self.shape_slope * mean)

    @fused
    def below(self, value: Float[Array, " value"], edges: Float[Array, " edge"]) -> Float[Array, "edge value"]:
        mean = jnp.maximum(value, 1e-9)
        shape = self.shape + self.shape_slope * mean
        return gamma_below(shape, shape / mean, edges)
