"""Lines on which one nucleus sees no new physics: against the couplings themselves."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.analysis.parameters.nsi_degeneracy import degenerate_line, mean_nucleus
from ontarget.interaction import NSI
from ontarget.io.entry import load


@pytest.mark.parametrize(("Z", "N"), [(18.0, 22.0), (55.0, 78.0), (14.0, 14.0)])
@pytest.mark.parametrize("turned", [False, True])
def test_the_rate_stays_on_the_lines(Z, N, turned):
    proton, neutron = (float(matrix[0, 0]) for matrix in NSI().matrices())
    standard = Z * proton + N * neutron
    up = np.linspace(-1.0, 1.0, 7)
    down = degenerate_line(up, Z, N, -2 * standard if turned else 0.0)
    for u, d in zip(up, down, strict=True):
        g_p, g_n = (float(matrix[0, 0]) for matrix in NSI(eps_ee_u=u, eps_ee_d=d).matrices())
        # rounding of sums of numbers of order one hundred
        assert Z * g_p + N * g_n == pytest.approx(-standard if turned else standard, rel=1e-12)


def test_slopes_differ_with_neutron_excess():
    """The lines of two nuclei cross: their slope -(2Z + N)/(Z + 2N) depends on N/Z alone, and is -1 for N = Z."""
    grid = np.array([0.0, 1.0])
    assert np.diff(degenerate_line(grid, 14.0, 14.0, 0.0)) == pytest.approx(-1.0, rel=1e-15)
    assert np.diff(degenerate_line(grid, 54.0, 76.0, 0.0)) == pytest.approx(-(108 + 76) / (54 + 152), rel=1e-14)


def test_mean_nucleus_of_a_compound():
    """CsI has as many atoms of 133Cs as of 127I: the plain mean of their Z and N."""
    assert mean_nucleus(load("ess_csi")) == pytest.approx((54.0, 76.0), rel=1e-12)


def test_mean_nucleus_weighs_by_number():
    """C3F8: three carbons, of which 1.06 % have a neutron more, and eight fluorines."""
    Z, N = mean_nucleus(load("ess_c3f8"))
    assert pytest.approx((3 * 6 + 8 * 9) / 11, rel=1e-12) == Z
    assert pytest.approx((3 * 6.0106 + 8 * 10) / 11, rel=1e-4) == N
