"""Intervals as horizontal bars, grouped by parameter: bounds at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ontarget.plot.style import RULES, colour, new_grid


@dataclass(frozen=True)
class Interval:
    """One allowed range, which may have several pieces, of one parameter from one source."""

    parameter: str
    label: str
    pieces: Sequence[tuple[float, float]]
    open_low: bool = False
    open_high: bool = False


def intervals_figure(rows: Sequence[Interval], x_label: str, best: float | None = 0.0) -> Figure:
    """One panel per parameter, one bar per label; a vertical line at the true value; arrows where a range goes on."""
    parameters = list(dict.fromkeys(row.parameter for row in rows))
    labels = list(dict.fromkeys(row.label for row in rows))
    columns = 2 if len(parameters) > 1 else 1
    lines = -(-len(parameters) // columns)
    height = lines * (0.9 + 0.27 * len(labels))
    with mpl.rc_context(RULES):
        figure, panels = new_grid(lines, columns, 4.6 * columns, max(height, 2.2))
        for axes, parameter in zip(panels, parameters, strict=False):
            draw_panel(axes, [row for row in rows if row.parameter == parameter], labels)
            axes.set_title(parameter, fontsize=10)
            axes.set_xlabel(x_label)
            if best is not None:
                axes.axvline(best, color="#555555", linewidth=0.8, linestyle=":")
        for axes in panels[len(parameters) :]:
            axes.set_visible(False)
    return figure


def draw_panel(axes: Axes, rows: Sequence[Interval], labels: Sequence[str]) -> None:
    """The bars of one parameter, in the order of `labels` from the top."""
    ends = [end for row in rows for piece in row.pieces for end in piece]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    margin = 0.06 * (high - low or 1.0)
    for row in rows:
        place = labels.index(row.label)
        for left, right in row.pieces:
            axes.barh(place, right - left, left=left, height=0.55, color=colour(place), alpha=0.9)
        if row.pieces and row.open_low:
            axes.annotate("", (low - margin, place), (low, place), arrowprops={"arrowstyle": "->"})
        if row.pieces and row.open_high:
            axes.annotate("", (high + margin, place), (high, place), arrowprops={"arrowstyle": "->"})
    axes.set_yticks(np.arange(len(labels)), labels, fontsize=9)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(low - margin, high + margin)
    axes.grid(axis="y", visible=False)
