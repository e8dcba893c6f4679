"""Find an expansion: support from the jaxpr, coefficients by least squares, a check on held-out points.

With two shapes or more, `sparse` finds the products of Chebyshev polynomials that matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.program import program
from ontarget.inference.expansion.basis import products, tables
from ontarget.inference.expansion.expansion import Expansion, build, drop, not_smooth
from ontarget.inference.expansion.frame import Layout
from ontarget.inference.expansion.lines import HIGHEST
from ontarget.inference.expansion.sparse import sparse
from ontarget.inference.expansion.support import Support, polynomial_support
from ontarget.numerics.blocked import blocked_map
from ontarget.numerics.lattice import recurrence

BLOCK = 16  # points per chain evaluation: bounded memory, one compilation
COSTLIEST = 100_000  # chain evaluations
FAINT = 1e-4  # of the largest coefficient in a bin: what is left at zero, if it is less, is found at zero
SEED = 20260101
Function = Callable[[Sequence[Any]], Any]


@program
def _evaluate(function: Function, thetas: Any) -> Any:
    """The function at a block of points. The function is an argument: arrays inside it are inputs, not constants."""
    return jax.vmap(lambda theta: function(tuple(theta)))(thetas)


def in_blocks(function: Function, thetas: np.ndarray) -> np.ndarray:
    """The function at many points [point, parameter], block by block."""
    return blocked_map(lambda block: _evaluate(function, block), [thetas], BLOCK)


class CountingFunction:
    """A function with its box; counts how often it was asked."""

    def __init__(self, function: Function, names: Sequence[str], box: np.ndarray) -> None:
        self.function, self.names, self.box = function, tuple(names), np.asarray(box, float)
        self.evaluations = 0

    def __call__(self, thetas: np.ndarray) -> np.ndarray:
        self.evaluations += len(thetas)
        if self.evaluations > COSTLIEST:
            truth = f"It needs more than {COSTLIEST} evaluations of the chain."
            remedy = "Free fewer shape parameters at once, or narrow their boxes."
            raise InputError("expansion in " + ", ".join(self.names), "too large a study", truth, remedy)
        many = getattr(self.function, "many", None)  # a function may have a better way for many points at once
        counts = many(thetas) if many else in_blocks(self.function, thetas)
        if not np.isfinite(counts).all():
            bad = thetas[~np.isfinite(counts).all(axis=tuple(range(1, counts.ndim)))][0]
            where = ", ".join(f"{name} = {value:g}" for name, value in zip(self.names, bad, strict=True))
            remedy = "Narrow the box to where the counts are finite."
            raise InputError("expansion", f"counts that are not finite at {where}", "", remedy)
        return counts


def expand(
    function: Function,
    names: Sequence[str],
    box: Any,
    start: Sequence[float],
    *,
    tolerance: float = 1e-6,
    shapes: Sequence[str] = (),
    monomials: Support | None = None,
) -> Expansion:
    """The expansion of `function` in its parameters, valid in `box`.

    Parameters
    ----------
    function : takes a tuple of scalars, returns counts [bin]; as an equinox module its arrays stay inputs when compiled
    names : of the parameters
    box : [parameter, 2], low and high
    start : a point in the box
    tolerance : largest error allowed on held-out points, in Poisson standard deviations (of one count at least)
    shapes : parameters to expand in Chebyshev polynomials even where a polynomial would do
    monomials : what `polynomial_support` says of the function and these shapes, if it is known already

    Raises
    ------
    InputError : if no expansion reaches the tolerance (a kink, a cut, a resonance in the box)
    """
    box = np.asarray(box, float).reshape(len(names), 2)
    chain = CountingFunction(function, names, box)
    exponents, shaped = monomials or polynomial_support(function, start, [list(names).index(one) for one in shapes])
    random = np.random.default_rng(SEED)
    held = _held_out(box, random)
    truth = chain(held)
    unit = np.sqrt(np.maximum(np.abs(truth), 1.0))
    if len(shaped) > 1:
        scale = _scale(box, list(shaped))
        frame = Layout(
            tuple(names),
            [i for i in range(len(names)) if i not in shaped],
            list(shaped),
            box[:, 0],
            box[:, 1],
            scale,
            truth.shape[1],
        )
        return sparse(chain, frame, np.array(exponents, int), start, (held, truth), tolerance)
    poly = [i for i in range(len(names)) if i not in shaped]
    powers = np.array(exponents, int)[:, poly]
    degrees = [_degree(chain, i, start, random, tolerance) for i in shaped]
    while True:
        scale, orders, coefficients = _coefficients(chain, powers, poly, list(shaped), degrees, random)
        kept = anchored(chain, orders, coefficients, list(shaped), start, scale)
        orders, coefficients = drop(orders, coefficients, unit.min(0), tolerance, kept)
        found = build(names, box[:, 0], box[:, 1], scale, orders, coefficients, 0.0)
        error = float(np.max(np.abs(found(held) - truth) / unit, initial=0.0))
        if error <= tolerance:
            return build(names, box[:, 0], box[:, 1], scale, orders, coefficients, error)
        if not shaped or max(degrees) >= HIGHEST:
            raise not_smooth([names[i] for i in (shaped or poly)], error, tolerance)
        degrees = [min(HIGHEST, degree + max(2, degree // 2)) for degree in degrees]


def _held_out(box: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Points to check at: corners of the box (all, or a random choice of them), and its inside."""
    number = len(box)
    every = list(itertools.product((0, 1), repeat=number)) if number <= 5 else random.integers(0, 2, (32, number))
    corners = np.array(every, float).reshape(len(every), number)
    inside = random.uniform(size=(64 - len(corners) % 16, number))
    unit = np.concatenate([corners, inside])
    return box[:, 0] + unit * (box[:, 1] - box[:, 0])


def _nodes(count: int) -> np.ndarray:
    """Zeros of the Chebyshev polynomial of this order."""
    return np.cos(np.pi * (np.arange(count) + 0.5) / count)


def _transform(count: int) -> np.ndarray:
    """Matrix [order, node] that turns values at the nodes into Chebyshev coefficients (discrete cosine transform)."""
    angle = np.pi * (np.arange(count) + 0.5) / count
    matrix = 2.0 / count * np.cos(np.outer(np.arange(count), angle))
    matrix[0] /= 2.0
    return matrix


def _degree(
    chain: CountingFunction, index: int, start: Sequence[float], random: np.random.Generator, tolerance: float
) -> int:
    """Chebyshev order that one shape parameter needs, from its coefficients along three lines through the box."""
    low, high = chain.box[:, 0], chain.box[:, 1]
    bases = np.concatenate([np.asarray(start, float)[None], low + random.uniform(size=(2, len(low))) * (high - low)])
    for count in (17, 33, HIGHEST + 1):
        points = np.repeat(bases[:, None, :], count, axis=1)
        points[:, :, index] = (low[index] + high[index]) / 2 + _nodes(count) * (high[index] - low[index]) / 2
        counts = chain(points.reshape(-1, len(low))).reshape(3, count, -1)
        size = np.abs(np.einsum("kx,lxb->lkb", _transform(count), counts))
        unit = np.sqrt(np.maximum(np.abs(counts).min(axis=1, keepdims=True), 1.0))
        needed = (size / unit).max(axis=(0, 2)) > tolerance / 10
        degree = int(np.max(np.nonzero(needed)[0], initial=0))
        if degree < count - 3:
            return max(degree, 1)
    return HIGHEST


def _coefficients(
    chain: CountingFunction,
    powers: np.ndarray,
    poly: list[int],
    shaped: list[int],
    degrees: list[int],
    random: np.random.Generator,
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """Scale (centre, half, chebyshev), orders [function, parameter] and coefficients [function, bin]."""
    centre, half, chebyshev = _scale(chain.box, shaped)
    grid = list(itertools.product(*(_nodes(degree + 1) for degree in degrees)))
    nodes = np.array(grid, float).reshape(len(grid), len(shaped))
    if shaped:  # what is absent at two places of the shapes is absent everywhere: fewer points at all the others
        some = random.uniform(-1, 1, size=(2, len(shaped)))
        first = _least_squares(chain, powers, poly, shaped, some, (centre, half), random)
        size = np.abs(first).max(axis=1)
        powers = powers[(size > 1e-12 * size.max(axis=0)).any(axis=-1)]
    fitted = _least_squares(chain, powers, poly, shaped, nodes, (centre, half), random)
    tensor = fitted.reshape(len(powers), *(degree + 1 for degree in degrees), -1)
    for axis, degree in enumerate(degrees, start=1):
        tensor = np.moveaxis(np.tensordot(_transform(degree + 1), tensor, axes=(1, axis)), 0, axis)
    kinds = list(itertools.product(*(range(degree + 1) for degree in degrees)))
    orders = np.zeros((len(powers), len(kinds), len(chain.box)), int)
    orders[:, :, poly] = powers[:, None, :]
    orders[:, :, shaped] = np.array(kinds, int).reshape(1, len(kinds), len(shaped))
    return (
        (centre, half, chebyshev),
        orders.reshape(len(powers) * len(kinds), len(chain.box)),
        tensor.reshape(-1, tensor.shape[-1]),
    )


def anchored(
    chain: CountingFunction,
    orders: np.ndarray,
    coefficients: np.ndarray,
    shaped: list[int],
    start: Sequence[float],
    scale: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Make counts exact where parameters are zero, also far below what rounding elsewhere leaves of them.

    A background of 1e-20 events is lost among those of a signal, and is all there is without it. Coefficients
    [function, bin] of the functions that are left there are replaced, in place, by those of a fit at zero; which
    functions that are not zero [function] is returned.
    """
    low, high = chain.box[:, 0], chain.box[:, 1]
    poly = [i for i in range(len(low)) if i not in shaped]
    zero = [i for i in poly if low[i] <= 0.0 <= high[i] and orders[:, i].any()]
    left = ~orders[:, zero].any(axis=1)
    none = np.zeros(len(orders), bool)
    size = np.abs(coefficients)
    faint = size[left].max(axis=0, initial=0.0) < FAINT * size.max(axis=0)
    if not zero or not left.any() or not faint.any() or orders[left][:, shaped].any():
        return none
    (centre, half, _), number = scale, int(left.sum())
    count = 1 if number == 1 else 2 * number + 4
    unit = 0.5 - 0.5 * np.cos(np.pi * recurrence(1, count, len(low)))
    points = np.where(orders[left].any(axis=0), low + unit * (high - low), np.asarray(start, float))
    points[:, zero] = 0.0
    values = tables((points - centre) / half, np.zeros(len(low)), max(int(orders[left].max()), 1), 0)
    design = products(values, orders[left], np.zeros((1, len(low)), int))[:, 0]
    exact = np.linalg.lstsq(design, chain(points)[:, faint], rcond=1e-14)[0]
    coefficients[np.ix_(left, faint)] = exact
    none[left] = (np.abs(exact) > 1e-12 * np.abs(exact).max(axis=0)).any(axis=1)
    return none


def _scale(box: np.ndarray, shaped: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre, half width and kind of each parameter: shapes from -1 to 1, polynomial ones by their largest size."""
    low, high = box[:, 0], box[:, 1]
    centre, half, chebyshev = np.zeros(len(low)), np.maximum(np.abs(low), np.abs(high)), np.zeros(len(low))
    centre[shaped], half[shaped], chebyshev[shaped] = ((low + high) / 2)[shaped], ((high - low) / 2)[shaped], 1.0
    return centre, half, chebyshev


def _least_squares(
    chain: CountingFunction,
    powers: np.ndarray,
    poly: list[int],
    shaped: list[int],
    nodes: np.ndarray,
    scale: tuple[np.ndarray, np.ndarray],
    random: np.random.Generator,
) -> np.ndarray:
    """Polynomial coefficients [monomial, node, bin] at each place of the shapes, from twice as many random points."""
    low, high = chain.box[:, 0], chain.box[:, 1]
    centre, half = scale
    count = 1 if len(powers) == 1 else 2 * len(powers) + 4
    # arcsine distributed: crowded towards the faces of the box, which keeps the system well conditioned
    unit = 0.5 - 0.5 * np.cos(np.pi * random.uniform(size=(count, len(low))))
    points = np.repeat((low + unit * (high - low))[:, None, :], len(nodes), axis=1)
    points[:, :, shaped] = centre[shaped] + half[shaped] * nodes
    counts = chain(points.reshape(count * len(nodes), len(low)))
    if len(powers) == 1:
        return counts.reshape(1, len(nodes), -1)
    x = (points[:, 0, poly] - centre[poly]) / half[poly]
    values = tables(x, np.zeros(len(poly)), max(int(powers.max()), 1), 0)
    design = products(values, powers, np.zeros((1, len(poly)), int))[:, 0]
    solution = np.linalg.lstsq(design, counts.reshape(count, -1), rcond=1e-14)[0]
    return solution.reshape(len(powers), len(nodes), -1)
