"""Functions of one number that have no kink and no pole where a square root or a quotient would suggest one."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.program import fused

_TERMS = 10
_COS = [(-1.0) ** n / math.factorial(2 * n) for n in range(1, _TERMS + 1)]
_SIN = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(_TERMS + 1)]
_ATAN = [(-1.0) ** n / (2 * n + 1) for n in range(10)]


@jax.custom_jvp
def cos_sin_root(z: Float[Array, "*n"]) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    r"""The entire functions :math:`\cos\sqrt z` and :math:`\sin\sqrt z/\sqrt z`.

    For z < 0 they are :math:`\cosh\sqrt{-z}` and :math:`\sinh\sqrt{-z}/\sqrt{-z}`. Their series at z/64, doubled three
    times: no branch, all derivatives right at z = 0. Relative 1e-14 of the larger of one and the value up to
    :math:`|z| = 100`; :math:`c^2 + z s^2 = 1` there within 1e-13 of :math:`c^2`.
    """
    return _series(z)


def _series(z: Float[Array, "*n"]) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    w = z / 64
    versed, sine = -w * horner(_COS, w), horner(_SIN, w)
    for _ in range(3):
        sine = sine * (1 - versed)
        versed = 2 * versed * (2 - versed)
    return 1 - versed, sine


@cos_sin_root.defjvp
def _(primals: tuple[Any], tangents: tuple[Any]) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Both slopes at once, so that reverse mode keeps two numbers and not every term of the series."""
    (z,), (dz,) = primals, tangents
    (cos, sin), (_, slope) = jax.jvp(_series, (z,), (jnp.ones_like(z),))
    return (cos, sin), (-sin / 2 * dz, slope * dz)


@fused
def arctan_ratio(u: Float[Array, "*n"]) -> Float[Array, "*n"]:
    r""":math:`\arctan(u)/u`, one at u = 0, within 1e-14 for :math:`|u| \le 1`: the angle is halved twice."""
    first = 1 + jnp.sqrt(1 + u**2)
    half = u / first
    second = 1 + jnp.sqrt(1 + half**2)
    return 4 / (first * second) * horner(_ATAN, (half / second) ** 2)


def horner(coefficients: list[float], x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """A polynomial from its coefficients, the constant first."""
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value
