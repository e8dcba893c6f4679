"""An expansion with some of its parameters fixed, point by point: -2 ln L and its derivatives in the free ones.

Bins are taken in blocks, as a rule those of one experiment: a block knows only the parameters that touch it and the
functions that are not zero there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import jax
import numpy as np

from ontarget.ground.noun import namespace
from ontarget.inference.expansion.basis import first_derivatives, products, second_derivatives, tables
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.poisson import poisson
from ontarget.inference.likelihood.sideband import Sidebands

JOINED = 1.5  # blocks become one where this costs at most so much more work: every block has a price of its own


class State(NamedTuple):
    """-2 ln L of the counts [point], its gradient [point, free], and its Hessian in two parts [point, free, free].

    `expected` is the sum of w dmu dmu, never negative; `second_order`, that of slope d2mu, decides where counts are
    quadratic in a parameter near its zero.
    """

    value: Any
    gradient: Any
    expected: Any
    second_order: Any


class Kind(NamedTuple):
    """What a block is compiled for.

    degree : of its functions in one parameter, or 0 where they are affine in all together and nothing bends;
    pairs : of parameters by which some function has a second derivative, i * own + j, i <= j
    """

    degree: int
    pairs: tuple[int, ...]


class Block(NamedTuple):
    """Functions of the free parameters that touch some bins, each with the terms that share it (filled up with zeros).

    coefficients : [function, term, bin]; orders : [function, own]; chebyshev, centre, half : [own]; places : of the
    own parameters among the free ones [own]; unit : the same as a matrix [own, free]
    """

    coefficients: Any
    orders: Any
    chebyshev: Any
    centre: Any
    half: Any
    places: Any
    unit: Any


class Basis(NamedTuple):
    """The blocks, one after the other all bins; order, back : to the order of bins that sidebands want, and back."""

    blocks: tuple[Block, ...]
    order: Any
    back: Any


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
        self.orders, self.highest = np.asarray(expansion.orders), expansion.degree
        self.scale = tuple(np.asarray(one) for one in (expansion.centre, expansion.half, expansion.chebyshev))
        self.free, self.fixed = free, [i for i in range(len(likelihood.names)) if i not in free]
        self.sidebands, self.order = None, None
        arrangement: tuple[Any, Any] = None, None
        if likelihood.sideband is not None:
            arranged, self.order = likelihood.sideband.arranged()
            self.sidebands = jax.tree.map(np.asarray, arranged)
            order = self.order[: likelihood.bins]
            arrangement = order, np.argsort(order)
        every = np.asarray(expansion.coefficients)
        found = [self._block(every, bins) for bins in self._cuts(every, likelihood.sizes)]
        kinds, blocks, which = zip(*found, strict=True)
        if self.fixed and (thetas[:, self.fixed] == thetas[:1, self.fixed]).all():
            factors, self.fixed = self._products(thetas[:1]), []
            blocks = tuple(
                one._replace(coefficients=np.swapaxes(factors[:, mine], 0, 1) @ one.coefficients)
                for one, mine in zip(blocks, which, strict=True)
            )
        self.kinds, self.which, self.basis = kinds, which, Basis(blocks, *arrangement)
        self.largest = sum(max(1, *map(len, (one.orders, one.orders.T))) * one.coefficients.shape[-1] for one in blocks)

    def arranged(self, data: np.ndarray) -> np.ndarray:
        """Data [toy, bin + group] in the order that `state` wants."""
        return data if self.order is None else data[:, self.order]

    def factors(self, thetas: np.ndarray) -> tuple[np.ndarray, ...] | None:
        """What the fixed parameters, read from thetas [point, parameter], make of each term of each block.

        Each is [point, function, term].
        """
        if not self.fixed:
            return None
        every = self._products(thetas)
        return tuple(every[:, mine] for mine in self.which)

    def _products(self, thetas: np.ndarray) -> np.ndarray:
        """Of the functions of the fixed parameters [point, term]."""
        (centre, half, kind), fixed = self.scale, self.fixed
        values = tables((thetas[:, fixed] - centre[fixed]) / half[fixed], kind[fixed], self.highest, 0)[0]
        product = np.ones((len(thetas), len(self.orders)))
        for column, place in enumerate(fixed):
            product *= values[:, column, self.orders[:, place]]
        return product

    def _cuts(self, every: np.ndarray, sizes: tuple[int, ...]) -> list[slice]:
        """Bins of each block: an experiment, or neighbours that have much the same functions."""
        ends = np.cumsum((0, *sizes)).tolist()
        cuts: list[slice] = []
        for bins in (slice(low, high) for low, high in pairwise(ends) if high > low):
            both = slice(cuts[-1].start, bins.stop) if cuts else bins
            if cuts and self._work(every, both) <= JOINED * (self._work(every, cuts[-1]) + self._work(every, bins)):
                cuts[-1] = both
            else:
                cuts.append(bins)
        return cuts or [slice(0, 0)]

    def _work(self, every: np.ndarray, bins: slice) -> int:
        """Numbers that one evaluation of these bins takes."""
        keys = self.orders[_filled(every, bins)][:, self.free]
        return len(np.unique(keys, axis=0)) * int(1 + keys.any(axis=0).sum()) * (bins.stop - bins.start)

    def _block(self, every: np.ndarray, bins: slice) -> tuple[Kind, Block, np.ndarray]:
        """A block, what it is compiled for, and which term of the expansion each of its terms is [function, term]."""
        filled = _filled(every, bins)
        own = self.orders[filled][:, self.free].any(axis=0).nonzero()[0]
        places = [self.free[i] for i in own]
        groups: dict[tuple[int, ...], list[int]] = {}
        for index in filled:
            groups.setdefault(tuple(self.orders[index, places].tolist()), []).append(int(index))
        terms = max((len(group) for group in groups.values()), default=1)
        coefficients = np.zeros((len(groups), terms, bins.stop - bins.start))
        which = np.zeros((len(groups), terms), int)  # padding points at function 0, with coefficient zero
        for row, group in enumerate(groups.values()):
            coefficients[row, : len(group)], which[row, : len(group)] = every[group, bins], group
        keys = np.array(list(groups), int).reshape(len(groups), len(own))
        centre, half, kind = (one[places] for one in self.scale)
        unit = np.eye(len(self.free))[own]
        straight = keys.sum(axis=1).max(initial=0) <= 1 and not kind.any()
        shape = Kind(0, ()) if straight else Kind(int(keys.max(initial=1)), _pairs(keys))
        return shape, Block(coefficients, keys, kind, centre, half, own, unit), which


def _filled(every: np.ndarray, bins: slice) -> np.ndarray:
    """Terms [term] that are not zero in all of these bins; the first where none is."""
    filled = every[:, bins].any(axis=1).nonzero()[0]
    return filled if len(filled) else np.arange(min(1, len(every)))


def _pairs(keys: np.ndarray) -> tuple[int, ...]:
    """Pairs of parameters that some function [function, own] is bent in."""
    number, some = keys.shape[1], (keys > 0).astype(int)
    bent = some.T @ some > 0
    np.fill_diagonal(bent, (keys > 1).any(axis=0))
    return tuple(np.flatnonzero(np.triu(bent)).tolist()) if number else ()


def model_of(basis: Basis, factors: Any) -> tuple[Any, ...]:
    """What each function of the free parameters adds to the counts of its block.

    Each is [function, bin] or [point, function, bin]; factors : [point, function, term] of each block, or None where
    nothing is fixed.
    """
    if factors is None:
        return tuple(one.coefficients[:, 0] for one in basis.blocks)
    xp = namespace(factors[0])
    return tuple(
        xp.swapaxes(xp.swapaxes(mine, 0, 1) @ one.coefficients, 0, 1)
        for one, mine in zip(basis.blocks, factors, strict=True)
    )


class Counts(NamedTuple):
    """Counts of a block [point, bin], their rates [point, own, bin], first and second derivatives of its functions."""

    means: Any
    rates: Any
    slopes: Any
    second: Any


def counts_of(kind: Kind, block: Block, model: Any, free: Any) -> Counts:
    """Counts of a block and their derivatives by its own parameters, in units of half their box."""
    number = len(block.places)
    x = (free[:, block.places] - block.centre) / block.half
    values = tables(x, block.chebyshev, max(kind.degree, 1), 2 if kind.degree else 1)
    rows = np.concatenate([first_derivatives(number), second_derivatives(number)[list(kind.pairs)]])
    functions = products(values, block.orders, rows)
    counts = functions[:, : 1 + number] @ model
    return Counts(counts[:, 0], counts[:, 1:], functions[:, 1 : 1 + number], functions[:, 1 + number :])


def state(
    kinds: tuple[Kind, ...], basis: Basis, sidebands: Sidebands | None, models: Any, data: Any, free: Any
) -> State:
    """-2 ln L and derivatives at a block of points; numpy or JAX.

    sidebands : arranged, or None; models : from `model_of`; data : [point, bin + group]; free : [point, free].
    """
    xp, (points, number) = namespace(free), free.shape
    parts = [counts_of(*one, free) for one in zip(kinds, basis.blocks, models, strict=True)]
    units = [block.unit / block.half[:, None] for block in basis.blocks]
    means = xp.concatenate([one.means for one in parts], axis=-1)
    gradient, bent = xp.zeros((points, number)), xp.zeros((points, number, number))
    if sidebands is None:
        value, slope, weight = poisson(means, data)
        value, expected = value.sum(axis=1), bent
    else:
        beta, means, aside = sidebands.profiled(means[:, basis.order], data)
        value, slope, weight = poisson(means, data[:, : means.shape[1]])
        rates = xp.concatenate([unit.T @ one.rates for unit, one in zip(units, parts, strict=True)], axis=-1)
        value = value.sum(axis=1) + aside.sum(axis=1)
        expected = -sidebands.bound(beta, weight, rates[..., basis.order])
        slope, weight = slope[:, basis.back], weight[:, basis.back]
    low = 0
    for kind, unit, one, model in zip(kinds, units, parts, models, strict=True):
        bins = slice(low, low + one.means.shape[1])
        low, (first, second, third) = bins.stop, _derivatives(kind, one, model, slope[:, bins], weight[:, bins])
        gradient, expected = gradient + first @ unit, expected + unit.T @ second @ unit
        bent = bent if third is None else bent + unit.T @ third @ unit
    return State(value, gradient, expected, bent)


def _derivatives(kind: Kind, one: Counts, model: Any, slope: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Gradient, expected and second-order Hessian (or None) of a block by its own parameters, in units of half a box.

    The sum over bins comes first: then all derivatives of the functions cost next to nothing.
    """
    xp, (points, number) = namespace(slope), one.slopes.shape[:2]
    pulled = (slope @ model.T if model.ndim == 2 else (model @ slope[..., None])[..., 0])[..., None]
    expected = (one.rates * weight[:, None]) @ xp.swapaxes(one.rates, 1, 2)
    if not kind.pairs:
        return (one.slopes @ pulled)[..., 0], expected, None
    place = np.full((number, number), len(kind.pairs))  # what is not among the pairs is the zero that is put last
    rows, columns = np.divmod(kind.pairs, number)
    place[rows, columns] = place[columns, rows] = np.arange(len(kind.pairs))
    bent = xp.concatenate([(one.second @ pulled)[..., 0], xp.zeros((points, 1))], axis=1)[:, place]
    return (one.slopes @ pulled)[..., 0], expected, bent
