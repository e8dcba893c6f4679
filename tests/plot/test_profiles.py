"""Profiles and critical values: levels where they belong, axes that show what matters, bands and bars in place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from ontarget.ground.errors import InputError
from ontarget.plot import Bar, Critical, Profile, Published, feldman_cousins_figure, profiles_figure
from ontarget.plot.profiles import LEVELS

X = np.linspace(-4.0, 6.0, 501)
ONE = Profile("one", X, (X - 1.0) ** 2 / 0.25, 1.0)
TWO = Profile("two", X, (X - 1.5) ** 2 / 0.04, 1.5)


def levels(axes) -> list[float]:
    """Heights of the horizontal lines across the axes."""
    return [line.get_ydata()[0] for line in axes.get_lines() if list(line.get_xdata()) == [0, 1]]


def test_levels_are_quantiles_of_chi_squared():
    for level, text in LEVELS:
        # the words are rounded to a tenth of a percent
        assert 100 * chi2.cdf(level, 1) == pytest.approx(float(text.split()[0]), abs=0.05)


def test_lines_stand_at_the_levels_with_their_words():
    axes = profiles_figure([ONE, TWO], "x").axes[0]
    assert levels(axes) == [level for level, _ in LEVELS]
    assert [note.get_text() for note in axes.texts] == [text for _, text in LEVELS]


def test_axis_shows_where_any_profile_is_low():
    low, high = profiles_figure([ONE, TWO], "x", top=9.0).axes[0].get_xlim()
    # 9 is reached at 1 ± 1.5; the margin is 2 % of the range, and a step of the grid may be missing
    assert (low, high) == (pytest.approx(-0.5, abs=0.08), pytest.approx(2.5, abs=0.08))
    assert low <= -0.5 + 0.02
    assert high >= 2.5 - 0.02


def test_published_band_is_as_wide_as_its_errors_and_wholly_shown():
    figure = profiles_figure([TWO], "x", [Published("paper", 1.0, 0.5, 3.0)])
    axes = figure.axes[0]
    (band,) = axes.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (0.5, 4.0)
    assert axes.get_xlim()[0] < 0.5
    assert axes.get_xlim()[1] > 4.0
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["two", "paper"]


def test_best_values_are_marked_on_the_axis():
    axes = profiles_figure([ONE, TWO], "x").axes[0]
    marks = [line.get_xydata()[0].tolist() for line in axes.get_lines() if len(line.get_xdata()) == 1]
    assert marks == [[1.0, 0.0], [1.5, 0.0]]


def test_bars_lie_in_a_strip_that_shares_the_axis():
    bars = [Bar("asymptotic", [(0.5, 1.5)], 1.0), Bar("paper", [(0.6, 1.1), (1.3, 1.4)], 1.0, published=True)]
    above, below = profiles_figure([ONE], "x", bars=bars).axes
    assert above.get_xlim() == below.get_xlim()
    assert [label.get_text() for label in below.get_yticklabels()] == ["asymptotic", "paper"]
    pieces = [line.get_xdata().tolist() for line in below.get_lines() if len(line.get_xdata()) == 2]
    assert pieces == [[0.5, 1.5], [0.6, 1.1], [1.3, 1.4]]
    assert (below.get_xlabel(), above.get_xlabel()) == ("x", "")


def test_a_bar_that_goes_on_ends_in_an_arrow():
    above, below = profiles_figure([ONE], "x", bars=[Bar("open", [(-np.inf, 1.5)])]).axes
    heads = {line.get_marker(): line.get_xdata()[0] for line in below.get_lines() if len(line.get_xdata()) == 1}
    assert heads == {"<": above.get_xlim()[0]}


def test_no_profile_below_the_top_is_an_error():
    with pytest.raises(InputError, match="higher"):
        profiles_figure([Profile("far", X, X**2 + 50.0)], "x")


def test_a_grid_too_coarse_for_its_minimum_is_shown_around_it():
    steep = 4e4 * (X - X[2]) ** 2
    axes = profiles_figure([Profile("steep", X, steep, float(X[2]))], "x").axes[0]
    low, high = axes.get_xlim()
    assert low < X[1] < X[2] < X[3] < high
    assert high < X[4]


@pytest.mark.parametrize("error", [np.full(3, 0.2), np.array([[0.2] * 3, [0.4] * 3])])
def test_critical_values_have_their_error_band_and_are_sorted(error):
    critical = Critical("toys", np.array([2.0, 0.0, 1.0]), np.array([2.5, 2.0, 3.0]), error)
    bars = [Bar("asymptotic", [(0.2, 1.8)]), Bar("toys", [(0.1, 1.9)])]
    figure = feldman_cousins_figure(ONE, critical, (2.71, "χ²"), bars, "x")
    axes = figure.axes[0]
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(2.0 - 0.2)
    assert heights.max() == pytest.approx(3.0 + np.max(error))
    toys = next(line for line in axes.get_lines() if line.get_xdata().tolist() == [0.0, 1.0, 2.0])
    assert toys.get_ydata().tolist() == [2.0, 3.0, 2.5]
    assert levels(axes) == [2.71]
    assert axes.get_ylim()[1] > 3.0 + np.max(error)
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["one", "toys", "χ²"]
