"""Spectra: stacked steps, one panel per experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ontarget.plot.style import RULES, colour, new_grid


@dataclass(frozen=True)
class Panel:
    """One spectrum: bin edges, and the contributions to stack, by label, in counts per unit of the axis."""

    title: str
    edges: np.ndarray
    parts: dict[str, np.ndarray]
    x_label: str
    y_label: str


def panels_figure(panels: Sequence[Panel], columns: int = 3) -> Figure:
    """Stacked spectra with one legend for all panels."""
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    with mpl.rc_context(RULES):
        figure, grid = new_grid(rows, columns, max(3.3 * columns, 5.0), 2.6 * rows + 0.4)
        labels = list(dict.fromkeys(label for panel in panels for label in panel.parts))
        for axes, panel in zip(grid, panels, strict=False):
            below = np.zeros(len(panel.edges) - 1)
            for label, values in panel.parts.items():
                tone = colour(labels.index(label))
                axes.stairs(below + values, panel.edges, baseline=below, fill=True, color=tone, alpha=0.85, label=label)
                below = below + values
            axes.set_title(panel.title, fontsize=10)
            axes.set_xlabel(panel.x_label, fontsize=9)
            axes.set_ylabel(panel.y_label, fontsize=9)
            axes.set_xlim(panel.edges[0], panel.edges[-1])
            axes.set_ylim(bottom=0)
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
        handles: dict[str, Any] = {}
        for axes in grid[: len(panels)]:
            handles |= {label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=5, fontsize=9)
    return figure
