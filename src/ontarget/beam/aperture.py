"""What lets a beam through: openings with a soft edge, so that transmission has a derivative."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.ray import Rays
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Length, Noun, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import mm


class AbstractAperture(Noun):
    r"""An opening. At a distance d inside its rim it lets through :math:`1/(1 + e^{-d/w})`, w the width of its edge.

    To first order in d; what is outside is absorbed, and nothing is scattered back.
    """

    @property
    @abstractmethod
    def reach(self) -> Float[Array, ""]:
        """The largest distance of its rim from the axis: where the poles of a magnet around it begin."""

    @abstractmethod
    def transmission(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Float[Array, " ray"]:
        """The share that passes at a place."""

    @fused
    def cut(self, rays: Rays) -> Rays:
        """The rays behind it."""
        number = rays.number * self.transmission(rays.x, rays.y)
        # what is wholly lost flies on along the axis: without this its coordinates would grow without bound
        x, y, slope_x, slope_y = (
            jnp.where(number > 0, one, 0.0) for one in (rays.x, rays.y, rays.slope_x, rays.slope_y)
        )
        return Rays(x, y, slope_x, slope_y, rays.momentum, rays.path, number)


class Open(AbstractAperture):
    """No rim at all."""

    @property
    def reach(self) -> Float[Array, ""]:
        return jnp.zeros(())

    def transmission(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Float[Array, " ray"]:
        return jnp.ones_like(x)

    def cut(self, rays: Rays) -> Rays:
        return rays


class Round(AbstractAperture):
    r"""A circle: :math:`d = (r^2 - x^2 - y^2)/2r`."""

    radius: Length = quantity()
    edge: Length = quantity(default=1.0 * mm)

    def __check_init__(self) -> None:
        check_positive(self, "radius", "edge")

    @property
    def reach(self) -> Float[Array, ""]:
        return self.radius

    @fused
    def transmission(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Float[Array, " ray"]:
        return jax.nn.sigmoid((self.radius**2 - x**2 - y**2) / (2 * self.radius * self.edge))


class Elliptical(AbstractAperture):
    r"""An ellipse: :math:`d = (1 - x^2/a^2 - y^2/b^2)\sqrt{ab}/2`, so that the edge is wider along the longer axis."""

    half_width: Length = quantity()
    half_height: Length = quantity()
    edge: Length = quantity(default=1.0 * mm)

    def __check_init__(self) -> None:
        check_positive(self, "half_width", "half_height", "edge")

    @property
    def reach(self) -> Float[Array, ""]:
        return jnp.maximum(self.half_width, self.half_height)

    @fused
    def transmission(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Float[Array, " ray"]:
        inside = 1 - (x / self.half_width) ** 2 - (y / self.half_height) ** 2
        return jax.nn.sigmoid(inside * jnp.sqrt(self.half_width * self.half_height) / (2 * self.edge))


class Rectangular(AbstractAperture):
    r"""A rectangle: the product over both directions, with :math:`d = (a^2 - x^2)/2a`."""

    half_width: Length = quantity()
    half_height: Length = quantity()
    edge: Length = quantity(default=1.0 * mm)

    def __check_init__(self) -> None:
        check_positive(self, "half_width", "half_height", "edge")

    @property
    def reach(self) -> Float[Array, ""]:
        return jnp.sqrt(self.half_width**2 + self.half_height**2)

    @fused
    def transmission(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Float[Array, " ray"]:
        across = (self.half_width**2 - x**2) / (2 * self.half_width * self.edge)
        up = (self.half_height**2 - y**2) / (2 * self.half_height * self.edge)
        return jax.nn.sigmoid(across) * jax.nn.sigmoid(up)
