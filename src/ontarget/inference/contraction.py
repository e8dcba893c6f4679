"""An expansion with some of its parameters fixed, point by point: -2 ln L and its derivatives in the free ones."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ontarget.inference.basis import first_derivatives, namespace, products, second_derivatives, tables
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.poisson import poisson
from ontarget.inference.sideband import Sidebands

FEW = 24  # points that numpy does sooner than a compiled function is made
ROWS = 5120  # points per call of the compiled function, which works through them in blocks
CACHE = 1 << 15  # numbers in the largest array of one block: 256 KiB


class State(NamedTuple):
    """-2 ln L of the counts [point], its gradient [point, free], and its Hessian in two parts [point, free, free].

    `expected` is the sum of w dmu dmu, never negative; `bent`, the sum of slope d2mu, decides where the counts are
    quadratic in a parameter near its zero.
    """

    value: Any
    gradient: Any
    expected: Any
    bent: Any


class Basis(NamedTuple):
    """Functions of the free parameters, each with the terms that share it (filled up with zeros).

    coefficients : [function, term, bin]; orders : [function, free]; chebyshev, centre, half : [free]
    """

    coefficients: Any
    orders: Any
    chebyshev: Any
    centre: Any
    half: Any


class Contraction:
    """The Poisson part of a likelihood at many points, as a function of its free parameters.

    Parameters
    ----------
    likelihood : with its expansion
    free : places of the free parameters
    thetas : [point, parameter]; the fixed parameters are read here
    data : [toy, bin + group of the sidebands]; toy : [point], which of the data each point uses
    """

    def __init__(
        self, likelihood: Likelihood, free: list[int], thetas: np.ndarray, data: np.ndarray, toy: np.ndarray
    ) -> None:
        expansion = likelihood.expansion
        orders, every = np.asarray(expansion.orders), np.asarray(expansion.coefficients)
        centre, half, kind = (np.asarray(one) for one in (expansion.centre, expansion.half, expansion.chebyshev))
        groups: dict[tuple[int, ...], list[int]] = {}
        for index, row in enumerate(orders[:, free]):
            groups.setdefault(tuple(int(k) for k in row), []).append(index)
        terms = max(len(group) for group in groups.values())
        coefficients = np.zeros((len(groups), terms, every.shape[1]))
        which = np.zeros((len(groups), terms), int)  # padding points at function 0, with coefficient zero
        for row, group in enumerate(groups.values()):
            coefficients[row, : len(group)], which[row, : len(group)] = every[group], group
        keys = np.array(list(groups), int).reshape(len(groups), len(free))
        self.degree = max(int(keys.max(initial=1)), 1)
        self.basis = Basis(coefficients, keys, kind[free], centre[free], half[free])
        self.factors = None
        fixed = [i for i in range(len(likelihood.names)) if i not in free]
        if fixed:
            values = tables((thetas[:, fixed] - centre[fixed]) / half[fixed], kind[fixed], expansion.degree, 0)[0]
            product = np.ones((len(thetas), len(orders)))
            for column, place in enumerate(fixed):
                product *= values[:, column, orders[:, place]]
            self.factors = product[:, which]
        self.data, self.toy, self.sidebands = data, toy, None
        if likelihood.sideband is not None:
            arranged, order = likelihood.sideband.arranged()
            self.sidebands, self.data = jax.tree.map(np.asarray, arranged), data[:, order]
            self.basis = self.basis._replace(coefficients=coefficients[..., order[: every.shape[1]]])
        largest = max(1, len(groups), len(free) + 1) * every.shape[1]
        self.block = int(np.clip(1 << int(np.log2(max(1, CACHE // largest))), 8, 128))

    def __call__(self, points: np.ndarray, free: np.ndarray) -> State:
        """The state at some of the points (indices), where the free parameters have these values [point, free]."""
        factors = None if self.factors is None else self.factors[points]
        if len(points) <= FEW:
            return state(self.degree, self.basis, self.sidebands, factors, self.data[self.toy[points]], free)
        parts = [slice(low, low + ROWS) for low in range(0, len(points), ROWS)]
        pieces = [self._compiled(points[part], free[part]) for part in parts]
        return State(*(np.concatenate(one) for one in zip(*pieces, strict=True)))

    def _compiled(self, points: np.ndarray, free: np.ndarray) -> State:
        count, missing = len(points), ROWS - len(points)
        if missing:
            points, free = np.pad(points, (0, missing)), np.pad(free, ((0, missing), (0, 0)), mode="edge")
        factors = None if self.factors is None else self.factors[points]
        blocks = -(-count // self.block)
        model = self.basis, self.sidebands, factors, self.data
        found = _blocks(self.degree, self.block, blocks, *model, self.toy[points], free)
        return State(*(np.asarray(one)[:count] for one in found))


def state(degree: int, basis: Basis, sidebands: Sidebands | None, factors: Any, data: Any, free: Any) -> State:
    """-2 ln L and derivatives at a block of points; numpy or JAX.

    sidebands : arranged, or None; factors : [point, function, term] or None where nothing is fixed; data : [point, bin
    + group]; free : [point, free].
    """
    xp = namespace(free)
    number = free.shape[1]
    values = tables((free - basis.centre) / basis.half, basis.chebyshev, degree, 2)
    rows = np.concatenate([first_derivatives(number), second_derivatives(number)])
    functions = products(values, basis.orders, rows)
    first, slopes, second = functions[:, : 1 + number], functions[:, 1 : 1 + number], functions[:, 1 + number :]
    if factors is None:
        model = basis.coefficients[:, 0]
        counts = first @ model
    else:
        model = xp.swapaxes(xp.swapaxes(factors, 0, 1) @ basis.coefficients, 0, 1)
        counts = first @ model
    means, rates = counts[:, 0], counts[:, 1:]
    if sidebands is not None:
        beta, means, aside = sidebands.profiled(means, data)
        data = data[:, : means.shape[1]]
    value, slope, weight = poisson(means, data)
    value = value.sum(axis=1)
    # sum over bins first: then all derivatives of the functions cost next to nothing
    pulled = slope @ model.T if factors is None else (model @ slope[..., None])[..., 0]
    expected = (rates * weight[:, None]) @ xp.swapaxes(rates, 1, 2)
    if sidebands is not None:
        value, expected = value + aside.sum(axis=1), expected - sidebands.bound(beta, weight, rates)
    gradient, bent = (
        (slopes @ pulled[..., None])[..., 0],
        (second @ pulled[..., None]).reshape(len(free), number, number),
    )
    scale = 1.0 / basis.half
    square = scale[:, None] * scale
    return State(value, gradient * scale, expected * square, bent * square)


@partial(jax.jit, static_argnums=(0, 1))
def _blocks(
    degree: int,
    block: int,
    blocks: Any,
    basis: Basis,
    sidebands: Sidebands | None,
    factors: Any,
    data: Any,
    toy: Any,
    free: Any,
) -> tuple[Any, ...]:
    """`state` for the first `blocks` blocks of the points; the rest of the result is zero."""
    points, number = free.shape

    def one(index: Any, out: tuple[Any, ...]) -> tuple[Any, ...]:
        low = index * block

        def cut(rows: Any) -> Any:
            return jax.lax.dynamic_slice_in_dim(rows, low, block)

        some = None if factors is None else cut(factors)
        found = state(degree, basis, sidebands, some, data[cut(toy)], cut(free))
        return tuple(jax.lax.dynamic_update_slice_in_dim(old, new, low, 0) for old, new in zip(out, found, strict=True))

    square = jnp.zeros((points, number, number))
    return jax.lax.fori_loop(0, blocks, one, (jnp.zeros(points), jnp.zeros((points, number)), square, square))
