"""Points that fill a cube evenly: a shifted lattice for integrals, a recurrence for any number of points in a box."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt64

from ontarget.ground.program import fused

GENERATOR = 17797
"""Korobov's generator of the extensible lattice in base 2, for up to some thirty dimensions."""

MASKS = (
    (1, 0x5555555555555555),
    (2, 0x3333333333333333),
    (4, 0x0F0F0F0F0F0F0F0F),
    (8, 0x00FF00FF00FF00FF),
    (16, 0x0000FFFF0000FFFF),
)


@fused
def reversed_bits(index: UInt64[Array, " point"]) -> UInt64[Array, " point"]:
    """The 64 bits of each number in reverse order."""
    for shift, mask in MASKS:
        by, keep = np.uint64(shift), np.uint64(mask)
        index = ((index >> by) & keep) | ((index & keep) << by)
    return (index >> np.uint64(32)) | (index << np.uint64(32))


def shifts(seed: tuple[int, ...], dimensions: int) -> np.ndarray:
    """A random shift of the lattice [dimension], unsigned integers; one for each tuple of non-negative numbers."""
    return np.random.SeedSequence(list(seed)).generate_state(dimensions, np.uint64)


@fused
def lattice(
    first: UInt64[Array, ""], points: int, shift: UInt64[Array, " dimension"] | UInt64[np.ndarray, " dimension"]
) -> Float[Array, "point dimension"]:
    r"""Points `first` to `first + points - 1` of a shifted Korobov lattice, in [0, 1[.

    .. math:: u_{id} = \{\varphi_2(i)\, a^d + s_d\}

    with :math:`\varphi_2` the number whose binary digits are those of i, mirrored at the point: any power of two of
    points from the start is a lattice. Computed in 64-bit integers, hence exact. The mean over the points of one random
    shift is an unbiased estimate of an integral; the spread over independent shifts is its error.

    References
    ----------
    Hickernell:2000-SISC22
    """
    powers = np.array([pow(GENERATOR, d, 2**64) for d in range(len(shift))], dtype=np.uint64)
    index = first + jnp.arange(points, dtype=jnp.uint64)
    bits = reversed_bits(index)[:, None] * powers + shift
    return (bits >> np.uint64(11)).astype(float) * 2.0**-53


def recurrence(first: int, points: int, dimensions: int) -> Float[np.ndarray, "point dimension"]:
    r"""Points `first` to `first + points - 1` that fill the unit cube ever more densely, for any number of them.

    .. math:: u_{id} = \{\tfrac12 + (i + 1)\, g^{-d}\},\quad d = 1 \ldots n,\qquad g^{n+1} = g + 1

    An additive recurrence with the generalised golden ratio g (Roberts): no error can be estimated from it, as from
    `lattice`; it is where a function is looked at, and not what is averaged.
    """
    ratio = 2.0
    for _ in range(60):  # a contraction by a third at least: to the last digit
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.arange(first + 1, first + points + 1)[:, None] * steps) % 1.0
