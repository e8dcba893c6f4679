"""The sparse product basis of an expansion: powers of x for polynomial parameters, Chebyshev T_k(x) for shapes.

Both obey one recurrence, :math:`P_{k+1} = (1+c)\\,x P_k - c\\,P_{k-1}`, with c = 0 for powers and c = 1 for Chebyshev
polynomials, so c is data and nothing is compiled again for another kind. All functions take numpy or JAX arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ontarget.ground.noun import namespace


def tables(x: Any, chebyshev: Any, degree: int, derivatives: int) -> list[Any]:
    """P_k(x) and its derivatives: a list over derivative order of arrays [..., parameter, degree + 1].

    x : [..., parameter], normalised to -1..1; chebyshev : [parameter], the c above; degree : highest k.
    """
    xp = namespace(x)
    zero, one = xp.zeros_like(x), xp.ones_like(x)
    columns = [[one, x], [zero, one], [zero, zero]][: derivatives + 1]
    for k in range(1, degree):
        new = []
        for order, column in enumerate(columns):
            # the derivative of x P_k by Leibniz' rule
            product = x * column[k] + (order * columns[order - 1][k] if order else 0.0)
            new.append((1.0 + chebyshev) * product - chebyshev * column[k - 1])
        for column, values in zip(columns, new, strict=True):
            column.append(values)
    return [xp.stack(column[: degree + 1], axis=-1) for column in columns]


def products(values: list[Any], orders: Any, counts: np.ndarray) -> Any:
    """The basis functions and their partial derivatives with respect to x, [..., derivative, function].

    values : from `tables`; orders : [function, parameter], which k; counts : [derivative, parameter], how often each
    parameter is differentiated in that row of the result (all zero: the function itself).
    """
    xp = namespace(values[0])
    every = np.arange(counts.shape[1])
    picked = [table[..., every, orders][..., None, :, :] for table in values]
    factors = picked[0]
    for order in range(1, len(picked)):
        factors = xp.where(counts[:, None, :] == order, picked[order], factors)
    return xp.prod(xp.broadcast_to(factors, (*factors.shape[:-3], len(counts), *factors.shape[-2:])), axis=-1)


def first_derivatives(number: int) -> np.ndarray:
    """Rows for `products`: the function, then its derivative by each parameter."""
    return np.concatenate([np.zeros((1, number), int), np.eye(number, dtype=int)])


def second_derivatives(number: int) -> np.ndarray:
    """Rows for `products`: every second derivative, in the order of a flattened matrix."""
    unit = np.eye(number, dtype=int)
    return (unit[:, None, :] + unit[None, :, :]).reshape(number * number, number)


def extrema(degree: int) -> np.ndarray:
    """Where the Chebyshev polynomial of this degree is extreme, 1 to -1: those of half the degree are every second."""
    return np.cos(np.pi * np.arange(degree + 1) / degree)


def chebyshev_coefficients(values: np.ndarray) -> np.ndarray:
    """Coefficients [..., order, bin] of what has these values at the `extrema` [..., node, bin]."""
    degree = values.shape[-2] - 1
    matrix = 2.0 / degree * np.cos(np.pi * np.outer(np.arange(degree + 1), np.arange(degree + 1)) / degree)
    matrix[[0, -1]] /= 2.0
    matrix[:, [0, -1]] /= 2.0
    return matrix @ values
