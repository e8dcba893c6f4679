"""What a tagger does, counted by hand on ten interactions."""

import numpy as np
import pytest

from ontarget.ground.units import GeV
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.interactions import Interactions
from ontarget.tagging.performance import half_width, performance, statistical
from ontarget.tagging.plane_crossing import PlaneCrossing
from ontarget.tagging.tag import Tags

NUMBER = 10


def flags(*true):
    return np.isin(np.arange(NUMBER), true)


def by_hand():
    """Ten interactions of 2 GeV: 0 to 6 are tagged, 0 to 4 rightly; 0 to 4, 7 and 9 have their own pair."""
    zero = np.zeros(NUMBER)
    crossing = PlaneCrossing(x=zero, y=zero, slope_x=zero, slope_y=zero, momentum=zero, time=zero)
    events = Interactions(
        origin=np.zeros(NUMBER, int),
        energy=np.full(NUMBER, 2 * GeV),
        path=zero,
        vertex=np.zeros((NUMBER, 3)),
        time=zero,
        place=np.zeros((NUMBER, 3)),
        entering=crossing,
        leaving=crossing,
    )
    off = np.array([0.01, -0.01, 0.02, -0.03, 0.5, 0.3, 0.3, 0, 0, 0])
    tags = Tags(
        before=flags(0, 1, 2, 3, 4, 5, 7, 9),
        after=flags(0, 1, 2, 3, 4, 6, 7, 9),
        left=np.full(NUMBER, 7),
        pairs=np.array([1, 1, 2, 3, 1, 1, 2, 1, 0, 0]),
        own_pair=flags(0, 1, 2, 3, 4, 7, 9),
        candidates=np.array([1, 1, 2, 1, 1, 1, 3, 0, 0, 0]),
        chi_square=zero,
        energy=2 * GeV * (1 + off) * flags(*range(7)),
        error=np.full(NUMBER, 0.04 * GeV),
        z=zero,
        right=flags(0, 1, 2, 3, 4),
        window=np.array([1, 0, 0, 2, 1, 1, 0, 0, 0, 0]),
        window_energy=zero,
        window_right=flags(0, 3, 4),
    )
    return Tagged(events, tags)


def test_shares_by_hand():
    found = performance(by_hand(), np.ones(NUMBER, bool))
    assert found.events == 10
    assert found.acceptance == pytest.approx(0.7)
    assert found.efficiency == pytest.approx(0.7)
    assert found.purity == pytest.approx(5 / 7)
    assert found.unique == pytest.approx(5 / 7)
    assert found.mistagged == pytest.approx(0.2)
    assert found.accidental == pytest.approx(2 / 3)  # of 5, 6 and 8
    assert found.pairs == pytest.approx(1.2)
    assert found.window_efficiency == pytest.approx(0.4)
    assert found.window_purity == pytest.approx(0.75)


def test_errors_of_energies_by_hand():
    """Right ones are off by 1, 1, 2, 3 and 50 %: 0.6827 of the way from the first to the last is between 2 and 3."""
    found = performance(by_hand(), np.ones(NUMBER, bool))
    assert found.core == pytest.approx(0.02 + (4 * 0.6827 - 2) * 0.01)
    assert found.tails == pytest.approx(0.2)
    assert found.bias == pytest.approx(0.01)
    assert found.pull == pytest.approx(2 * found.core / 0.04)  # GeV
    assert performance(by_hand(), flags(0, 5)).purity == pytest.approx(0.5)


def test_half_width_of_a_gaussian_is_its_standard_deviation():
    assert half_width(np.random.default_rng(1).normal(0, 3, 200_000)) == pytest.approx(3, rel=0.01)  # 0.3 %
    assert statistical(0.2, 400) == pytest.approx(0.02)
    assert statistical(0.0, 50) == pytest.approx(0.02)  # one of fifty is not excluded
