"""Errors where a direction of the parameters is not determined: what is known keeps its error, and its slope."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.inference.design.information import joint_error

NAMES = ("a", "b", "c")


def of_a_sum(correlation: float) -> np.ndarray:
    """Information of a, and of b and c of which only the sum is counted: two parameters in truth."""
    return np.array([[4.0, correlation, correlation], [correlation, 3.0, 3.0], [correlation, 3.0, 3.0]])


def test_a_parameter_beside_two_that_are_known_as_a_sum():
    """Error and slope of the two by two matrix: (I_aa - I_au^2 / I_uu) to the power -1/2."""
    value, slope = joint_error(of_a_sum(1.5), (0,), NAMES)
    left = 4.0 - 1.5**2 / 3.0
    assert value == pytest.approx(left**-0.5, rel=1e-12)
    # all that keeps b and c a sum: of I_aa, of I_au (both, both sides) and of I_uu (four times)
    assert slope[0, 0] == pytest.approx(-0.5 * left**-1.5, rel=1e-10)
    assert slope[0, 1:].sum() + slope[1:, 0].sum() == pytest.approx(left**-1.5 * 1.5 / 3.0, rel=1e-10)
    assert slope[1:, 1:].sum() == pytest.approx(-0.5 * left**-1.5 * (1.5 / 3.0) ** 2, rel=1e-10)


def test_a_parameter_that_counts_do_not_know_is_in_nobodys_way():
    matrix = np.diag([4.0, 9.0, 0.0])
    value, slope = joint_error(matrix, (0, 1), NAMES)
    assert value == pytest.approx((1 / 36) ** 0.25, rel=1e-12)
    np.testing.assert_allclose(slope, np.diag([-value / 16, -value / 36, 0.0]), rtol=1e-12)


def test_what_is_not_determined_has_no_error():
    with pytest.raises(InputError, match="A combination of b, c leaves the counts as they are"):
        joint_error(of_a_sum(1.5), (0, 1), NAMES)
    with pytest.raises(InputError, match="A combination of c leaves"):
        joint_error(np.diag([4.0, 9.0, 0.0]), (2,), NAMES)
