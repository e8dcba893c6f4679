"""A beam line: elements one after another, and where in the world they stand."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ontarget.beam.element import AbstractElement
from ontarget.beam.ray import Rays
from ontarget.beam.twiss import Twiss
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import BeamMomentum, Noun, quantity, static
from ontarget.ground.units import m

STEP = 0.5 * m  # a chord of a bend of 5 degrees in 2 m is off its arc by 1.4 mm


class Pieces(Noun):
    """Short straight pieces of the flight of rays through a line, in the frame of its exit.

    z along the axis that follows, from the end of the line; y up; bends are in the plane of x and z.

    Attributes
    ----------
    start, direction : where each piece begins, and its unit vector; length : of the piece
    path : flown since the target up to its start; number : what is left of the ray's particles there
    """

    start: Float[Array, "*slice ray 3"]
    direction: Float[Array, "*slice ray 3"]
    length: Float[Array, "*slice ray"]
    path: Float[Array, "*slice ray"]
    number: Float[Array, "*slice ray"]


class Beamline(Noun):
    """Elements in order, set for one momentum.

    Rays come in at its entrance, in the frame of the reference orbit, and are followed at first order in their offsets
    and slopes and at their own momentum: chromatic, but no sextupole-like aberrations of the quadrupoles, no fringe
    fields, no scattering, no decay (whoever asks for pieces weighs them with their survival).

    Attributes
    ----------
    momentum : of the reference orbit, for which the dipoles are set
    slices : into how many pieces each element is cut where decays are placed; at most half a metre if left out
    References
    ----------
    Brown:1982dx
    """

    elements: tuple[AbstractElement, ...]
    momentum: BeamMomentum = quantity()
    slices: tuple[int, ...] = static(default=())
    name: str = static(default="")

    def __post_init__(self) -> None:
        if not self.slices:
            lengths = [concrete(one.length) for one in self.elements]
            self.slices = tuple(4 if one is None else max(1, math.ceil(one / STEP - 1e-9)) for one in lengths)

    def __check_init__(self) -> None:
        check_positive(self, "momentum")
        if not self.elements:
            raise InputError("elements", "none", "A line has at least one element.", "Give e.g. a Drift.")
        if len(self.slices) != len(self.elements):
            truth = f"The line has {len(self.elements)} elements."
            raise InputError("slices", f"{len(self.slices)} numbers", truth, "Leave 'slices' out.")

    @property
    def length(self) -> Float[Array, ""]:
        """Along the reference orbit."""
        return sum((one.length for one in self.elements), start=jnp.zeros(()))

    @property
    def bend(self) -> Float[Array, ""]:
        """The angle between entrance and exit."""
        return sum((one.bend for one in self.elements), start=jnp.zeros(()))

    def track(self, rays: Rays) -> Rays:
        """The rays at its exit."""
        half = jnp.asarray(0.5)
        for one in self.elements:
            rays = one.aperture.cut(one.enter(rays, self.momentum))
            rays = one.aperture.cut(one.carry(rays, self.momentum, half))
            rays = one.leave(one.aperture.cut(one.carry(rays, self.momentum, half)), self.momentum)
        return rays

    def matrix(self) -> Float[Array, "6 6"]:
        """Derivative of (x, x', y, y', path, dp/p) at the exit by the same at the entrance, on the reference orbit."""

        def through(six: Float[Array, " 6"]) -> Float[Array, " 6"]:
            x, slope_x, y, slope_y, path, delta = six[:, None]
            out = self.track(Rays(x, y, slope_x, slope_y, self.momentum * (1 + delta), path, jnp.ones(1)))
            delta = out.momentum / self.momentum - 1
            return jnp.concatenate([out.x, out.slope_x, out.y, out.slope_y, out.path, delta])

        return jax.jacfwd(through)(jnp.zeros(6))

    def twiss(self, entrance: Twiss) -> Twiss:
        """The optical functions at the exit."""
        return entrance.through(self.matrix())

    def pieces(self, rays: Rays) -> Pieces:
        """All pieces of all rays, [slice ray]: large."""
        index = jnp.arange(sum(self.slices))
        every = jnp.ones_like(rays.x, dtype=int)
        return jax.vmap(lambda one: self._piece(rays, one * every))(index)

    def piece(self, rays: Rays, u: Float[Array, " ray"]) -> Pieces:
        """Of each ray one piece, chosen by a number uniform in [0, 1[; it stands for all of them."""
        count = sum(self.slices)
        one = self._piece(rays, jnp.clip(jnp.floor(u * count), 0, count - 1).astype(int))
        return Pieces(one.start, one.direction, one.length, one.path, one.number * count)

    def _piece(self, rays: Rays, index: Int[Array, " ray"]) -> Pieces:
        here, start = self._until(rays, index)
        _, end = self._until(rays, index + 1)
        chord = end - start
        square = jnp.sum(chord**2, axis=-1)
        # a piece of no length, in an element of no length, points along the axis
        length = jnp.sqrt(jnp.where(square > 0, square, 1.0))
        straight = jnp.array([0.0, 0.0, 1.0])
        direction = jnp.where(square[:, None] > 0, chord / length[:, None], straight)
        return Pieces(start, direction, jnp.where(square > 0, length, 0.0), here.path, here.number)

    def _until(self, rays: Rays, index: Int[Array, " ray"]) -> tuple[Rays, Float[Array, "ray 3"]]:
        """Each ray at the beginning of its slice, and its place in the frame of the exit."""
        heading, x, z = self._entrance()
        first = 0
        for one, slices in zip(self.elements, self.slices, strict=True):
            done = index - first
            share = jnp.clip(done / slices, 0.0, 1.0)
            rays = _inside(one, rays, self.momentum, share, done)
            turned = one.bend * share
            chord = one.length * share * jnp.sinc(turned / (2 * jnp.pi))
            x, z = x + chord * jnp.sin(heading - turned / 2), z + chord * jnp.cos(heading - turned / 2)
            heading, first = heading - turned, first + slices
        place = jnp.stack([x + rays.x * jnp.cos(heading), rays.y, z - rays.x * jnp.sin(heading)], axis=-1)
        return rays, place

    def _entrance(self) -> tuple[Float[Array, ""], Float[Array, ""], Float[Array, ""]]:
        """Heading and place of the reference orbit at the entrance, in the frame of the exit."""
        heading = x = z = jnp.zeros(())
        for one in reversed(self.elements):
            chord = one.length * jnp.sinc(one.bend / (2 * jnp.pi))
            x, z = x - chord * jnp.sin(heading + one.bend / 2), z - chord * jnp.cos(heading + one.bend / 2)
            heading = heading + one.bend
        return heading, x, z


def _inside(
    one: AbstractElement,
    rays: Rays,
    reference: Float[Array, ""],
    share: Float[Array, " ray"],
    done: Int[Array, " ray"],
) -> Rays:
    """The rays after a share of an element: of its faces and rims only those that they have passed (`done` >= 0)."""
    rays = _where(done >= 0, one.aperture.cut(one.enter(rays, reference)), rays)
    rays = one.carry(rays, reference, jnp.minimum(share, 0.5))
    rays = _where(share >= 0.5, one.aperture.cut(rays), rays)
    rays = one.carry(rays, reference, jnp.maximum(share - 0.5, 0.0))
    return _where(share >= 1.0, one.leave(one.aperture.cut(rays), reference), rays)


def _where(passed: Array, after: Rays, before: Rays) -> Rays:
    return before if after is before else jax.tree.map(lambda a, b: jnp.where(passed, a, b), after, before)
