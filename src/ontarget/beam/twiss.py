"""Optical functions of a beam line: what it does to an ellipse of rays, and to their momentum."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.ray import Rays
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Length, Noun, Number, quantity
from ontarget.ground.program import fused


class Twiss(Noun):
    r"""Courant and Snyder's functions of both planes, and the dispersion :math:`D = dx/d\delta` of the plane of bends.

    References
    ----------
    Courant:1958wbv
    """

    beta_x: Length = quantity()
    alpha_x: Number = quantity()
    beta_y: Length = quantity()
    alpha_y: Number = quantity()
    dispersion: Length = quantity(default=0.0)
    slope: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "beta_x", "beta_y")

    def through(self, matrix: Float[Array, "6 6"]) -> Twiss:
        """Behind a line with that matrix of (x, x', y, y', path, dp/p)."""
        x = _carry(matrix[:2, :2], self.beta_x, self.alpha_x)
        y = _carry(matrix[2:4, 2:4], self.beta_y, self.alpha_y)
        before = jnp.stack([self.dispersion, self.slope])
        dispersion, slope = matrix[:2, :2] @ before + matrix[:2, 5]
        return Twiss(*x, *y, dispersion, slope)


def _carry(
    two: Float[Array, "2 2"], beta: Float[Array, ""], alpha: Float[Array, ""]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    r""":math:`\Sigma \to M \Sigma M^T` with :math:`\Sigma = ((\beta, -\alpha), (-\alpha, \gamma))`."""
    ellipse = jnp.array([[beta, -alpha], [-alpha, (1 + alpha**2) / beta]])
    after = two @ ellipse @ two.T
    return after[0, 0], -after[0, 1]


class Spread(Noun):
    """What a beam is like where it crosses a plane: means and root mean squares, weighted by number.

    Attributes
    ----------
    number : particles in all
    momentum, momentum_rms : mean, and root mean square about it
    x_rms, y_rms, divergence_x, divergence_y : about their means
    emittance_x, emittance_y : root of the determinant of the second moments
    alpha_x, alpha_y : zero where the beam is narrowest
    dispersion, slope : regression of x and x' on dp/p
    """

    number: Float[Array, ""]
    momentum: Float[Array, ""]
    momentum_rms: Float[Array, ""]
    x_rms: Float[Array, ""]
    y_rms: Float[Array, ""]
    divergence_x: Float[Array, ""]
    divergence_y: Float[Array, ""]
    emittance_x: Float[Array, ""]
    emittance_y: Float[Array, ""]
    alpha_x: Float[Array, ""]
    alpha_y: Float[Array, ""]
    dispersion: Float[Array, ""]
    slope: Float[Array, ""]


@fused
def spread(rays: Rays) -> Spread:
    """Measure a beam."""
    number = rays.number.sum()
    share = rays.number / number
    momentum = share @ rays.momentum
    delta = rays.momentum / momentum - 1
    five = jnp.stack([rays.x, rays.slope_x, rays.y, rays.slope_y, delta])
    about = five - (five @ share)[:, None]
    second = (about * share) @ about.T
    emittance_x = jnp.sqrt(second[0, 0] * second[1, 1] - second[0, 1] ** 2)
    emittance_y = jnp.sqrt(second[2, 2] * second[3, 3] - second[2, 3] ** 2)
    rms = jnp.sqrt(jnp.diag(second))
    return Spread(
        number=number,
        momentum=momentum,
        momentum_rms=rms[4] * momentum,
        x_rms=rms[0],
        y_rms=rms[2],
        divergence_x=rms[1],
        divergence_y=rms[3],
        emittance_x=emittance_x,
        emittance_y=emittance_y,
        alpha_x=-second[0, 1] / emittance_x,
        alpha_y=-second[2, 3] / emittance_y,
        dispersion=second[0, 4] / second[4, 4],
        slope=second[1, 4] / second[4, 4],
    )
