"""Straight flights to a plane."""

import numpy as np
import pytest

from ontarget.ground.constants import c, pion_mass
from ontarget.ground.units import GeV, m, mm, ns
from ontarget.tagging.plane_crossing import crossing


def test_a_flight_by_hand():
    """Three, four and twelve: 13 GeV/c; ten metres along z are 10.83 of path."""
    start = np.array([[1 * mm, 2 * mm, 5 * m], [0.0, 0.0, 0.0]])
    momentum = np.array([[3.0, 4.0, 12.0], [0.0, 0.0, -1.0]]) * GeV
    found = crossing(start, momentum, np.array([1.0, 0.0]) * ns, pion_mass, 15 * m)
    assert found.x[0] == pytest.approx(1 * mm + 2.5 * m)
    assert found.y[0] == pytest.approx(2 * mm + 10 / 3 * m)
    assert (found.slope_x[0], found.slope_y[0]) == pytest.approx((1 / 4, 1 / 3))
    assert found.momentum[0] == pytest.approx(13 * GeV)
    speed = c * 13 * GeV / np.hypot(13 * GeV, pion_mass)
    assert found.time[0] == pytest.approx(1 * ns + 13 / 12 * 10 * m / speed)
    assert found.momentum[1] == 0  # it flies the other way
    np.testing.assert_array_equal(found.vectors()[0], [found.x[0], found.y[0], 1 / 4, found.slope_y[0], 13 * GeV])
