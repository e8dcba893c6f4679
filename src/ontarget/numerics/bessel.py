r"""Spherical Bessel functions of low order as functions of the *square* of their argument.

Written in :math:`x^2` they are entire functions: smooth and differentiable at zero, and real for negative
:math:`x^2`, where they become the modified (hyperbolic) ones.
"""

from collections.abc import Callable
from math import factorial

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.program import fused

_TERMS = 10  # for |x^2| < 1 the first term left out of either series is below 1e-19
_J0 = [(-1) ** k / factorial(2 * k + 1) for k in range(_TERMS)]
_J1 = [3 * (-1) ** k * (2 * k + 2) / factorial(2 * k + 3) for k in range(_TERMS)]


@fused
def spherical_j0(x2: Float[Array, "..."] | float) -> Float[Array, "..."]:
    r"""j0 from the square of its argument: sin(x)/x, and sinh(|x|)/|x| for negative :math:`x^2`.

    Parameters
    ----------
    x2 : [1] square of the argument, any shape; above about -5e5, beyond which sinh overflows

    Returns
    -------
    Float[Array, "..."] [1], one at zero; relative error 1e-14 away from the zeros, all derivatives finite
    """
    return _continued(x2, _J0, lambda x: jnp.sin(x) / x, lambda x: _hyperbolic(x)[0] / x)


@fused
def three_j1_over_x(x2: Float[Array, "..."] | float) -> Float[Array, "..."]:
    r"""3 j1(x)/x from the square of x: the Fourier transform of a homogeneous sphere.

    .. math:: \frac{3 j_1(x)}{x} = \frac{3(\sin x - x\cos x)}{x^3}

    Parameters
    ----------
    x2 : [1] square of the argument, any shape; negative values give 3(|x| cosh|x| - sinh|x|)/|x|^3

    Returns
    -------
    Float[Array, "..."] [1], one at zero; relative error 1e-14 away from the zeros, all derivatives finite
    """
    return _continued(
        x2,
        _J1,
        lambda x: 3 * (jnp.sin(x) - x * jnp.cos(x)) / x**3,
        lambda x: 3 * (x * _hyperbolic(x)[1] - _hyperbolic(x)[0]) / x**3,
    )


def _hyperbolic(x: Float[Array, "..."]) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """sinh and cosh of x >= 1, where nothing cancels, from one exponential."""
    growing = jnp.exp(x)
    return (growing - 1 / growing) / 2, (growing + 1 / growing) / 2


def _continued(
    x2: Float[Array, "..."] | float,
    series: list[float],
    oscillating: Callable[[Float[Array, "..."]], Float[Array, "..."]],
    growing: Callable[[Float[Array, "..."]], Float[Array, "..."]],
) -> Float[Array, "..."]:
    """The series within |x2| < 1, closed forms outside. Each branch sees only arguments at which it is finite,
    because the derivative of a branch not taken is multiplied by zero, and zero times infinity is not zero."""
    x2 = jnp.asarray(x2, dtype=float)
    above, below = x2 >= 1, x2 <= -1
    near = jnp.polyval(jnp.array(series[::-1]), jnp.where(above | below, 0.0, x2))
    far = oscillating(jnp.sqrt(jnp.where(above, x2, 1.0)))
    hyperbolic = growing(jnp.sqrt(jnp.where(below, -x2, 1.0)))
    return jnp.where(above, far, jnp.where(below, hyperbolic, near))
