"""Posterior densities of several parameters: one by one on the diagonal, two by two below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ontarget.plot.style import DASHES, RULES, colour, put_legend


@dataclass(frozen=True)
class Side:
    """One parameter: density on a grid, the heights above which its regions lie, and a profile to lay over.

    Attributes
    ----------
    label : of the axis
    x, density : [point]
    heights : of the density, highest first
    profile : x and likelihood ratio, 1 at its best; drawn to the same height as the density
    """

    label: str
    x: np.ndarray
    density: np.ndarray
    heights: Sequence[float] = ()
    profile: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class Face:
    """Two parameters: `density[i, j]` belongs to x[i], y[j]; heights highest first; a line of the profile."""

    x: np.ndarray
    y: np.ndarray
    density: np.ndarray
    heights: Sequence[float]
    profile: tuple[np.ndarray, np.ndarray, np.ndarray, float] | None = None


@dataclass(frozen=True)
class Corner:
    """A posterior: its sides in order, and faces by (place of x, place of y), x before y."""

    sides: Sequence[Side]
    faces: Mapping[tuple[int, int], Face]
    levels: Sequence[str] = field(default_factory=tuple)
    best: Sequence[float] | None = None


def corner_figure(corner: Corner) -> Figure:
    """Draw a posterior: shaded regions, the profile of the likelihood as a dashed line, the best point as a star."""
    number = len(corner.sides)
    size = 2.1 * number + 1.2
    with mpl.rc_context(RULES):
        figure = Figure(figsize=(size, size), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(number, number, squeeze=False)
        for row in range(number):
            for column in range(number):
                place = axes[row][column]
                if column > row:
                    place.set_visible(False)
                    continue
                _draw(place, corner, row, column)
                _word(place, corner, row, column)
        handles = _entries(corner)
        put_legend(figure, list(handles.values()), list(handles))
    return figure


def _draw(axes: Axes, corner: Corner, row: int, column: int) -> None:
    side = corner.sides[column]
    if row == column:
        draw_side(axes, side)
    elif (column, row) in corner.faces:
        draw_face(axes, corner.faces[column, row])
        axes.set_ylim(*_range(corner.sides[row]))
    axes.set_xlim(*_range(side))
    if corner.best is not None:
        if row == column:
            axes.axvline(corner.best[column], color="black", linewidth=0.8, linestyle=":")
        else:
            axes.plot(corner.best[column], corner.best[row], marker="*", color="black", markersize=8, linestyle="")


def _word(axes: Axes, corner: Corner, row: int, column: int) -> None:
    axes.tick_params(labelsize=8, labelbottom=row == len(corner.sides) - 1, labelleft=column == 0 and row > 0)
    axes.locator_params(nbins=4)
    if row == len(corner.sides) - 1:
        axes.set_xlabel(corner.sides[column].label)
    if column == 0 and row > 0:
        axes.set_ylabel(corner.sides[row].label)
    if row == column:
        axes.set_yticks([])


def draw_side(axes: Axes, side: Side) -> None:
    """The density of one parameter, its regions shaded, and the profile over it."""
    top = float(side.density.max())
    for index, height in enumerate(sorted(side.heights)):
        above = side.density >= height
        axes.fill_between(side.x, 0.0, side.density, where=above, color=_shade(index, len(side.heights)), linewidth=0)
    axes.plot(side.x, side.density, color=colour(0), linewidth=1.4)
    if side.profile is not None:
        x, ratio = side.profile
        axes.plot(x, top * ratio, color=colour(1), linestyle=DASHES[1], linewidth=1.3)  # type: ignore[arg-type]
    axes.set_ylim(0.0, 1.08 * top)


def draw_face(axes: Axes, face: Face) -> None:
    """The regions of two parameters, darkest inside."""
    heights = sorted(face.heights)
    shades = [_shade(index, len(heights)) for index in range(len(heights))]
    top = max(float(face.density.max()), heights[-1]) * 1.0001
    axes.contourf(face.x, face.y, face.density.T, levels=[*heights, top], colors=shades)
    axes.contour(face.x, face.y, face.density.T, levels=heights, colors=[colour(0)], linewidths=0.9)
    if face.profile is not None:
        x, y, values, rise = face.profile
        axes.contour(x, y, values.T, levels=[rise], colors=[colour(1)], linestyles=["--"], linewidths=1.2)


def _shade(index: int, number: int) -> Any:
    """Of the regions from the largest to the smallest: ever darker."""
    return mpl.colors.to_rgba(colour(0), 0.2 + 0.35 * index / max(number - 1, 1))


def _range(side: Side) -> tuple[float, float]:
    return float(side.x[0]), float(side.x[-1])


def _entries(corner: Corner) -> dict[str, Any]:
    """What stands in the legend; levels from the smallest region to the largest."""
    found: dict[str, Any] = {}
    for index, text in enumerate(reversed(corner.levels)):
        found[text] = Patch(facecolor=_shade(index, len(corner.levels)), edgecolor=colour(0))
    if any(side.profile is not None for side in corner.sides):
        found["profile likelihood"] = Line2D([], [], color=colour(1), linestyle="--")
    if corner.best is not None:
        found["best fit"] = Line2D([], [], color="black", marker="*", markersize=8, linestyle="")
    return found
