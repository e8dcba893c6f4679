"""Regions: every piece of them, areas under lines, the last on top, and a best point for each that has one."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.contour import ContourSet

from ontarget.plot import Guide, Region, regions_figure

X = np.linspace(-2.0, 2.0, 81)
Y = np.linspace(-1.0, 1.0, 61)
GRID_X, GRID_Y = np.meshgrid(X, Y, indexing="ij")
TWO_PIECES = (GRID_X**2 - 1.0) ** 2 + GRID_Y**2
DISC = GRID_X**2 + GRID_Y**2


def contours(figure) -> list[ContourSet]:
    return [one for one in figure.axes[0].collections if isinstance(one, ContourSet)]


def pieces(found: ContourSet) -> int:
    return len(found.get_paths()[0].to_polygons(closed_only=False))


def test_all_pieces_are_drawn():
    figure = regions_figure([Region("two", X, Y, TWO_PIECES, 0.5), Region("one", X, Y, DISC, 0.5)], [], "x", "y", None)
    assert [pieces(found) for found in contours(figure)] == [2, 1]


def test_values_go_with_x_first():
    aside = (GRID_X - 0.3) ** 2 + (GRID_Y / 0.5 + 0.4) ** 2
    figure = regions_figure([Region("aside", X, Y, aside, 0.36)], [], "x", "y", None)
    ends = contours(figure)[0].get_paths()[0].get_extents()
    # an ellipse about (0.3, -0.2) with half axes 0.6 and 0.3; the grid is 0.05 by 0.033 wide, linear between its points
    assert (ends.x0, ends.x1) == (pytest.approx(-0.3, abs=0.005), pytest.approx(0.9, abs=0.005))
    assert (ends.y0, ends.y1) == (pytest.approx(-0.5, abs=0.005), pytest.approx(0.1, abs=0.005))


def test_areas_lie_under_lines_whatever_the_order():
    line, area = Region("line", X, Y, TWO_PIECES, 0.5), Region("area", X, Y, DISC, 0.5, filled=True)
    figure = regions_figure([line, area], [], "x", "y", None)
    filled = [found.filled for found in contours(figure)]
    assert sorted(filled) == [False, False, True]
    heights = [found.get_zorder() for found in contours(figure)]
    assert heights[filled.index(True)] < min(height for height, full in zip(heights, filled, strict=True) if not full)


def test_best_points_have_the_colour_of_their_region():
    regions = [
        Region("a", X, Y, DISC, 0.5, best=(0.1, 0.2)),
        Region("b", X, Y, TWO_PIECES, 0.5, best=(1.0, 0.0), group=4),
    ]
    figure = regions_figure(regions, [], "x", "y", (0.0, 0.0), best_label="Standard Model")
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() == "P"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(0.1, 0.2), (1.0, 0.0)]
    outlines = [found.get_edgecolor()[0] for found in contours(figure)]
    for line, outline in zip(marks, outlines, strict=True):
        np.testing.assert_allclose(to_rgba(line.get_color()), outline)
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["a", "b", "best fits", "Standard Model"]


def test_further_levels_are_thinner_and_lines_do_not_move_the_limits():
    guide = Guide("law", np.array([-9.0, 9.0]), np.array([-9.0, 9.0]))
    figure = regions_figure([Region("a", X, Y, DISC, 0.2, outer=(0.8, 0.5))], [guide], "x", "y", None)
    main, outer = contours(figure)
    assert list(outer.levels) == [0.5, 0.8]
    assert outer.get_linewidths()[0] < main.get_linewidths()[0]
    assert figure.axes[0].get_xlim() == (-2.0, 2.0)
