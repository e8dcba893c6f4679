"""A beam line: elements one after another, and where in the world they stand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jax.lax import optimization_barrier as barrier
from jaxtyping import Array, Bool, Float, Int

from ontarget.beam.element import AbstractElement
from ontarget.beam.ray import Rays
from ontarget.beam.twiss import Twiss
from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import BeamMomentum, Noun, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import m

STEP = 0.5 * m  # a chord of a bend of 5 degrees in 2 m is off its arc by 1.4 mm


class Orbit(Noun):
    """A point of the reference orbit, in the frame of the exit.

    Attributes
    ----------
    axes : the columns are the directions of x, y and z of the frame that moves along the orbit
    point : its origin
    """

    axes: Float[Array, "3 3"]
    point: Float[Array, " 3"]

    def onward(self, length: Float[Array, ""], bend: Float[Array, ""], roll: Float[Array, ""]) -> Orbit:
        """After an arc that turns by `bend` towards -x, along its chord, and a turn by `roll` from x towards y."""
        chord = length * jnp.sinc(bend / (2 * jnp.pi)) * jnp.stack([-jnp.sin(bend / 2), 0.0, jnp.cos(bend / 2)])
        cos, sin = jnp.cos(bend), jnp.sin(bend)
        x, y, z = self.axes.T
        x, z = x * cos + z * sin, z * cos - x * sin
        cos, sin = jnp.cos(roll), jnp.sin(roll)
        x, y = x * cos + y * sin, y * cos - x * sin
        return Orbit(jnp.stack([x, y, z], axis=-1), self.point + self.axes @ chord)

    def back(self, length: Float[Array, ""], bend: Float[Array, ""], roll: Float[Array, ""]) -> Orbit:
        """Where it was before such an element."""
        nought = jnp.zeros(())
        return self.onward(nought, nought, -roll).onward(-length, -bend, nought)

    def place(self, rays: Rays) -> Float[Array, "ray 3"]:
        """Where rays are that cross the plane square to the orbit here."""
        return self.point + rays.x[:, None] * self.axes[:, 0] + rays.y[:, None] * self.axes[:, 1]


class Pieces(Noun):
    """Short straight pieces of the flight of rays through a line, in the frame of its exit.

    z along the axis that follows, from the end of the line; y up; bends are in the plane of x and z, but for those that
    stand in a rolled frame.

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
    slices : into how many pieces each element is cut where decays are placed, an even number; if left out, as many as
        make them at most half a metre long
    References
    ----------
    Brown:1982-SLAC75
    """

    elements: tuple[AbstractElement, ...]
    momentum: BeamMomentum = quantity()
    slices: tuple[int, ...] = static(default=())
    name: str = static(default="")

    def __post_init__(self) -> None:
        if not self.slices:
            lengths = [concrete(one.length) for one in self.elements]
            self.slices = tuple(4 if one is None else 2 * max(1, math.ceil(one / (2 * STEP) - 1e-9)) for one in lengths)

    def __check_init__(self) -> None:
        check_positive(self, "momentum")
        if not self.elements:
            raise InputError("elements", "none", "A line has at least one element.", "Give e.g. a Drift.")
        if len(self.slices) != len(self.elements):
            truth = f"The line has {len(self.elements)} elements."
            raise InputError("slices", f"{len(self.slices)} numbers", truth, "Leave 'slices' out.")
        if any(one < 2 or one % 2 for one in self.slices):
            truth = "Each element is cut in its middle, hence into 2, 4, 6, ... slices."
            raise InputError("slices", str(self.slices), truth, "Leave 'slices' out.")

    @property
    def length(self) -> Float[Array, ""]:
        """Along the reference orbit."""
        return sum((one.length for one in self.elements), start=jnp.zeros(()))

    @property
    def bend(self) -> Float[Array, ""]:
        """The sum of its bends, each in its own plane: the angle between entrance and exit if nothing is rolled."""
        return sum((one.bend for one in self.elements), start=jnp.zeros(()))

    @fused
    def track(self, rays: Rays) -> Rays:
        """The rays at its exit."""
        kinds, *each = _sorted(self.elements, (2,) * len(self.elements))
        branches = [_slice(kind, self.momentum) for kind in kinds]

        @jax.checkpoint  # else each step would keep what the derivative of every kind of element needs
        def step(rays: Rays, each: tuple[Array, ...]) -> tuple[Rays, None]:
            return jax.lax.switch(each[0], branches, *each[1:], rays)[2], None

        return jax.lax.scan(step, rays, tuple(each))[0]

    @fused
    def matrix(self) -> Float[Array, "6 6"]:
        """Derivative of (x, x', y, y', path, dp/p) at the exit by the same at the entrance, on the reference orbit."""

        def through(six: Float[Array, " 6"]) -> Float[Array, " 6"]:
            x, slope_x, y, slope_y, path, delta = six[:, None]
            out = self.track(Rays(x, y, slope_x, slope_y, self.momentum * (1 + delta), path, jnp.ones(1)))
            delta = out.momentum / self.momentum - 1
            return jnp.concatenate([out.x, out.slope_x, out.y, out.slope_y, out.path, delta])

        return jax.jacfwd(through)(jnp.zeros(6))

    @fused
    def twiss(self, entrance: Twiss) -> Twiss:
        """The optical functions at the exit."""
        return entrance.through(self.matrix())

    @fused
    def pieces(self, rays: Rays) -> Pieces:
        """All pieces of all rays, [slice ray]: large."""

        def keep(kept: None, index: Array, piece: Pieces) -> tuple[None, Pieces]:
            return None, piece

        return self._walk(rays, None, keep)[1]

    @fused
    def piece(self, rays: Rays, u: Float[Array, " ray"]) -> Pieces:
        """Of each ray one piece, chosen by a number uniform in [0, 1[; it stands for all of them."""
        count = sum(self.slices)
        chosen = jnp.clip(jnp.floor(u * count), 0, count - 1).astype(int)

        def keep(kept: Pieces, index: Array, piece: Pieces) -> tuple[Pieces, None]:
            return _where(chosen == index, piece, kept), None

        nought = jnp.zeros_like(rays.x)
        nowhere = jnp.stack([nought, nought, nought], axis=-1)
        one = self._walk(rays, Pieces(nowhere, nowhere, nought, nought, nought), keep)[0]
        return Pieces(one.start, one.direction, one.length, one.path, one.number * count)

    def _walk(self, rays: Rays, kept: Any, keep: Callable[..., tuple[Any, Any]]) -> tuple[Any, Any]:
        """Slice by slice down the line: what `keep` makes of each piece, handed on and stacked."""
        kinds, *each = _sorted(self.elements, self.slices)
        branches = [_slice(kind, self.momentum) for kind in kinds]

        @jax.checkpoint
        def step(carry: tuple[Any, ...], each: tuple[Array, ...]) -> tuple[tuple[Any, ...], Any]:
            (rays, orbit, kept), (index, kind) = carry, each[:2]
            begun, ended, rays, *arc = jax.lax.switch(kind, branches, *each[2:], rays)
            after = orbit.onward(*arc)
            kept, out = keep(kept, index, _piece(begun, orbit.place(begun), after.place(ended)))
            return (rays, after, kept), out

        index = jnp.arange(sum(self.slices))
        (_, _, kept), out = jax.lax.scan(step, (rays, self._entrance(), kept), (index, *each))
        return kept, out

    def _entrance(self) -> Orbit:
        """The reference orbit at the entrance, in the frame of the exit."""
        orbit = Orbit(jnp.eye(3), jnp.zeros(3))
        for one in reversed(self.elements):
            orbit = orbit.back(one.length, one.bend, one.roll)
        return orbit


def _sorted(
    elements: tuple[AbstractElement, ...], slices: tuple[int, ...]
) -> tuple[
    list[Callable[[Array], AbstractElement]],
    Int[Array, " slice"],
    Float[Array, "slice leaf"],
    Int[Array, " slice"],
    Int[Array, " slice"],
]:
    """How to make each kind of element from a row of numbers, so that what is alike is compiled once; and per slice its
    kind, its row, its place within the element, and how many slices this has.
    """
    kinds: dict[Any, Callable[[Array], AbstractElement]] = {}
    rows, order = [], []
    for one in elements:
        nameless = dataclasses.replace(one, name="")
        row, make = ravel_pytree(nameless)
        alike = jax.tree_util.tree_structure(nameless), tuple(jnp.shape(leaf) for leaf in jax.tree.leaves(one))
        kinds.setdefault(alike, lambda row, make=make, size=row.size: make(row[:size]))
        order.append(list(kinds).index(alike))
        rows.append(row)
    width = max(row.size for row in rows)
    table = jnp.stack([jnp.pad(row, (0, width - row.size)) for row in rows])
    element = np.repeat(np.arange(len(slices)), slices)
    within = np.concatenate([np.arange(one) for one in slices])
    per_slice = (np.array(order)[element], within, np.array(slices)[element])
    kind, place, count = (jnp.asarray(one) for one in per_slice)
    return list(kinds.values()), kind, table[element], place, count


def _slice(make: Callable[[Array], AbstractElement], reference: Float[Array, ""]) -> Callable[..., tuple[Any, ...]]:
    """A slice of an element, made from its row: rays where it begins, where it ends, behind that; length, bend, roll.

    Faces act, and rims are looked at, at the entrance, in the middle and at the exit of the element.
    """

    def pass_on(row: Array, within: Array, slices: Array, rays: Rays) -> tuple[Any, ...]:
        one, share = make(row), 1 / slices
        rays = _if(within == 0, lambda rays: one.enter(rays, reference), rays)
        begun = _if((within == 0) | (2 * within == slices), lambda rays: one.aperture.cut(rays), rays)
        ended = one.carry(barrier(begun), reference, share)
        rays = _if(within + 1 == slices, lambda rays: one.leave(one.aperture.cut(rays), reference), ended)
        return begun, ended, rays, one.length * share, one.bend * share, one.roll * share

    return pass_on


def _if(true: Array, function: Callable[[Rays], Rays], rays: Rays) -> Rays:
    return jax.lax.cond(true, function, lambda same: same, rays)


def _piece(begun: Rays, start: Float[Array, "ray 3"], end: Float[Array, "ray 3"]) -> Pieces:
    """The chord from a start to an end."""
    chord = end - start
    square = jnp.sum(chord**2, axis=-1)
    some = square > 0  # in an element of no length a piece has no direction, and is given that of the axis
    length = jnp.sqrt(jnp.where(some, square, 1.0))
    direction = jnp.where(some[:, None], chord / length[:, None], jnp.array([0.0, 0.0, 1.0]))
    return Pieces(start, direction, jnp.where(some, length, 0.0), begun.path, begun.number)


def _where(chosen: Bool[Array, " ray"], new: Pieces, old: Pieces) -> Pieces:
    def pick(new: Array, old: Array) -> Array:
        return jnp.where(chosen.reshape(chosen.shape + (1,) * (new.ndim - 1)), new, old)

    return jax.tree.map(pick, new, old)
