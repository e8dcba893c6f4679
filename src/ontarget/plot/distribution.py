"""What toys say of a statistic: its histogram, where the observed value stands, and the asymptotic density."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.stats import chi2

from ontarget.ground.errors import InputError
from ontarget.plot.curves import Scale
from ontarget.plot.style import RULES, colour, new_figure, put_legend

MOST_BINS, LEAST_BINS = 60, 8


@dataclass(frozen=True)
class Toys:
    """The values of a statistic over toys of one hypothesis."""

    label: str
    values: np.ndarray

    def __post_init__(self) -> None:
        bad = int(np.sum(~np.isfinite(self.values)))
        if bad or len(self.values) < 2:
            got = f"{len(self.values)} values, {bad} of them not finite"
            raise InputError(self.label, got, "A histogram needs finite values.", "Leave out the toys that failed.")

    def beyond(self, observed: float) -> tuple[float, float]:
        """The share of toys at or above `observed`, and its binomial error."""
        share, toys = float(np.mean(self.values >= observed)), len(self.values)
        return share, float(np.sqrt(share * (1 - share) / toys))


def distribution_figure(
    toys: Sequence[Toys],
    observed: float,
    x_label: str,
    degrees: float | int | None = None,
    observed_label: str = "observed",
    y_scale: Scale = "linear",
) -> Figure:
    """Histograms of unit area, the observed value as a line with the tail beyond it filled, p-values in the legend.

    With `degrees` the density of χ² with so many degrees of freedom is drawn as well. It is the asymptotic answer:
    right for a deviance of many counts per bin and a linear model, wrong for few counts or parameters at their bounds.
    """
    edges = bins(np.concatenate([one.values for one in toys]))
    with mpl.rc_context(RULES):
        figure, axes = new_figure(6.4, 3.8)
        entries = [draw_histogram(axes, one, edges, observed, index) for index, one in enumerate(toys)]
        low, high = spread([edges[0], edges[-1], observed])
        if degrees is not None:
            entries.append(draw_density(axes, degrees, observed, (low, high), colour(len(toys))))
        line = axes.axvline(observed, color="#000000", linewidth=1.6, zorder=4)
        entries.insert(0, (line, f"{observed_label}: {observed:.4g}"))
        axes.set_xlim(low, high)
        axes.set_yscale(y_scale)
        axes.set_ylim(*heights(toys, edges, y_scale))
        axes.set_xlabel(x_label)
        axes.set_ylabel("probability density")
        put_legend(figure, [handle for handle, _ in entries], [label for _, label in entries])
    return figure


def bins(values: np.ndarray) -> np.ndarray:
    """Edges after Freedman and Diaconis, neither too few nor too many, over all values."""
    found = len(np.histogram_bin_edges(values, "fd")) - 1 if np.ptp(values) > 0 else LEAST_BINS
    return np.histogram_bin_edges(values, min(max(found, LEAST_BINS), MOST_BINS))


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The range of the values with a margin, never below zero where no value is."""
    low, high = float(min(values)), float(max(values))
    margin = 0.04 * (high - low)
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin


def draw_histogram(axes: Axes, toys: Toys, edges: np.ndarray, observed: float, index: int) -> tuple[Any, str]:
    """One histogram as an outline, with its tail beyond the observed value filled; the label has the p-value."""
    density, _ = np.histogram(toys.values, edges, density=True)
    tone = colour(index)
    axes.stairs(density, edges, color=tone, linewidth=1.4)
    axes.stairs(density, edges, fill=True, color=tone, alpha=0.15)
    if edges[0] < observed < edges[-1]:
        first = int(np.searchsorted(edges, observed, side="right")) - 1
        tail = np.concatenate([[observed], edges[first + 1 :]])
        axes.stairs(density[first:], tail, fill=True, color=tone, alpha=0.45)
    share, error = toys.beyond(observed)
    digits = max(2, -math.floor(math.log10(error))) if error > 0 else 2
    words = f"p = {share:.{digits}f} ± {error:.{digits}f}" if share > 0 else f"p < {1 / len(toys.values):.1g}"
    handle = Patch(facecolor=mpl.colors.to_rgba(tone, 0.3), edgecolor=tone)
    return handle, f"{toys.label} ({len(toys.values)}): {words}"


def heights(toys: Sequence[Toys], edges: np.ndarray, y_scale: Scale) -> tuple[float, float]:
    """Limits of y after the histograms alone, since χ² of one degree of freedom has no highest point.

    A logarithmic axis begins at half of what a single toy makes.
    """
    top = max(float(np.histogram(one.values, edges, density=True)[0].max()) for one in toys)
    if y_scale == "linear":
        return 0.0, 1.15 * top
    return 0.5 / (max(len(one.values) for one in toys) * float(edges[1] - edges[0])), 3.0 * top


def draw_density(
    axes: Axes, degrees: float | int, observed: float, limits: tuple[float, float], tone: str
) -> tuple[Any, str]:
    """The density of χ², where it is finite, and its tail beyond the observed value in words."""
    x = np.linspace(max(limits[0], 1e-3 * limits[1]), limits[1], 400)
    (line,) = axes.plot(x, chi2.pdf(x, degrees), color=tone, linestyle="--", linewidth=1.6, zorder=3)
    return line, rf"$\chi^2$, {degrees:.4g} d.o.f.: p = {chi2.sf(observed, degrees):.2g}"
