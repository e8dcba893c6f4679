"""Where the chain of an expansion in several shapes is asked, and the linear systems that its answers solve."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from scipy.linalg import cho_factor, cho_solve, qr

from ontarget.inference.expansion.basis import tables
from ontarget.numerics.lattice import recurrence


@runtime_checkable
class Evaluates(Protocol):
    """A chain with its box, as `expand` has it."""

    box: np.ndarray

    def __call__(self, thetas: np.ndarray) -> np.ndarray:
        """Counts [point, bin] at thetas [point, parameter]."""


class Layout(NamedTuple):
    """Which parameters are shapes, and how each is normalised: (centre, half, chebyshev) as in `Expansion`."""

    names: tuple[str, ...]
    poly: list[int]
    shaped: list[int]
    low: np.ndarray
    high: np.ndarray
    scale: tuple[np.ndarray, np.ndarray, np.ndarray]
    bins: int

    def design(self, thetas: np.ndarray, orders: np.ndarray) -> np.ndarray:
        """The basis functions [point, function], parameter by parameter: no larger array is made on the way."""
        centre, half, chebyshev = self.scale
        values = tables((thetas - centre) / half, chebyshev, max(int(orders.max(initial=1)), 1), 0)[0]
        matrix = np.ones((len(thetas), len(orders)))
        for place in np.nonzero(orders.any(axis=0))[0]:
            matrix *= values[:, place, orders[:, place]]
        return matrix

    def spread(self, columns: list[int], first: int, last: int) -> np.ndarray:
        """Values of some parameters, numbers `first` to `last` of a sequence that fills the box ever more densely.

        Points of a recurrence, crowded towards the faces of the box like the arcsine distribution, which
        keeps systems of Chebyshev polynomials well conditioned. The others stay zero, where they are of no account.
        """
        even = recurrence(first, last - first, len(columns))
        thetas = np.zeros((last - first, len(self.low)))
        thetas[:, columns] = (self.low + (self.high - self.low) * 0.5)[columns]
        thetas[:, columns] -= 0.5 * np.cos(np.pi * even) * (self.high - self.low)[columns]
        return thetas

    def monomial_points(self, orders: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Points to add to those before, until there is one per monomial, all as independent as may be (Fekete)."""
        candidates = self.spread(self.poly, 0, 4 * len(orders) + 50)
        left = self.design(candidates, orders)
        if len(before):
            known = qr(self.design(before, orders).T, mode="economic")[0]
            left = left - left @ known @ known.T
        best = qr(left.T, mode="r", pivoting=True)[1]
        return candidates[best[: max(0, len(orders) - len(before))]]


class Samples(NamedTuple):
    """Some of the nodes, numbers `first` to `last`, and what was asked there.

    points : of the polynomial parameters, the same at all these nodes [point, parameter]; counts : [node, point, bin]
    """

    first: int
    last: int
    points: np.ndarray
    counts: np.ndarray

    def split(self, place: int) -> list[Samples]:
        """In two at this node, or whole if that is not inside."""
        if not self.first < place < self.last:
            return [self]
        here = place - self.first
        return [
            Samples(self.first, place, self.points, self.counts[:here]),
            Samples(place, self.last, self.points, self.counts[here:]),
        ]

    def asked(self, chain: Evaluates, frame: Layout, orders: np.ndarray, nodes: np.ndarray) -> Samples:
        """The same with as many points as these monomials need."""
        new = frame.monomial_points(orders, self.points)
        if not new.size:
            return self
        thetas = np.repeat(new[None], len(nodes), axis=0)
        thetas[:, :, frame.shaped] = nodes[:, None, frame.shaped]
        counts = chain(thetas.reshape(-1, thetas.shape[2])).reshape(len(nodes), len(new), -1)
        return Samples(
            self.first, self.last, np.concatenate([self.points, new]), np.concatenate([self.counts, counts], 1)
        )

    def solved(self, frame: Layout, orders: np.ndarray, known: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """Coefficients [node, monomial, bin]; those of other monomials are known (orders, coefficients)."""
        counts = self.counts.copy()
        for others, values in known:
            counts -= frame.design(self.points, others) @ values
        return np.linalg.pinv(frame.design(self.points, orders), rcond=1e-14) @ counts


def least_squares(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least squares of a well conditioned system, by normal equations and one step of refinement.

    Far faster than an orthogonal decomposition, above all where processors are shared.
    """
    factor = cho_factor(design.T @ design)
    solution = cho_solve(factor, design.T @ values)
    return solution + cho_solve(factor, design.T @ (values - design @ solution))


def empty(frame: Layout, first: int, last: int) -> Samples:
    """Nodes at which nothing was asked yet."""
    return Samples(first, last, np.zeros((0, len(frame.low))), np.zeros((last - first, 0, frame.bins)))


def coefficients_at(
    chain: Evaluates, frame: Layout, orders: np.ndarray, known: list[tuple[np.ndarray, np.ndarray]], nodes: np.ndarray
) -> np.ndarray:
    """Coefficients [node, monomial, bin] of monomials where the shapes have these values; other monomials are known."""
    return empty(frame, 0, len(nodes)).asked(chain, frame, orders, nodes).solved(frame, orders, known)
