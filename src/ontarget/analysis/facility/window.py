"""What a window in time is chosen for."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity


class AbstractWindowCriterion(Noun):
    """A score of what a window holds: the window with the highest is the best."""

    @abstractmethod
    def score(self, wanted: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Of the events that are wanted and of the others in each window."""

    def window(self, wanted: np.ndarray, other: np.ndarray) -> tuple[int, int]:
        """First and last edge of the best window, for events in successive bins; every pair of edges is tried."""
        reached, beside = (np.append(0.0, np.cumsum(one)) for one in (wanted, other))
        first, last = np.triu_indices(len(reached), 1)
        scores = self.score(reached[last] - reached[first], beside[last] - beside[first])
        best = int(np.argmax(scores))
        return int(first[best]), int(last[best])


class BestSignificance(AbstractWindowCriterion):
    r"""The highest :math:`S/\sqrt{S + B}`: the best statistical error of the number that is wanted."""

    def score(self, wanted: np.ndarray, other: np.ndarray) -> np.ndarray:
        return wanted / np.sqrt(np.maximum(wanted + other, 1e-300))


class MostAtPurity(AbstractWindowCriterion):
    """As many as there can be while they are at least this share of all; the purest window where there is none."""

    purity: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "purity", 0.0, 1.0)

    def score(self, wanted: np.ndarray, other: np.ndarray) -> np.ndarray:
        share = wanted / np.maximum(wanted + other, 1e-300)
        return np.where(share >= float(self.purity), wanted, share - 1.0)
