"""Maps: what there is of something per area, one panel per place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from ontarget.plot.style import RULES, halo, new_grid


@dataclass(frozen=True)
class Map:
    """Values [x y] on evenly spaced nodes; `words` are written into a corner."""

    title: str
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    words: str = ""


def maps_figure(
    maps: Sequence[Map],
    x_label: str,
    y_label: str,
    colour_label: str,
    columns: int = 3,
    aspect: Literal["equal", "auto"] = "equal",
) -> Figure:
    """Panels with one scale of colour each, from nought to its largest value.

    aspect : "equal" for equal lengths in x and y, "auto" for square panels
    """
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    with mpl.rc_context({**RULES, "axes.grid": False}):
        figure, grid = new_grid(rows, columns, 2.6 * columns + 0.4, 2.5 * rows + 0.4)
        for axes, one in zip(grid, maps, strict=False):
            extent = (one.x[0], one.x[-1], one.y[0], one.y[-1])
            image = axes.imshow(one.values.T, origin="lower", extent=extent, cmap="cividis", vmin=0, aspect=aspect)
            axes.set_title(one.title, fontsize=10)
            axes.text(0.03, 0.04, one.words, transform=axes.transAxes, fontsize=8, path_effects=halo())
            bar = figure.colorbar(image, ax=axes, shrink=0.7)
            bar.ax.tick_params(labelsize=7)
            axes.tick_params(labelsize=8)
            axes.grid(False)
        for axes in grid[len(maps) :]:
            axes.set_visible(False)
        figure.supxlabel(x_label, fontsize=9)
        figure.supylabel(f"{y_label}; colour: {colour_label}", fontsize=9)
    return figure
