"""Curves and marked points on one pair of axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

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
class Guide(Curve):
    """A line to guide the eye: thin, grey, dotted, or in another `dash`."""

    dash: str = ":"


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
    size: float = 6.0


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
            draw_curve(axes, curve, index)
        for index, mark in enumerate(marks):
            draw_mark(axes, mark, index)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if any(label for label in (*(one.label for one in curves), *(one.label for one in marks))):
            figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    return figure


def draw_curve(axes: Axes, curve: Curve, index: int) -> list[Line2D]:
    """One line in the style of its group; an empty label keeps it out of the legend."""
    group, label = index if curve.group is None else curve.group, curve.label or "_"
    if isinstance(curve, Guide):
        return axes.plot(curve.x, curve.y, color="#777777", linestyle=curve.dash, linewidth=1.0, label=label)
    return axes.plot(curve.x, curve.y, color=colour(group), linestyle=DASHES[group % len(DASHES)], label=label)


def draw_mark(axes: Axes, mark: Mark, index: int) -> None:
    """One set of points with errors and texts."""
    group = index if mark.group is None else mark.group
    face = "none" if mark.hollow else colour(group)
    axes.errorbar(
        mark.x,
        mark.y,
        yerr=mark.error,
        fmt=MARKERS[group % len(MARKERS)],
        color=colour(group),
        markerfacecolor=face,
        markersize=mark.size,
        capsize=3,
        linestyle="",
        label=mark.label or "_",
        zorder=5,
    )
    for x, y, text in zip(mark.x, mark.y, mark.text, strict=False):
        axes.annotate(text, (x, y), xytext=(7, 4), textcoords="offset points", fontsize=8.5)
