"""Sums of many independent lattices, that come out the same however the lattices were shared out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Tally:
    """Sums and sums of squares of histograms, each as a pair of doubles (a sum and what rounding took from it).

    With some hundred bits, the order of additions does not reach the bits that are kept in the end.
    """

    units: int
    sums: np.ndarray
    squares: np.ndarray

    @classmethod
    def empty(cls, shape: tuple[int, int, int, int]) -> Tally:
        """Nothing counted yet, of [label row path tag]."""
        labels, energies, _, tags = shape
        return cls(0, np.zeros((2, *shape)), np.zeros((2, labels, energies, tags)))

    def add(self, found: np.ndarray) -> None:
        """One more lattice."""
        self.units += 1
        _add(self.sums, found)
        _add(self.squares, found.sum(axis=2) ** 2)

    def join(self, other: Tally) -> None:
        """All that another tally has counted."""
        self.units += other.units
        for mine, theirs in ((self.sums, other.sums), (self.squares, other.squares)):
            _add(mine, theirs[0])
            _add(mine, theirs[1])

    def mean(self) -> np.ndarray:
        """The mean over the lattices, [label row path tag]."""
        return self.sums.sum(axis=0) / max(self.units, 1)

    def variance(self) -> np.ndarray:
        """The variance of that mean, [label row tag], from the spread of lattices; infinite before there are two."""
        if self.units < 2:
            return np.full(self.squares.shape[1:], np.inf)
        spread = self.squares.sum(axis=0) / self.units - self.mean().sum(axis=2) ** 2
        return np.maximum(spread, 0.0) / (self.units - 1)


def _add(pair: np.ndarray, term: np.ndarray) -> None:
    """Knuth's sum without loss: what the rounding of the first takes goes into the second."""
    total = pair[0] + term
    back = total - pair[0]
    pair[1] += (pair[0] - (total - back)) + (term - back)
    pair[0] = total
