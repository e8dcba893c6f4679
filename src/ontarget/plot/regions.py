"""Allowed regions in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ontarget.plot.curves import Guide
from ontarget.plot.style import RULES, colour, new_figure


@dataclass(frozen=True)
class Region:
    """The part of a plane where `values` on the grid `x` by `y` is below `level`. `filled` ones lie underneath."""

    label: str
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    level: float
    filled: bool = False


def regions_figure(
    regions: Sequence[Region], lines: Sequence[Guide], x_label: str, y_label: str, best: tuple[float, float] | None
) -> Figure:
    """Draw regions (values[i, j] belongs to x[i], y[j]), guiding lines, and the best point."""
    handles: list[Line2D | Patch] = []
    with mpl.rc_context(RULES):
        figure, axes = new_figure(7.4, 5.0)
        for index, region in enumerate(regions):
            tone, values = colour(index), region.values.T
            if region.filled:
                axes.contourf(region.x, region.y, values, levels=[-1e30, region.level], colors=[tone], alpha=0.35)
            axes.contour(region.x, region.y, values, levels=[region.level], colors=[tone], linewidths=1.6)
            shown = Patch(facecolor=tone, alpha=0.5) if region.filled else Line2D([], [], color=tone)
            shown.set_label(region.label)
            handles.append(shown)
        limits = axes.get_xlim(), axes.get_ylim()
        for line in lines:
            drawn = axes.plot(line.x, line.y, color="#555555", linestyle=":", linewidth=1.2, label=line.label or "_")
            handles += drawn if line.label else []
        if best is not None:
            handles += axes.plot(*best, marker="*", color="black", markersize=11, linestyle="", label="true value")
        axes.set_xlim(limits[0])
        axes.set_ylim(limits[1])
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        figure.legend(handles=handles, loc="outside right upper", fontsize=9)
    return figure
