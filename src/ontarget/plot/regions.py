"""Allowed regions in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ontarget.plot.curves import Guide
from ontarget.plot.style import DASHES, RULES, colour, new_figure, put_legend


@dataclass(frozen=True)
class Region:
    """The part of a plane where `values` on the grid `x` by `y` is below `level`. `filled` ones lie underneath.

    Attributes
    ----------
    label : for the legend
    x, y, values : values[i, j] belongs to x[i], y[j]
    level : what the values are below of
    filled : as an area; otherwise as a line
    best : where its values are lowest, marked in its colour
    outer : further levels, as thin lines
    group : chooses colour and dashes, its place in the list by default
    dash : instead of the group's
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    level: float
    filled: bool = False
    best: tuple[float, float] | None = None
    outer: Sequence[float] = ()
    group: int | None = None
    dash: str | None = None


def regions_figure(
    regions: Sequence[Region],
    lines: Sequence[Guide],
    x_label: str,
    y_label: str,
    best: tuple[float, float] | None,
    best_label: str = "true value",
) -> Figure:
    """Draw regions, guiding lines, the best point of each region that has one, and one point for all of them.

    Areas lie under lines; else what is given last lies on top: put the tightest last.
    """
    entries: dict[str, Any] = {}
    with mpl.rc_context(RULES):
        figure, axes = new_figure(6.4, 4.8)
        for index, region in enumerate(regions):
            entries[region.label] = draw_region(axes, region, index)
        limits = axes.get_xlim(), axes.get_ylim()
        for line in lines:
            (drawn,) = axes.plot(line.x, line.y, color="#555555", linestyle=":", linewidth=1.2, label=line.label or "_")
            entries |= {line.label: drawn} if line.label else {}
        look: Any = {"marker": "P", "markersize": 9, "markeredgecolor": "white", "linestyle": "", "zorder": 6}
        for index, region in enumerate(regions):
            if region.best is not None:
                tone = colour(index if region.group is None else region.group)
                axes.plot(*region.best, color=tone, **look)
                entries["best fits"] = Line2D([], [], color="#777777", **look)
        if best is not None:
            (entries[best_label],) = axes.plot(*best, marker="*", color="black", markersize=11, linestyle="", zorder=5)
        axes.set_xlim(limits[0])
        axes.set_ylim(limits[1])
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        put_legend(figure, list(entries.values()), list(entries))
    return figure


def draw_region(axes: Axes, region: Region, index: int) -> Any:
    """One region, whatever its pieces; what stands for it in the legend. Lines lie on areas."""
    group = index if region.group is None else region.group
    tone, values = colour(group), region.values.T
    dash = DASHES[group % len(DASHES)] if region.dash is None else region.dash
    if region.filled:
        levels = [-1e30, region.level]
        axes.contourf(region.x, region.y, values, levels=levels, colors=[tone], alpha=0.35, zorder=1.5)
    style: Any = {"colors": [tone], "linestyles": ["-" if region.filled else dash], "zorder": 3}
    axes.contour(region.x, region.y, values, levels=[region.level], linewidths=1.6, **style)
    if region.outer:
        axes.contour(region.x, region.y, values, levels=sorted(region.outer), linewidths=0.8, **style)
    if region.filled:
        return Patch(facecolor=mpl.colors.to_rgba(tone, 0.4), edgecolor=tone)
    return Line2D([], [], color=tone, linestyle=dash)  # type: ignore[arg-type]
