"""Windows in time against every window that there is, with scores written out here once more."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ontarget.analysis.facility.window import BestSignificance, MostAtPurity
from ontarget.ground.errors import InputError

RANDOM = np.random.default_rng(4)
WANTED, OTHER = RANDOM.uniform(0, 5, 12), RANDOM.uniform(0, 2, 12)


def every_window(wanted, other):
    """Edges, S and B of each window, by plain sums."""
    for first in range(len(wanted)):
        for last in range(first + 1, len(wanted) + 1):
            yield (first, last), math.fsum(wanted[first:last]), math.fsum(other[first:last])


def test_the_best_significance_is_that_of_all_windows():
    best = max(every_window(WANTED, OTHER), key=lambda one: one[1] / math.sqrt(one[1] + one[2]))
    assert BestSignificance().window(WANTED, OTHER) == best[0]
    # it is not the purest window, which S/(S+B) would choose
    assert best[0] != max(every_window(WANTED, OTHER), key=lambda one: one[1] / (one[1] + one[2]))[0]
    # nor that of S/sqrt(B), which takes less of what comes with much else
    wanted, other = np.array([50.0, 100.0]), np.array([1.0, 10.0])
    assert 150 / math.sqrt(161) > 50 / math.sqrt(51)
    assert 150 / math.sqrt(11) < 50 / math.sqrt(1)
    assert BestSignificance().window(wanted, other) == (0, 2)


def test_a_window_may_be_one_bin():
    assert BestSignificance().window(np.array([0.0, 9, 0]), np.array([5.0, 0, 5])) == (1, 2)


def test_scores_are_numbers_also_where_nothing_comes():
    nothing, some = np.zeros(1), np.ones(1)
    assert BestSignificance().score(nothing, nothing).tolist() == [0.0]
    assert BestSignificance().score(9 * some, 16 * some).tolist() == [9 / 5]
    assert MostAtPurity(0.5).score(nothing, nothing).tolist() == [-1.0]


@pytest.mark.parametrize("purity", [0.7, 0.8])
def test_most_at_a_purity(purity):
    allowed = [one for one in every_window(WANTED, OTHER) if one[1] >= purity * (one[1] + one[2])]
    assert 1 < len(allowed) < 78
    assert MostAtPurity(purity).window(WANTED, OTHER) == max(allowed, key=lambda one: one[1])[0]


def test_the_purest_where_none_is_pure_enough():
    purest = max(every_window(WANTED, OTHER), key=lambda one: one[1] / (one[1] + one[2]))
    assert MostAtPurity(0.999).window(WANTED, OTHER) == purest[0]
    assert purest[1] < 0.999 * (purest[1] + purest[2])


def test_a_share_is_at_most_one():
    with pytest.raises(InputError) as caught:
        MostAtPurity(1.2)
    assert caught.value.where == "purity"
