"""Intervals in pieces, their accuracy, and contours."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_toys import NEUTRON, PROTON, single
from scipy.optimize import brentq
from scipy.stats import chi2

from ontarget.ground.errors import InputError
from ontarget.inference.fit.fit import fit
from ontarget.inference.fit.interval import _with_best, contour, intervals, refine, threshold
from ontarget.inference.fit.profile import Scan, profile
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian

UP = Parameter("up", "*.couplings.ee_u", -1.0, 1.0)
DOWN = Parameter("down", "*.couplings.ee_d", -1.0, 1.0)
NORM = Scale("norm", "*.source.scale", 0.3, 1.7, prior=Gaussian(1.0, 0.1))
Z, N = 32.0, 41.0
MIRROR = -2 * (Z * PROTON + N * NEUTRON) / (2 * Z + N)


@pytest.fixture(scope="module")
def germanium():
    return likelihood(single("ge", Z, N, exposure=0.05), [UP, NORM])


def test_thresholds_are_the_usual_ones():
    for level, ndof in ((0.5, 1), (0.9, 2), (0.9973, 3)):
        assert threshold(level, ndof) == pytest.approx(chi2.ppf(level, ndof), rel=1e-9)
    assert threshold(0.90, 1) == pytest.approx(2.7055, abs=1e-4)
    assert threshold(0.90, 2) == pytest.approx(4.6052, abs=1e-4)
    assert threshold(0.6827, 1) == pytest.approx(1.0, abs=1e-4)


def test_two_solutions_are_two_pieces(germanium):
    found = intervals(profile(germanium, {"up": np.linspace(-0.4, 0.8, 121)}), 0.90)
    assert len(found.pieces) == 2
    first, second = found.pieces
    assert first.low < 0.0 < first.high
    assert second.low < MIRROR < second.high
    # the amplitude's sign turns: the second piece is the first one's mirror image
    assert second.high == pytest.approx(MIRROR - first.low, abs=1e-3 * first.width)
    assert second.low == pytest.approx(MIRROR - first.high, abs=1e-3 * first.width)
    assert not any(piece.open_low or piece.open_high for piece in found.pieces)
    assert found.message == ""


def exact_end(germanium, guess):
    def above(up):
        return fit(germanium, {"up": up}).minimum - threshold(0.90, 1)

    return brentq(above, guess - 0.01, guess + 0.01, xtol=1e-9)


@pytest.mark.parametrize(("number", "refined"), [(121, False), (31, True)])
def test_ends_are_accurate_to_a_thousandth_of_the_width(germanium, number, refined):
    scan = profile(germanium, {"up": np.linspace(-0.4, 0.8, number)})
    scan = refine(germanium, scan, 0.90) if refined else scan
    found = intervals(scan, 0.90)
    assert len(found.pieces) == 2
    for piece in found.pieces:
        for end in (piece.low, piece.high):
            assert end == pytest.approx(exact_end(germanium, end), abs=1e-3 * piece.width)


def test_a_piece_at_the_end_of_the_grid_is_open(germanium):
    found = intervals(profile(germanium, {"up": np.linspace(0.0, 0.3, 31)}), 0.90)
    assert found.pieces[0].open_low
    assert not found.pieces[0].open_high
    assert "end of the grid" in found.message


def test_no_piece_is_said(germanium):
    found = intervals(profile(germanium, {"up": np.linspace(-0.9, -0.6, 11)}), 0.90)
    assert found.pieces == ()
    assert "best fit lies elsewhere" in found.message


def test_a_minimum_between_grid_points_is_not_lost(germanium):
    """A grid so coarse that no point of it is allowed still shows the piece around the best fit."""
    scan = profile(germanium.asimov(up=-0.05), {"up": np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])})
    assert scan.values.min() > threshold(0.90, 1)
    found = intervals(scan, 0.90)
    assert len(found.pieces) == 2  # and its mirror image, which no fit of the grid's points had met
    assert any(piece.low < scan.best.values["up"] < piece.high for piece in found.pieces)


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(0.15, 0.4), st.sampled_from([0.68, 0.9, 0.95]))
def test_parabolas_have_the_closed_form(germanium_scan, middle, sigma, level):
    grid = np.linspace(-2, 2, 101)
    best = dataclasses.replace(germanium_scan.best, values={"up": middle})
    values = ((grid - middle) / sigma) ** 2
    scan = dataclasses.replace(germanium_scan, grids={"up": grid}, values=values, best=best)
    (piece,) = intervals(scan, level).pieces
    reach = sigma * np.sqrt(threshold(level, 1))
    assert piece.low == pytest.approx(middle - reach, abs=1e-3 * 2 * reach)
    assert piece.high == pytest.approx(middle + reach, abs=1e-3 * 2 * reach)


@pytest.fixture(scope="module")
def germanium_scan(germanium):
    """A scan whose numbers tests put there: without its likelihood, which knows nothing of them."""
    return dataclasses.replace(profile(germanium, {"up": np.linspace(-0.4, 0.8, 121)}), likelihood=None)


def known(germanium_scan, minimum, grid, values, nuisance):
    """A scan along one axis with these numbers; every second point did not converge."""
    best = dataclasses.replace(germanium_scan.best, minimum=minimum, values={"up": minimum, "norm": 1.0})
    sound = np.arange(len(grid)) % 2 == 0
    grid, values, nuisance = (np.array(one, float) for one in (grid, values, nuisance))
    return Scan({"up": grid}, values, {"norm": nuisance}, sound, ~sound, best, "Some points did not converge.")


def test_the_best_fit_joins_the_points_with_a_value_of_zero(germanium_scan):
    grid, values = np.linspace(0.0, 1.0, 11), np.full(11, 9.0)
    found, at = _with_best(grid, values, 0.53)
    assert found.tolist() == sorted([*grid, 0.53])
    assert at.tolist() == [9.0] * 6 + [0.0] + [9.0] * 5
    for nowhere in (0.5, 1.2, -0.1):  # on a point, and beyond either end
        assert _with_best(grid, values, nowhere)[0] is grid
    lonely = known(germanium_scan, 0.53, grid, values, values)
    with pytest.raises(InputError, match=r"1 points in the allowed range.*wider than half of a piece"):
        intervals(lonely, 0.9)
    some = known(germanium_scan, 0.53, grid, (grid - 0.53) ** 2 * 100, values)
    assert intervals(some, 0.9).message == "Some points did not converge."


def test_cells_that_hold_an_end_are_cut_until_it_stands_still(germanium):
    scan = profile(germanium, {"up": np.linspace(-0.4, 0.8, 31)})
    fine = refine(germanium, scan, 0.90)
    grid = fine.grids["up"]
    for piece in intervals(fine, 0.90).pieces:
        for end in (piece.low, piece.high):
            cell = int(np.searchsorted(grid, end)) - 1
            assert np.diff(grid)[cell] < 1e-3 * piece.width
    assert len(grid) < 150  # 31, the minima, and a few around each of four ends
    again = refine(germanium, fine, 0.90).grids["up"]
    assert again.tolist() == grid.tolist()
    assert set(fine.nuisances) == {"norm"}
    # the nuisance is profiled at the new points as at those between which they lie
    assert np.abs(np.diff(fine.nuisances["norm"])).max() < 2 * np.abs(np.diff(scan.nuisances["norm"])).max()


def test_what_is_held_stays_held_in_refined_cells(germanium):
    scan = profile(germanium, {"up": np.linspace(-0.1, 0.1, 11)}, fixed={"norm": 1.0})
    fine = refine(germanium, scan, 0.90)
    grid = fine.grids["up"]
    assert len(grid) > 11
    # the data are those expected at zero: nothing is lower than there
    exact = germanium.minus_two_log(np.column_stack([grid, np.ones_like(grid)]))
    np.testing.assert_allclose(fine.values, np.asarray(exact), atol=1e-6)


def test_contours_of_a_known_shape(germanium_scan):
    x, y = np.linspace(-2, 2, 161), np.linspace(-1, 1, 141)
    values = (x[:, None] / 0.5) ** 2 + (y[None, :] / 0.2) ** 2
    scan = dataclasses.replace(germanium_scan, grids={"a": x, "b": y}, values=values)
    (line,) = contour(scan, 0.90)
    assert line.closed
    radius = np.hypot(line.points[:, 0] / 0.5, line.points[:, 1] / 0.2)
    np.testing.assert_allclose(radius, np.sqrt(threshold(0.90, 2)), rtol=2e-3)  # straight lines across cells


def test_bands_are_open_lines():
    found = likelihood(single("ge", Z, N, exposure=0.05), [UP, DOWN, NORM])
    grid = np.linspace(-0.12, 0.12, 81)
    lines = contour(profile(found, {"up": grid, "down": grid}), 0.90, ndof=2)
    assert len(lines) == 2  # both sides of one band
    for line in lines:
        assert not line.closed
        slope = np.polyfit(line.points[:, 0], line.points[:, 1], 1)[0]
        assert slope == pytest.approx(-(2 * Z + N) / (Z + 2 * N), rel=1e-2)


def test_wrong_requests_are_refused(germanium_scan):
    with pytest.raises(InputError, match="between 0 and 1"):
        intervals(germanium_scan, 90.0)
    with pytest.raises(InputError, match="one or more"):
        intervals(germanium_scan, 0.9, ndof=0)
    with pytest.raises(InputError, match="Use intervals"):
        contour(germanium_scan, 0.9)
