"""Points and curves: errors of the right length on the right side, logarithms of positive numbers only."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Annotation

from ontarget.ground.errors import InputError
from ontarget.plot import Band, Curve, Points, points_figure

X = np.array([22.0, 76.0])
Y = np.array([20.0, 165.0])
CURVE = Curve("law", np.linspace(10.0, 90.0, 50), np.linspace(10.0, 90.0, 50) ** 2 / 40)


def segments(figure, which: int) -> np.ndarray:
    """Ends of the error bars, [point end axis]; which is 0 for those of x and 1 for those of y."""
    return np.array(figure.axes[0].containers[0].lines[2][which].get_segments())


def test_asymmetric_errors_reach_as_far_as_they_should():
    across, up = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 25.0], [7.0, 30.0]])
    figure = points_figure([Points("ours", X, Y, up, across)], [], "N", "σ")
    np.testing.assert_allclose(segments(figure, 0)[:, :, 0], np.stack([X - across[0], X + across[1]], axis=1))
    np.testing.assert_allclose(segments(figure, 1)[:, :, 1], np.stack([Y - up[0], Y + up[1]], axis=1))


def test_points_moved_aside_keep_their_values():
    figure = points_figure([Points("a", X, Y), Points("b", X, Y, aside=7.2)], [], "N", "σ")
    here, there = (one.lines[0] for one in figure.axes[0].containers)
    np.testing.assert_allclose(there.get_xdata(), X)
    pixels = [line.get_transform().transform(line.get_xydata()) for line in (here, there)]
    # a typographic point is 1/72 inch
    np.testing.assert_allclose(pixels[1] - pixels[0], [[7.2 * figure.dpi / 72, 0.0]] * 2, atol=1e-9)


def test_band_is_drawn_between_its_ends_and_stands_in_the_legend():
    band = Band("fit", X, Y, low=Y - 3.0, high=Y + 8.0)
    figure = points_figure([], [band, CURVE], "N", "σ")
    (area,) = figure.axes[0].collections
    heights = area.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (Y[0] - 3.0, Y[1] + 8.0)
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["fit", "law"]


@pytest.mark.parametrize("axis", ["x", "y"])
def test_logarithm_of_what_is_not_positive_is_refused(axis):
    worse = {"x": X, "y": Y} | {axis: np.array([0.0, 5.0])}
    scale = {f"{axis}_scale": "log"}
    with pytest.raises(InputError, match=f"ours.*{axis} down to 0"):
        points_figure([Points("ours", **worse)], [], "N", "σ", **scale)
    with pytest.raises(InputError, match="law"):
        points_figure([], [Curve("law", **worse)], "N", "σ", **scale)
    assert points_figure([Points("ours", **worse)], [], "N", "σ").axes[0].get_yscale() == "linear"


def test_logarithmic_axis_of_two_decades_has_plain_numbers():
    figure = points_figure([Points("ours", X, Y)], [CURVE], "N", "σ", y_scale="log")
    figure.draw_without_rendering()
    assert {"10", "20", "50", "100"} <= {one.get_text() for one in figure.axes[0].get_yticklabels()}


def test_words_cover_neither_each_other_nor_points_and_stay_inside():
    names = ["argon", "argon again", "caesium iodide", "xenon"]
    # two at one place, and two in the upper corner, where the sides that are liked first lie outside
    x, y = np.array([22.0, 22.0, 79.0, 79.5]), np.array([20.0, 20.0, 165.0, 195.0])
    limits = {"x_limits": (0.0, 80.0), "y_limits": (5.0, 200.0)}
    figure = points_figure([Points("ours", x, y, 0.2 * y, text=names)], [], "N", "σ", y_scale="log", **limits)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    notes = [one for one in axes.texts if isinstance(one, Annotation)]
    assert [one.get_text() for one in notes] == names
    boxes = [one.get_window_extent() for one in notes]
    assert not any(a.overlaps(b) for index, a in enumerate(boxes) for b in boxes[:index])
    places = axes.transData.transform(np.stack([x, y], axis=1))
    assert not any(box.contains(*place) for box in boxes for place in places)
    frame = axes.get_window_extent()
    assert all(frame.contains(box.x0, box.y0) and frame.contains(box.x1, box.y1) for box in boxes)


@pytest.mark.parametrize("error", [np.ones(3), np.ones((2, 3))])
def test_an_error_for_each_point(error):
    with pytest.raises(InputError, match="2 points"):
        Points("ours", X, Y, error)
