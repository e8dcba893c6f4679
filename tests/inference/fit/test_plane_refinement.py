"""Regions narrower than a cell of the plane, and how closely their edges are known."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import NEUTRON, PROTON, Pair, single
from scipy.optimize import brentq

from ontarget.ground.errors import InputError
from ontarget.inference.fit import area_below, contour, lines_of, profile, region, threshold
from ontarget.inference.likelihood import Parameter, likelihood

RISE = threshold(0.90, 2)


def pair(events, points, far=2.0):
    """Two bins that count x and y: -2 ln L is a sum, and the ends of its region are those of intervals of two."""
    axes = [Parameter(name, f"*.{name}", 0.1, far * events) for name in "xy"]
    counts = np.array([events + 1.0, 0.5 * events + 1.0])
    found = likelihood(Pair("pair", 1.0), axes, [counts])
    grid = np.linspace(0.1, 0.97 * far * events, points)
    return profile(found, {"x": grid, "y": grid}), counts


def ends(n):
    """Counts at which -2 ln L of n observed has risen."""

    def above(excess):
        return 2 * (excess - n * np.log1p(excess / n)) - RISE

    far = 4 * np.sqrt(n)
    return n + brentq(above, -min(far, 0.999 * n), 0.0), n + brentq(above, 0.0, far)


@pytest.mark.parametrize("events", [1e4, 1e8])
def test_the_edge_is_known_to_a_thousandth_of_a_region_no_point_lies_in(events):
    scan, counts = pair(events, 41)
    assert scan.values.min() > RISE
    (line,) = contour(scan, 0.90)
    assert line.closed
    for axis, n in enumerate(counts):
        low, high = ends(n)
        assert line.points[:, axis].min() + 1 == pytest.approx(low, abs=1e-3 * (high - low))
        assert line.points[:, axis].max() + 1 == pytest.approx(high, abs=1e-3 * (high - low))
    grid = region(scan, 0.90)
    assert len(grid.x) < 41 + 60  # lines where the region is, and no others
    # an ellipse, but for the third moment of Poisson counts
    area = np.pi * RISE * np.sqrt(counts.prod())
    plane = (scan.grids["x"][-1] - scan.grids["x"][0]) ** 2
    assert area_below(grid, RISE) * plane == pytest.approx(area, rel=5e-3)


def test_bands_that_pass_between_the_points_are_found():
    """One band of couplings for each sign of the amplitude, a tenth of a cell wide; the grid's points see neither."""
    axes = [Parameter("up", "*.couplings.ee_u", -1.0, 1.0), Parameter("down", "*.couplings.ee_d", -1.0, 1.0)]
    found = likelihood(single("ge", 32.0, 41.0, exposure=2.0), axes)
    grid = np.linspace(-0.42, 0.44, 12)
    scan = profile(found, {"up": grid, "down": grid})
    lines = contour(scan, 0.90)
    assert len(lines) == 4
    nuclear = 32.0 * PROTON + 41.0 * NEUTRON
    for line in lines:
        assert not line.closed
        amplitude = nuclear + (2 * 32.0 + 41.0) * line.points[:, 0] + (32.0 + 2 * 41.0) * line.points[:, 1]
        # along a line the amplitude is one number; the bands are 5 % of it wide
        assert np.ptp(amplitude) < 2e-3 * abs(nuclear)
        assert abs(np.mean(amplitude) / nuclear) == pytest.approx(1.0, abs=0.04)


def test_a_region_thinner_than_any_grid_is_refused():
    axes = [Parameter("up", "*.couplings.ee_u", -1.0, 1.0), Parameter("down", "*.couplings.ee_d", -1.0, 1.0)]
    found = likelihood(single("ge", 32.0, 41.0, exposure=1e6), axes)
    grid = np.linspace(-0.42, 0.44, 12)
    with pytest.raises(InputError, match=r"too thin for its box to be drawn to 1e-3 of its width\. Narrow the box"):
        contour(profile(found, {"up": grid, "down": grid}), 0.90)


def test_shares_of_cells_are_those_of_a_plane_through_their_corners():
    x = np.linspace(0.0, 1.0, 4)
    grid = type(region(pair(1e4, 21)[0], 0.9))(x, x, np.add.outer(x, x) ** 2)
    # the root is x + y, straight across cells: a triangle of height and width 0.5
    assert area_below(grid, 0.25) == pytest.approx(0.125, rel=1e-12)
    assert lines_of(grid, 0.25)[0].points.sum(axis=1) == pytest.approx(0.5, abs=1e-12)
