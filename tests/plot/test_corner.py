"""The corner plot: a panel for each parameter and each two, regions in pieces, the profile laid over."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.contour import ContourSet

from ontarget.plot import Corner, Face, Side, corner_figure, to_svg

X = np.linspace(-3.0, 3.0, 61)
Y = np.linspace(0.0, 2.0, 41)
TWO = np.exp(-0.5 * ((X - 1.5) / 0.3) ** 2) + np.exp(-0.5 * ((X + 1.5) / 0.3) ** 2)
ONE = np.exp(-0.5 * ((Y - 1.0) / 0.2) ** 2)
FACE = Face(X, Y, TWO[:, None] * ONE, [0.6, 0.2], (X, Y, -2 * np.log(TWO[:, None] * ONE + 1e-30), 4.6))
SIDES = [Side("a", X, TWO, [0.6, 0.2], (X, TWO)), Side("b", Y, ONE, [0.6, 0.2])]


def test_panels_regions_and_legend():
    figure = corner_figure(Corner(SIDES, {(0, 1): FACE}, ["68 %", "90 %"], [1.5, 1.0]))
    first, upper, face, second = figure.axes
    assert not upper.get_visible()
    assert (face.get_xlabel(), face.get_ylabel(), second.get_xlabel()) == ("a", "b", "b")
    assert first.get_xlim() == face.get_xlim() == (-3.0, 3.0)
    assert face.get_ylim() == second.get_xlim() == (0.0, 2.0)
    areas, outline, profile = (one for one in face.collections if isinstance(one, ContourSet))
    assert areas.filled
    assert list(outline.levels) == [0.2, 0.6]
    assert [len(path.to_polygons(closed_only=False)) for path in outline.get_paths()] == [2, 2]
    assert list(profile.levels) == [4.6]
    dashed = [line for line in first.get_lines() if line.get_linestyle() == "--"]
    assert dashed[0].get_ydata().max() == pytest.approx(TWO.max() ** 2)  # drawn to the height of the density
    words = [one.get_text() for one in figure.legends[0].get_texts()]
    assert words == ["90 %", "68 %", "profile likelihood", "best fit"]
    again = corner_figure(Corner(SIDES, {(0, 1): FACE}, ["68 %", "90 %"], [1.5, 1.0]))
    assert to_svg(figure) == to_svg(again)


def test_one_parameter_alone():
    figure = corner_figure(Corner([SIDES[1]], {}, ["68 %", "90 %"]))
    assert len(figure.axes) == 1
    assert len(figure.axes[0].collections) == 2
