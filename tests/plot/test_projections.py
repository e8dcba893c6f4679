"""Projections: stacked in one order, drawn as densities where asked, with pulls that are right."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from ontarget.ground.errors import InputError
from ontarget.plot import Component, Observed, Projection, projections_figure, residual

EDGES = np.array([0.0, 1.0, 2.0, 6.0])
BACKGROUND, SIGNAL, STEADY = np.array([2.0, 3.0, 4.0]), np.array([6.0, 1.0, 8.0]), np.array([10.0, 10.0, 40.0])
COUNTS = np.array([24.0, 11.0, 52.0])
SEEN = Observed(COUNTS, np.array([2.0, 3.0, 5.0]), np.array([4.0, 6.0, 8.0]), "data")


def projection(**changes) -> Projection:
    parts = [
        Component("recoils", SIGNAL, "signal"),
        Component("steady", STEADY, "steady"),
        Component("neutrons", BACKGROUND, "background"),
    ]
    given = {"x_label": "time (µs)", "unit": "µs", "edges": EDGES, "observed": SEEN, "components": parts} | changes
    return Projection(**given)


def steps(axes) -> dict[str, StepPatch]:
    return {one.get_label(): one for one in axes.patches if isinstance(one, StepPatch)}


def test_pulls_use_the_error_that_points_to_the_fit():
    # data above the fit (24 over 18): the lower bar; below it (11 under 14): the upper one; on it (52): none
    np.testing.assert_allclose(projection().pulls, [6 / 2, -3 / 6, 0.0])


def test_a_bin_without_error_has_no_pull():
    seen = Observed(COUNTS, np.array([0.0, 3.0, 5.0]), np.array([4.0, 6.0, 8.0]), "data")
    assert np.isnan(projection(observed=seen).pulls).tolist() == [True, False, False]


def test_stack_is_steady_then_background_then_signal_whatever_the_order():
    upper = projections_figure([projection()]).axes[0]
    drawn = steps(upper)
    np.testing.assert_allclose(drawn["steady"].get_data().baseline, 0.0)
    np.testing.assert_allclose(drawn["neutrons"].get_data().baseline, STEADY)
    np.testing.assert_allclose(drawn["recoils"].get_data().baseline, STEADY + BACKGROUND)
    np.testing.assert_allclose(drawn["best fit"].get_data().values, STEADY + BACKGROUND + SIGNAL)


def test_densities_divide_by_the_width_of_each_bin():
    shown = projection(per=0.5)
    upper = projections_figure([shown]).axes[0]
    total = (STEADY + BACKGROUND + SIGNAL) * [0.5, 0.5, 0.125]
    np.testing.assert_allclose(steps(upper)["best fit"].get_data().values, total)
    (points,) = upper.containers
    np.testing.assert_allclose(points.lines[0].get_ydata(), COUNTS * [0.5, 0.5, 0.125])
    ends = np.array([segment[:, 1] for segment in points.lines[2][1].get_segments()])
    np.testing.assert_allclose(ends, np.stack([COUNTS - SEEN.below, COUNTS + SEEN.above], 1) * [[0.5], [0.5], [0.125]])
    assert upper.get_ylabel() == "events per 0.5 µs"


@pytest.mark.parametrize(
    ("edges", "per", "unit", "words"),
    [
        (EDGES, None, "µs", "events per bin"),
        (EDGES, 1.0, "µs", "events per µs"),
        (np.array([0.5, 0.55, 0.6, 0.65]), None, "", "events per 0.05"),
        (np.array([0.0, 10.0, 20.0, 30.0]), None, "keVee", "events per 10 keVee"),
    ],
)
def test_the_axis_says_per_what(edges, per, unit, words):
    assert projection(edges=edges, per=per, unit=unit).y_label == words


def test_residual_takes_the_steady_state_from_data_fit_and_band():
    whole = projection(band=(projection().total - 1.0, projection().total + 2.0))
    sideband, error = np.array([11.0, 9.0, 38.0]), np.array([1.0, 1.0, 2.0])
    left = residual(whole, sideband, error)
    np.testing.assert_allclose(left.observed.values, COUNTS - sideband)
    np.testing.assert_allclose(left.observed.above, np.hypot(SEEN.above, error))
    np.testing.assert_allclose(left.total, BACKGROUND + SIGNAL)
    np.testing.assert_allclose(left.band[1] - left.total, 2.0)
    assert "steady" not in steps(projections_figure([left]).axes[0])
    assert left.y_label == "excess events per bin"


def test_everything_is_within_the_limits():
    seen = Observed(np.array([30.0, -8.0, 3.0]), np.full(3, 2.0), np.full(3, 5.0), "data")
    total = projection().total
    upper = projections_figure([projection(observed=seen, band=(total - 30.0, total + 20.0))]).axes[0]
    low, high = upper.get_ylim()
    assert low < min(-8.0 - 2.0, (total - 30.0).min())
    assert high > (total + 20.0).max()


def test_counts_stand_on_zero():
    assert projections_figure([projection()]).axes[0].get_ylim()[0] == 0.0


def test_a_component_has_one_colour_in_all_towers_and_one_entry_in_the_legend():
    fewer = projection(components=projection().components[:1])
    figure = projections_figure([projection(), fewer])
    first, second = (steps(axes)["recoils"].get_facecolor() for axes in (figure.axes[0], figure.axes[2]))
    assert first == second
    (legend,) = figure.legends
    assert [one.get_text() for one in legend.get_texts()] == ["data", "best fit", "recoils", "neutrons", "steady"]


def test_three_towers_leave_a_cell_for_the_legend():
    figure = projections_figure([projection()] * 3)
    assert len(figure.axes) == 3 * 2 + 1
    assert figure.axes[-1].get_legend() is not None
    assert not figure.legends


def test_legend_stays_off_the_axes_and_in_the_figure():
    figure = projections_figure([projection()] * 2)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert all(box.y0 >= axes.get_tightbbox().y1 - 1 for axes in figure.axes)
    assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1


@pytest.mark.parametrize("changes", [{"edges": EDGES[:3]}, {"band": (np.zeros(2), np.zeros(3))}])
def test_lengths_must_agree(changes):
    with pytest.raises(InputError, match="bins"):
        projection(**changes)
