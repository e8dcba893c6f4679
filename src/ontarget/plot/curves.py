"""Curves and marked points on one pair of axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ontarget.plot.style import DASHES, MARKERS, RULES, colour, new_figure

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Curve:
    """A line: x, y, and what it is. `group` chooses the colour (its place in the list by default)."""

    label: str
    x: np.ndarray
    y: np.ndarray
    group: int | None = None


@dataclass(frozen=True)
class Mark:
    """Points with optional vertical errors; `text` is written beside each, `label` goes to the legend."""

    label: str
    x: np.ndarray
    y: np.ndarray
    error: np.ndarray | None = None
    text: Sequence[str] = ()
    group: int | None = None
    hollow: bool = False


def curves_figure(
    curves: Sequence[Curve],
    marks: Sequence[Mark],
    x_label: str,
    y_label: str,
    x_scale: Scale = "linear",
    y_scale: Scale = "linear",
) -> Figure:
    """Draw curves and marks; the legend stands beside the axes, so that it covers nothing."""
    with mpl.rc_context(RULES):
        figure, axes = new_figure()
        axes.set_xscale(x_scale)
        axes.set_yscale(y_scale)
        for index, curve in enumerate(curves):
            group = index if curve.group is None else curve.group
            axes.plot(curve.x, curve.y, color=colour(group), linestyle=DASHES[group % len(DASHES)], label=curve.label)
        for index, mark in enumerate(marks):
            draw_mark(axes, mark, index)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if any(item.label for item in (*curves, *marks)):
            figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    return figure


def draw_mark(axes: Axes, mark: Mark, index: int) -> None:
    """One set of points with errors and texts."""
    group = index if mark.group is None else mark.group
    face = "white" if mark.hollow else colour(group)
    axes.errorbar(
        mark.x,
        mark.y,
        yerr=mark.error,
        fmt=MARKERS[group % len(MARKERS)],
        color=colour(group),
        markerfacecolor=face,
        capsize=3,
        label=mark.label or None,
        zorder=5,
    )
    for x, y, text in zip(mark.x, mark.y, mark.text, strict=False):
        axes.annotate(text, (x, y), xytext=(7, 4), textcoords="offset points", fontsize=8.5)
