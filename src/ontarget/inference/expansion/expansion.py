"""Counts as an exact expansion in the parameters of a study: computed once, then one matrix product per point.

.. math:: c_b(\\theta) = \\sum_K C_{Kb} \\prod_i P_{k(K,i)}(x_i), \\qquad x_i = (\\theta_i - m_i)/h_i

with powers for parameters in which the counts are polynomials, and Chebyshev polynomials on the box for shapes.
"""

from __future__ import annotations

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Vector, namespace, quantity, static
from ontarget.inference.expansion.basis import first_derivatives, products, second_derivatives, tables

SLACK = 1e-9  # of the width of a box: rounding of a grid's end is no excursion


class Expansion(Noun):
    """An expansion of counts in parameters, valid in a box and checked there.

    Attributes
    ----------
    names : the parameters, in the order of theta
    low, high : the box [parameter]
    centre, half : normalisation of each parameter, x = (theta - centre) / half
    chebyshev : 1 for a shape, 0 for a polynomial parameter
    orders : which power or Chebyshev polynomial of each parameter stands in each basis function
    coefficients : counts per basis function and bin
    error : largest deviation on held-out points of the box, in units of the Poisson error (of one count at least)
    degree : highest order in any parameter
    """

    names: tuple[str, ...] = static()
    low: Vector = quantity()
    high: Vector = quantity()
    centre: Vector = quantity()
    half: Vector = quantity()
    chebyshev: Vector = quantity()
    orders: Int[Array, "function parameter"] = eqx.field()
    coefficients: Float[Array, "function bin"] = quantity()
    error: float = static()
    degree: int = static()

    def __call__(self, theta: Float[Array, "*point parameter"] | Float[np.ndarray, "*point parameter"]):  # type: ignore[no-untyped-def]
        """Counts [..., bin] at theta [..., parameter]; jit-able. A concrete point outside the box is an InputError."""
        return self.evaluate(theta, np.zeros((1, len(self.names)), int))[..., 0, :]

    def jacobian(self, theta):  # type: ignore[no-untyped-def]
        """Counts and their derivatives by each parameter, [..., 1 + parameter, bin]."""
        return self.evaluate(theta, first_derivatives(len(self.names)))

    def hessian(self, theta):  # type: ignore[no-untyped-def]
        """Second derivatives of the counts, [..., parameter, parameter, bin]."""
        number = len(self.names)
        flat = self.evaluate(theta, second_derivatives(number))
        return flat.reshape(*flat.shape[:-2], number, number, flat.shape[-1])

    def evaluate(self, theta, counts: np.ndarray):  # type: ignore[no-untyped-def]
        """Partial derivatives of the counts, [..., derivative, bin]; `counts` as in `basis.products`."""
        check_inside(self.names, self.low, self.high, theta)
        xp = namespace(theta)
        take = (lambda one: one) if xp is not np else np.asarray
        half = take(self.half)
        x = (theta - take(self.centre)) / half
        values = tables(x, take(self.chebyshev), self.degree, int(counts.sum(1).max()))
        basis = products(values, take(self.orders), counts) * xp.prod(half ** (-1.0 * counts), axis=-1)[:, None]
        return basis @ take(self.coefficients)


def check_inside(names: Sequence[str], low, high, theta) -> None:  # type: ignore[no-untyped-def]
    """Refuse concrete points outside the box: an expansion is never extrapolated. Tracers pass."""
    if isinstance(theta, jax.core.Tracer) or isinstance(low, jax.core.Tracer):
        return
    theta, low, high = np.asarray(theta), np.asarray(low), np.asarray(high)
    slack = SLACK * (high - low)
    out = ~((theta >= low - slack) & (theta <= high + slack))
    if not out.any():
        return
    place = tuple(np.argwhere(out)[0])
    index, value = int(place[-1]), theta[place]
    box = f"[{low[index]:g}, {high[index]:g}]"
    raise InputError(names[index], f"{value:g}", f"Its box is {box}; there is no extrapolation.", "Widen the box.")


def joint(expansions: Sequence[Expansion], names: Sequence[str], low: np.ndarray, high: np.ndarray) -> Expansion:
    """One expansion of all bins in all parameters, from expansions that each know some of the parameters.

    A parameter must be normalised alike (power or Chebyshev) in all of them.
    """
    number = len(names)
    centre, half, chebyshev = np.zeros(number), np.ones(number), np.zeros(number)
    rows: dict[tuple[int, ...], int] = {}
    places = []
    for one in expansions:
        columns = [list(names).index(name) for name in one.names]
        centre[columns], half[columns], chebyshev[columns] = one.centre, one.half, one.chebyshev
        orders = np.zeros((len(one.orders), number), int)
        orders[:, columns] = np.asarray(one.orders)
        places.append([rows.setdefault(tuple(int(k) for k in row), len(rows)) for row in orders])
    bins = [one.coefficients.shape[1] for one in expansions]
    coefficients = np.zeros((len(rows), sum(bins)))
    for one, place, end, size in zip(expansions, places, np.cumsum(bins), bins, strict=True):
        coefficients[place, end - size : end] = np.asarray(one.coefficients)
    error = max(one.error for one in expansions)
    return build(names, low, high, (centre, half, chebyshev), np.array(list(rows), int), coefficients, error)


def build(
    names: Sequence[str],
    low: np.ndarray,
    high: np.ndarray,
    scale: tuple[np.ndarray, np.ndarray, np.ndarray],
    orders: np.ndarray,
    coefficients: np.ndarray,
    error: float,
) -> Expansion:
    """An `Expansion` from plain arrays; `scale` is (centre, half, chebyshev).

    Types are named because JAX then takes arrays as they are, and makes no program for each shape.
    """
    orders = orders.reshape(len(coefficients), len(names))
    degree = int(orders.max(initial=1))
    centre, half, chebyshev = scale
    return Expansion(
        names=tuple(names),
        low=jnp.asarray(low, dtype=float),
        high=jnp.asarray(high, dtype=float),
        centre=jnp.asarray(centre, dtype=float),
        half=jnp.asarray(half, dtype=float),
        chebyshev=jnp.asarray(chebyshev, dtype=float),
        orders=jnp.asarray(orders, dtype=int),
        coefficients=jnp.asarray(coefficients, dtype=float),
        error=float(error),
        degree=max(degree, 1),
    )


def drop(
    orders: np.ndarray, coefficients: np.ndarray, unit: np.ndarray, tolerance: float, kept: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Leave out basis functions that are numerically nothing, unless `kept`; each is at most one in size on the box."""
    size = np.abs(coefficients)
    keep = (size > np.maximum(1e-3 * tolerance * unit, 1e-12 * size.max(axis=0))).any(axis=-1)
    keep |= False if kept is None else kept
    keep |= ~orders.any(axis=1) & ~keep.any()  # never an empty expansion
    if not keep.any():
        keep[0] = True
    return orders[keep], coefficients[keep]


def not_smooth(names: Sequence[str], error: float, tolerance: float) -> InputError:
    """The error for counts that no expansion follows."""
    culprits = ", ".join(repr(name) for name in names)
    truth = f"It must stay below {tolerance:g}: the counts are not smooth enough in {culprits}."
    remedy = "Narrow the box, or keep kinks and cuts out of it."
    return InputError("expansion", f"an error of {error:.2g} standard deviations at held-out points", truth, remedy)
