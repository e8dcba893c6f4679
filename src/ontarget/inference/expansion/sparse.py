"""Expansion in several shapes at once: only the Chebyshev products that matter, from few evaluations.

Every monomial of the polynomial parameters has a coefficient that is a function of the shapes. Lines through the box
tell how fast the orders of each shape fall, a first look tells how large each monomial is and which shapes touch it.
From there the set of products grows where those fitted last are large, until the check on held-out points passes.
Small monomials need few products, and what knows nothing of the shapes (a background) needs one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.inference.expansion.expansion import Expansion, build, not_smooth
from ontarget.inference.expansion.frame import Evaluates, Layout, Samples, coefficients_at, empty, least_squares
from ontarget.inference.expansion.lines import HIGHEST, falls_on_lines

OVERSAMPLING = 1.5  # nodes per product: evenly spread ones are well conditioned with few more than there are unknowns
COARSEST = 10.0  # tolerances: what the first set of products may leave out of each
FINER = 0.5  # from one set of products to the next
FINEST = 1e-3  # tolerances: a check that fails even so will not be passed
LARGEST = 5000  # products of one monomial: the matrix of the least squares then has 300 MB
ALIKE = 4.0  # monomials within this factor in size share their products
LEVELS = (0.1, 0.01, 0.0)  # tolerances: what is dropped of what was fitted, as much as the check allows
SEED = 20260102


class Group:
    """Monomials that share their products.

    orders : [monomial, parameter]; touched : places of the shapes that they depend on; weight : [monomial, bin], what
    a unit of their coefficients is at most in Poisson standard deviations; wanted : at how many nodes they are solved
    products : [product, parameter]; coefficients : [product, monomial, bin]; sizes : of products, upper bounds
    """

    def __init__(self, orders: np.ndarray, touched: list[int], weight: np.ndarray, size: float) -> None:
        self.orders, self.touched, self.weight, self.wanted = orders, touched, weight, 0
        self.products, self.coefficients = np.zeros((0, orders.shape[1]), int), np.zeros((0, *weight.shape))
        self.sizes = {(0,) * len(touched): size}

    def grow(self, frame: Layout, falls: dict[int, np.ndarray], cut: float) -> None:
        """Add what is expected to be larger than the cut: each order falls from its predecessor as it did on lines."""
        sizes, queue = dict(self.sizes), [one for one, size in self.sizes.items() if size > cut]
        while queue:
            parent = queue.pop()
            for axis, place in enumerate(self.touched):
                order = parent[axis]
                child = (*parent[:axis], order + 1, *parent[axis + 1 :])
                size = sizes[parent] * falls[place][min(order, len(falls[place]) - 1)]
                if order < HIGHEST and size > cut and child not in self.sizes and size > sizes.get(child, 0.0):
                    sizes[child] = size
                    queue.append(child)
            if len(sizes) > LARGEST:
                raise _too_large([frame.names[place] for place in self.touched])
        self.products = np.zeros((len(sizes), self.orders.shape[1]), int)
        self.products[:, self.touched] = np.array(list(sizes), int).reshape(len(sizes), len(self.touched))
        self.wanted = max(self.wanted, math.ceil(OVERSAMPLING * len(sizes)) + 2)

    def fit(self, frame: Layout, values: np.ndarray) -> None:
        """Coefficients of the products from the monomials' own [node, monomial, bin]; then the sizes of both."""
        design = frame.design(frame.spread(frame.shaped, 0, len(values)), self.products)
        solution = least_squares(design, values.reshape(len(values), -1))
        self.coefficients = solution.reshape(len(self.products), *self.weight.shape)
        size = (np.abs(self.coefficients) * self.weight).max(axis=(1, 2))
        orders = self.products[:, self.touched]
        above = (orders[:, None, :] <= orders[None, :, :]).all(axis=2)
        size = np.where(above, size, 0.0).max(axis=1)
        self.sizes = {tuple(row): one for row, one in zip(orders.tolist(), size.tolist(), strict=True)}

    def at(self, frame: Layout, segment: Samples) -> tuple[np.ndarray, np.ndarray]:
        """The monomials, and their fitted coefficients [node, monomial, bin] at the nodes of a segment."""
        design = frame.design(frame.spread(frame.shaped, segment.first, segment.last), self.products)
        return self.orders, np.tensordot(design, self.coefficients, axes=1)

    def functions(self, least: float) -> tuple[np.ndarray, np.ndarray]:
        """Orders [function, parameter] and coefficients [function, bin] of what is at least this large."""
        size = (np.abs(self.coefficients) * self.weight).max(axis=2)
        keep = size > least
        keep.flat[np.argmax(size)] = True  # never an empty expansion
        product, monomial = np.nonzero(keep)
        return self.products[product] + self.orders[monomial], self.coefficients[product, monomial]


def _too_large(names: Sequence[str]) -> InputError:
    truth = f"They need more than {LARGEST} products of Chebyshev polynomials."
    remedy = "Free fewer shape parameters at once, or narrow their boxes."
    return InputError("expansion in " + ", ".join(names), "too large a study", truth, remedy)


def sparse(
    chain: Evaluates,
    frame: Layout,
    orders: np.ndarray,
    start: Sequence[float],
    held: tuple[np.ndarray, np.ndarray],
    tolerance: float,
) -> Expansion:
    """The expansion in two shapes or more.

    Parameters
    ----------
    chain : the counts to expand
    frame : of the parameters
    orders : exponents of the monomials that may occur [monomial, parameter], zero for the shapes
    start : a point in the box
    held : points to check at, and the counts there
    tolerance : largest error allowed there, in Poisson standard deviations

    Raises
    ------
    InputError : if no expansion reaches the tolerance
    """
    thetas, truth = held
    unit = np.sqrt(np.maximum(np.abs(truth), 1.0))
    groups, steady = _first_look(chain, frame, orders, held, tolerance)
    falls = falls_on_lines(chain, frame, steady, start, tolerance)
    cut, error = COARSEST * tolerance, math.inf
    segments: list[Samples] = []
    while cut > FINEST * tolerance:
        for one in groups:
            one.grow(frame, falls, cut)
        segments = _fill(chain, frame, groups, segments)
        for level in LEVELS:
            parts = [one.functions(level * tolerance) for one in groups]
            kept, coefficients = (np.concatenate(one) for one in zip(*parts, strict=True))
            error = float(np.max(np.abs(frame.design(thetas, kept) @ coefficients - truth) / unit, initial=0.0))
            if error <= tolerance:
                return build(frame.names, frame.low, frame.high, frame.scale, kept, coefficients, error)
        cut *= FINER
    raise not_smooth([frame.names[i] for i in frame.shaped], error, tolerance)


def _fill(chain: Evaluates, frame: Layout, groups: list[Group], segments: list[Samples]) -> list[Samples]:
    """Ask at the nodes that are wanting and fit. Where small groups are fitted already, the chain is asked for less."""
    last = max((one.last for one in segments), default=0)
    for place in sorted({one.wanted for one in groups}):
        segments = [part for one in segments for part in one.split(place)]
        if place > last:
            segments, last = [*segments, empty(frame, last, place)], place
    filled: list[Samples] = []
    values: dict[int, list[np.ndarray]] = {id(one): [] for one in groups}
    for segment in segments:
        active = [one for one in groups if one.wanted > segment.first]
        orders = np.concatenate([one.orders for one in active])
        nodes = frame.spread(frame.shaped, segment.first, segment.last)
        filled.append(segment.asked(chain, frame, orders, nodes))
        known = [one.at(frame, segment) for one in groups if one not in active]
        found = filled[-1].solved(frame, orders, known)
        for one in active:
            values[id(one)].append(found[:, : len(one.orders)])
            found = found[:, len(one.orders) :]
            if one.wanted == segment.last:
                one.fit(frame, np.concatenate(values.pop(id(one))))
    return filled


def _weight(frame: Layout, orders: np.ndarray, held: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """What a unit of each monomial's coefficient is at most, in Poisson standard deviations [monomial, bin]."""
    share = np.abs(frame.design(held[0], orders))
    return np.stack(
        [(share[:, [i]] / np.sqrt(np.maximum(np.abs(held[1]), 1.0))).max(axis=0) for i in range(len(orders))]
    )


def _first_look(
    chain: Evaluates, frame: Layout, orders: np.ndarray, held: tuple[np.ndarray, np.ndarray], tolerance: float
) -> tuple[list[Group], tuple[np.ndarray, np.ndarray]]:
    """The monomials by size and by the shapes that touch them; and those that none touches, with coefficients.

    From two places of the shapes, then from places that differ from the first in one shape only.
    """
    random = np.random.default_rng(SEED)
    low, high = frame.low[frame.shaped], frame.high[frame.shaped]
    places = np.zeros((2, len(frame.low)))
    places[:, frame.shaped] = low + random.uniform(size=(2, len(low))) * (high - low)
    both = coefficients_at(chain, frame, orders, [], places)
    size = np.abs(both).max(axis=0)
    there = (size > 1e-12 * size.max(axis=0)).any(axis=-1)
    there |= ~there.any()
    orders, both = orders[there], both[:, there]
    weight, tiny = _weight(frame, orders, held), 1e-3 * tolerance
    moves = (np.abs(both[1] - both[0]) * weight > tiny).any(axis=1)
    steady = orders[~moves], both[0, ~moves]
    largest, touched = np.abs(both).max(axis=0), np.zeros((len(orders), len(low)), bool)
    if moves.any():
        moved = np.where(np.eye(len(frame.low), dtype=bool)[frame.shaped], places[1], places[0])
        others = coefficients_at(chain, frame, orders[moves], [steady], moved)
        touched[moves] = (np.abs(others - both[0, moves]) * weight[moves] > tiny).any(axis=2).T
        largest[moves] = np.maximum(largest[moves], np.abs(others).max(axis=0))
    return _grouped(frame, orders, touched, weight, (largest * weight).max(axis=1), tolerance), steady


def _grouped(
    frame: Layout, orders: np.ndarray, touched: np.ndarray, weight: np.ndarray, sizes: np.ndarray, tolerance: float
) -> list[Group]:
    """Monomials together that the same shapes touch and that are alike in size."""
    levels = np.ceil(np.log(np.maximum(sizes / tolerance, 1e-3)) / np.log(ALIKE)) * touched.any(axis=1)
    keys = np.column_stack([levels, touched])
    groups = []
    for key in np.unique(keys, axis=0):
        members = (keys == key).all(axis=1)
        hit = [place for place, touch in zip(frame.shaped, key[1:], strict=True) if touch]
        groups.append(Group(orders[members], hit, weight[members], float(sizes[members].max())))
    return groups
