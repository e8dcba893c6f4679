"""An expansion with some of its parameters fixed, point by point: -2 ln L and its derivatives in the free ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from ontarget.ground.noun import namespace
from ontarget.inference.expansion.basis import first_derivatives, products, second_derivatives, tables
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.poisson import poisson
from ontarget.inference.likelihood.sideband import Sidebands


class State(NamedTuple):
    """-2 ln L of the counts [point], its gradient [point, free], and its Hessian in two parts [point, free, free].

    `expected` is the sum of w dmu dmu, never negative; `second_order`, that of slope d2mu, decides where counts are
    quadratic in a parameter near its zero.
    """

    value: Any
    gradient: Any
    expected: Any
    second_order: Any


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
    """The Poisson part of a likelihood as a function of its free parameters.

    Parameters
    ----------
    likelihood : with its expansion
    free : places of the free parameters
    thetas : [point, parameter], where the fixed parameters will be read; where all points have the same values they
        are multiplied in once and for all
    """

    def __init__(self, likelihood: Likelihood, free: list[int], thetas: np.ndarray) -> None:
        expansion = likelihood.expansion
        orders, every = np.asarray(expansion.orders), np.asarray(expansion.coefficients)
        self.scale = tuple(np.asarray(one) for one in (expansion.centre, expansion.half, expansion.chebyshev))
        centre, half, kind = self.scale
        groups: dict[tuple[int, ...], list[int]] = {}
        for index, row in enumerate(orders[:, free]):
            groups.setdefault(tuple(int(k) for k in row), []).append(index)
        terms = max(len(group) for group in groups.values())
        coefficients = np.zeros((len(groups), terms, every.shape[1]))
        self.which = np.zeros((len(groups), terms), int)  # padding points at function 0, with coefficient zero
        for row, group in enumerate(groups.values()):
            coefficients[row, : len(group)], self.which[row, : len(group)] = every[group], group
        keys = np.array(list(groups), int).reshape(len(groups), len(free))
        straight = keys.sum(axis=1).max(initial=0) <= 1 and not kind[free].any()
        self.degree = 0 if straight else int(keys.max(initial=1))
        self.orders, self.highest = orders, expansion.degree
        self.fixed = [i for i in range(len(likelihood.names)) if i not in free]
        self.sidebands, self.order = None, None
        if likelihood.sideband is not None:
            arranged, self.order = likelihood.sideband.arranged()
            self.sidebands = jax.tree.map(np.asarray, arranged)
            coefficients = coefficients[..., self.order[: every.shape[1]]]
        if self.fixed and (thetas[:, self.fixed] == thetas[:1, self.fixed]).all():
            coefficients = np.swapaxes(self._products(thetas[:1]), 0, 1) @ coefficients
            self.fixed = []
        self.basis = Basis(coefficients, keys, kind[free], centre[free], half[free])
        self.largest = max(1, len(groups), len(free) + 1) * every.shape[1]

    def arranged(self, data: np.ndarray) -> np.ndarray:
        """Data [toy, bin + group] in the order that `state` wants."""
        return data if self.order is None else data[:, self.order]

    def factors(self, thetas: np.ndarray) -> np.ndarray | None:
        """What the fixed parameters, read from thetas [point, parameter], make of each term [point, function, term]."""
        return self._products(thetas) if self.fixed else None

    def _products(self, thetas: np.ndarray) -> np.ndarray:
        (centre, half, kind), fixed = self.scale, self.fixed
        values = tables((thetas[:, fixed] - centre[fixed]) / half[fixed], kind[fixed], self.highest, 0)[0]
        product = np.ones((len(thetas), len(self.orders)))
        for column, place in enumerate(fixed):
            product *= values[:, column, self.orders[:, place]]
        return product[:, self.which]


def model_of(basis: Basis, factors: Any) -> Any:
    """What each function of the free parameters adds to the counts, [function, bin] or [point, function, bin].

    factors : [point, function, term] or None where nothing is fixed.
    """
    if factors is None:
        return basis.coefficients[:, 0]
    xp = namespace(factors)
    return xp.swapaxes(xp.swapaxes(factors, 0, 1) @ basis.coefficients, 0, 1)


def state(degree: int, basis: Basis, sidebands: Sidebands | None, model: Any, data: Any, free: Any) -> State:
    """-2 ln L and derivatives at a block of points; numpy or JAX.

    degree : of the functions in one parameter, or 0 where they are affine in all together and nothing bends;
    sidebands : arranged, or None; model : from `model_of`; data : [point, bin + group]; free : [point, free].
    """
    xp = namespace(free)
    number = free.shape[1]
    values = tables((free - basis.centre) / basis.half, basis.chebyshev, max(degree, 1), 2 if degree else 1)
    rows = np.concatenate([first_derivatives(number), second_derivatives(number)[: None if degree else 0]])
    functions = products(values, basis.orders, rows)
    first, slopes, second = functions[:, : 1 + number], functions[:, 1 : 1 + number], functions[:, 1 + number :]
    counts = first @ model
    means, rates = counts[:, 0], counts[:, 1:]
    if sidebands is not None:
        beta, means, aside = sidebands.profiled(means, data)
        data = data[:, : means.shape[1]]
    value, slope, weight = poisson(means, data)
    value = value.sum(axis=1)
    # sum over bins first: then all derivatives of the functions cost next to nothing
    pulled = slope @ model.T if model.ndim == 2 else (model @ slope[..., None])[..., 0]
    expected = (rates * weight[:, None]) @ xp.swapaxes(rates, 1, 2)
    if sidebands is not None:
        value, expected = value + aside.sum(axis=1), expected - sidebands.bound(beta, weight, rates)
    gradient = (slopes @ pulled[..., None])[..., 0]
    square = (len(free), number, number)
    second_order = (second @ pulled[..., None]).reshape(square) if degree else xp.zeros(square)
    scale = 1.0 / basis.half
    both = scale[:, None] * scale
    return State(value, gradient * scale, expected * both, second_order * both)
