r"""Momenta in the laboratory and in the rest frame of a particle in flight.

Everything is written so that nothing cancels at :math:`\gamma \sim 10^3` and nothing is singular at rest: a frame is
reached by a pure boost, and its axes are parallel to those of the laboratory. Momenta and masses are energies (c = 1).
"""

from __future__ import annotations

from typing import TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Scalar
from ontarget.ground.program import fused

Vectors = Float[Array, "ray 3"]
Numbers = Float[Array, " ray"]
Anything = TypeVar("Anything")


@jax.custom_jvp
def materialise(arrays: Anything) -> Anything:
    """The same arrays, computed once: the compiler would do it anew for each component of what follows from them."""
    return jax.lax.optimization_barrier(arrays)


materialise.defjvp(lambda primals, tangents: (materialise(*primals), *tangents))  # older JAX has no derivative of it


@fused
def dot(a: Vectors, b: Vectors) -> Numbers:
    """Scalar products."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]


@fused
def cross_squared(a: Vectors, b: Vectors) -> Numbers:
    """Squares of vector products."""
    x = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    y = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    z = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return x**2 + y**2 + z**2


@fused
def unit(a: Vectors) -> Vectors:
    """Directions; z for the vector zero."""
    square = dot(a, a)
    there = square > 0
    return jnp.where(there[:, None], a, jnp.array([0.0, 0.0, 1.0])) / jnp.sqrt(jnp.where(there, square, 1.0))[:, None]


@fused
def energy_of(momentum: Vectors, mass: Scalar | float) -> Numbers:
    r""":math:`E = \sqrt{p^2 + m^2}`."""
    return jnp.sqrt(dot(momentum, momentum) + mass**2)


@fused
def doppler(direction: Vectors, momentum: Vectors, mass: Scalar | float) -> Numbers:
    r"""Energy of a massless particle along `direction` over that in the rest frame of the particle that moves.

    .. math::
        r = \frac{1}{\gamma(1-\beta\cos\theta)} = \frac{m}{E - \vec P\cdot\vec n},\quad
        E - \vec P\cdot\vec n = \frac{m^2 + |\vec P\times\vec n|^2}{E + \vec P\cdot\vec n}

    The last form where the two fly into one half of space. A solid angle of the laboratory is :math:`r^2` times as
    large in the rest frame.
    """
    along = dot(momentum, direction)
    energy = energy_of(momentum, mass)
    forward = (energy + along) / (mass**2 + cross_squared(momentum, direction))
    return mass * jnp.where(along > 0, forward, 1 / (energy - along))


@fused
def aberrate(direction: Vectors, momentum: Vectors, mass: Scalar | float) -> tuple[Vectors, Numbers]:
    r"""The direction of a massless particle in the rest frame of a particle, and the ratio `doppler` of its energies.

    .. math:: \vec n^* = r\,\vec n - (1 + r)\,\vec P/(E + m)

    With the opposite momentum it leads from the rest frame to the laboratory.
    """
    ratio = materialise(doppler(direction, momentum, mass))
    drag = (1 + ratio) / (energy_of(momentum, mass) + mass)
    return materialise((direction * ratio[:, None] - momentum * drag[:, None], ratio))


@fused
def boost(inner: Vectors, inner_energy: Numbers | Scalar | float, momentum: Vectors, mass: Scalar | float) -> Vectors:
    r"""Momenta in the laboratory of what has momentum and energy `inner` in the rest frame of a particle that moves.

    .. math:: \vec p = \vec p^* + \vec P\,\frac{E_p + E_p^*}{E + m},\quad m E_p = E E_p^* + \vec P\cdot\vec p^*

    With the opposite momentum it leads into the rest frame.
    """
    energy = energy_of(momentum, mass)
    outer_energy = (energy * inner_energy + dot(momentum, inner)) / mass
    return inner + momentum * materialise((outer_energy + inner_energy) / (energy + mass))[:, None]


def isotropic(u: Numbers, v: Numbers) -> Vectors:
    """Unit vectors over the whole sphere from two numbers uniform in [0, 1[."""
    return polar(2 * u - 1, v)


@fused
def polar(cosine: Numbers, turn: Numbers) -> Vectors:
    """Unit vectors at an angle from z, `turn` of a full turn around it."""
    sine = jnp.sqrt((1 - cosine) * (1 + cosine))
    phi = 2 * jnp.pi * turn
    return materialise(jnp.stack([sine * jnp.cos(phi), sine * jnp.sin(phi), cosine], axis=1))


@fused
def around(axis: Vectors, along: Numbers, across: Numbers, turn: Numbers) -> Vectors:
    """Vectors with a part along the unit vector `axis` and a part across it, `turn` of a full turn around it.

    No field of frames is smooth on the whole sphere. This one is, but for a seam where the axis is within 26 degrees of
    -z: there the frame jumps by a rotation around the axis, which a uniform `turn` does not feel.
    """
    x, y, z = axis[:, 0], axis[:, 1], axis[:, 2]
    sign = jnp.where(z < -0.9, -1.0, 1.0)
    a = -1 / (sign + z)
    b = x * y * a
    first, second, along = materialise(
        (across * jnp.cos(2 * jnp.pi * turn), across * jnp.sin(2 * jnp.pi * turn), along)
    )
    parts = (
        along * x + first * (1 + sign * x**2 * a) + second * b,
        along * y + first * sign * b + second * (sign + y**2 * a),
        along * z - first * sign * x - second * y,
    )
    return materialise(jnp.stack(parts, axis=1))


@fused
def slanted_cosine(u: Numbers, slope: Numbers) -> Numbers:
    r"""The cosine c in [-1, 1] with density :math:`(1 + a c)/2`, for :math:`|a| \le 1`, from u uniform in [0, 1[.

    The root of :math:`a c^2 + 2 c + 2 - a - 4u = 0`, in the form that holds at a = 0. At a = -1, u = 1 it has the
    derivative of a square root.
    """
    w = 2 * u - 1
    return (2 * w + slope) / (1 + jnp.sqrt(jnp.maximum((w + slope) ** 2 + (1 - w) * (1 + w), 1e-300)))
