"""Measured points with errors against curves with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from matplotlib.transforms import ScaledTranslation

from ontarget.ground.errors import InputError
from ontarget.plot.curves import Curve, Scale, draw_curve
from ontarget.plot.labels import place_labels
from ontarget.plot.style import MARKERS, RULES, colour, new_figure, put_legend


@dataclass(frozen=True)
class Band(Curve):
    """A line and the band of its errors, from `low` to `high`."""

    low: np.ndarray | None = None
    high: np.ndarray | None = None


@dataclass(frozen=True)
class Points:
    """Measured points. Errors are lengths: [point], or [2 point] for those below (left) and above (right).

    Attributes
    ----------
    label : for the legend
    x, y, x_error, y_error : the measurements
    text : what is written beside each point
    group : chooses colour and mark, its place in the list by default
    hollow : drawn with an empty mark
    published : drawn in black with an empty diamond, as in a strip of bars, whatever the group
    aside : drawn so many typographic points to the right of x, to be told from another at the same place
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    y_error: np.ndarray | None = None
    x_error: np.ndarray | None = None
    text: Sequence[str] = ()
    group: int | None = None
    hollow: bool = False
    published: bool = False
    aside: float = 0.0

    def __post_init__(self) -> None:
        for name in ("y", "x_error", "y_error"):
            values = getattr(self, name)
            if values is not None and np.shape(values)[-1] != len(self.x):
                truth = f"There are {len(self.x)} points."
                raise InputError(f"{self.label}, {name}", f"{np.shape(values)[-1]} values", truth, "Give one each.")


def points_figure(
    points: Sequence[Points],
    curves: Sequence[Curve],
    x_label: str,
    y_label: str,
    x_scale: Scale = "linear",
    y_scale: Scale = "linear",
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
) -> Figure:
    """Curves with their bands below, points with their errors above; the words stand where they cover least."""
    check_scales(points, curves, x_scale, y_scale)
    with mpl.rc_context(RULES):
        figure, axes = new_figure(6.4, 4.2)
        axes.set_xscale(x_scale)
        axes.set_yscale(y_scale)
        lines = [draw_band(axes, one, index) for index, one in enumerate(curves)]
        marks = [draw_points(axes, one, index) for index, one in enumerate(points)]
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        axes.set_xlim(x_limits)
        axes.set_ylim(y_limits)
        for axis in (axes.xaxis, axes.yaxis):
            write_decades(axis)
        labels = [one.label for one in points] + [one.label for one in curves]
        entries = {label: handle for label, handle in zip(labels, [*marks, *lines], strict=True) if label}
        put_legend(figure, list(entries.values()), list(entries))
        named = [(x, y, word) for one in points for x, y, word in zip(one.x, one.y, one.text, strict=False) if word]
        if named:
            x, y, words = zip(*named, strict=True)
            place_labels(axes, np.array(x), np.array(y), words)
    return figure


def check_scales(points: Sequence[Points], curves: Sequence[Curve], x_scale: Scale, y_scale: Scale) -> None:
    """Refuse a logarithmic axis for values that have no logarithm."""
    for name, scale in (("x", x_scale), ("y", y_scale)):
        values = [(one.label, getattr(one, name)) for one in points] + [
            (one.label, getattr(one, name)) for one in curves
        ]
        for label, those in values:
            least = np.min(those, initial=np.inf)
            if scale == "log" and not least > 0:
                truth = f"A logarithmic axis has positive {name} only."
                raise InputError(label or name, f"{name} down to {least:.4g}", truth, "Take a linear axis.")


def write_decades(axis: Axis) -> None:
    """Plain numbers, and those between the decades too, on a logarithmic axis of at most three decades."""
    low, high = axis.get_view_interval()
    if axis.get_scale() == "log" and high <= 1e3 * low and low >= 1e-3:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")


def draw_band(axes: Axes, curve: Curve, index: int) -> Any:
    """One curve and, if it has one, its band; what stands for both in a legend."""
    (line,) = draw_curve(axes, curve, index)
    if not isinstance(curve, Band) or curve.low is None or curve.high is None:
        return line
    tone = line.get_color()
    return axes.fill_between(curve.x, curve.low, curve.high, color=tone, alpha=0.2, linewidth=0), line


def draw_points(axes: Axes, points: Points, index: int) -> Any:
    """One set of points with its errors."""
    group = index if points.group is None else points.group
    mark, tone = ("D", "#000000") if points.published else (MARKERS[group % len(MARKERS)], colour(group))
    move = ScaledTranslation(points.aside / 72, 0.0, axes.figure.dpi_scale_trans)
    return axes.errorbar(
        points.x,
        points.y,
        yerr=points.y_error,
        xerr=points.x_error,
        fmt=mark,
        color=tone,
        markerfacecolor="white" if points.hollow or points.published else tone,
        markersize=6,
        elinewidth=1.2,
        capsize=2.5,
        zorder=5,
        transform=axes.transData + move,
    )
