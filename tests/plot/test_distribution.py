"""Toys: histograms of unit area, p-values that count, a tail that begins where it should."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from scipy.stats import chi2

from ontarget.ground.errors import InputError
from ontarget.plot import Toys, distribution_figure

VALUES = chi2.ppf((np.arange(1000) + 0.5) / 1000, 50)  # quantiles, so nothing is left to likelihood


def entries(figure) -> list[str]:
    return [one.get_text() for one in figure.legends[0].get_texts()]


def test_p_value_counts_toys_at_or_above_the_observed_value():
    share, error = Toys("toys", np.array([1.0, 2.0, 3.0, 4.0])).beyond(3.0)
    assert (share, error) == (0.5, 0.25)


def test_legend_gives_toys_and_asymptotic_answer():
    observed = float(chi2.isf(0.3, 50))
    figure = distribution_figure([Toys("toys", VALUES)], observed, "deviance", degrees=50)
    assert entries(figure) == [
        f"observed: {observed:.4g}",
        "toys (1000): p = 0.30 ± 0.01",
        r"$\chi^2$, 50 d.o.f.: p = 0.3",
    ]


def test_no_toy_beyond_gives_a_bound():
    assert "toys (1000): p < 0.001" in entries(distribution_figure([Toys("toys", VALUES)], 500.0, "deviance"))


def test_area_is_one_and_the_tail_is_the_p_value():
    observed = float(np.median(VALUES))
    axes = distribution_figure([Toys("toys", VALUES)], observed, "deviance").axes[0]
    outline, _, tail = (one.get_data() for one in axes.patches if isinstance(one, StepPatch))
    assert np.sum(outline.values * np.diff(outline.edges)) == pytest.approx(1.0)
    assert tail.edges[0] == observed
    # within the bin that the observed value cuts the histogram is flat and the toys are not
    cut = outline.values.max() * np.diff(outline.edges).max()
    assert np.sum(tail.values * np.diff(tail.edges)) == pytest.approx(0.5, abs=0.25 * cut)


def test_density_lies_on_the_histogram_of_its_own_quantiles():
    axes = distribution_figure([Toys("toys", VALUES)], 60.0, "deviance", degrees=50).axes[0]
    curve = next(line for line in axes.get_lines() if len(line.get_xdata()) > 2)
    outline = axes.patches[0].get_data()
    centres = (outline.edges[1:] + outline.edges[:-1]) / 2
    drawn = np.interp(centres, curve.get_xdata(), curve.get_ydata())
    # a thousand quantiles in some thirty bins are exact to one toy; the curvature within a bin is smaller
    one = 1 / (1000 * np.diff(outline.edges)[0])
    np.testing.assert_allclose(outline.values, drawn, atol=1.5 * one)


def test_observed_value_far_away_is_on_the_axis():
    axes = distribution_figure([Toys("toys", VALUES)], 500.0, "deviance").axes[0]
    assert axes.get_xlim()[1] > 500.0


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_chi_squared_of_one_degree_does_not_flatten_the_histogram(scale):
    values = chi2.ppf((np.arange(1000) + 0.5) / 1000, 1)
    axes = distribution_figure([Toys("toys", values)], 3.0, "q", degrees=1, y_scale=scale).axes[0]
    low, high = axes.get_ylim()
    assert axes.get_yscale() == scale
    assert high < 4 * axes.patches[0].get_data().values.max()
    assert (low > 0) == (scale == "log")


@pytest.mark.parametrize("values", [np.array([1.0, np.nan]), np.array([1.0])])
def test_failed_toys_are_not_drawn_in_silence(values):
    with pytest.raises(InputError, match="finite"):
        Toys("toys", values)
