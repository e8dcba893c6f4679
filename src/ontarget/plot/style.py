"""One look for all figures: colours that the colour-blind can tell apart, files that are the same each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.legend import Legend
from matplotlib.patheffects import withStroke

# Okabe and Ito's palette without its yellow, which is too pale for lines on white
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), "-")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

RULES: Any = {
    "font.size": 10,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": True,
    "legend.framealpha": 0.9,
    "legend.edgecolor": "#dddddd",
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "ontarget",
}


def new_figure(width: float = 7.0, height: float = 4.6) -> tuple[Figure, Axes]:
    """An empty figure in inches, with one pair of axes, outside any global state."""
    figure, grid = new_grid(1, 1, width, height)
    return figure, grid[0]


def new_grid(rows: int, columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """An empty figure with rows x columns axes, in reading order."""
    with mpl.rc_context(RULES):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.ravel())


def new_towers(
    cells: int, columns: int, width: float, height: float, heights: Sequence[float]
) -> tuple[Figure, list[list[Axes]], list[SubplotSpec]]:
    """An empty figure with towers in reading order: axes of the given relative heights over one another, sharing x.

    `height` is that of one tower; the third answer is the cells that are left free in the last row.
    """
    columns = min(columns, cells)
    rows, storeys = -(-cells // columns), len(heights)
    with mpl.rc_context(RULES):
        figure = Figure(figsize=(width, rows * height), layout="constrained")
        FigureCanvasAgg(figure)
        # one grid for all, so that the towers of a column stand straight above one another
        grid = figure.add_gridspec(rows * storeys, columns, height_ratios=[*heights] * rows)
        places = [(row * storeys, column) for row in range(rows) for column in range(columns)]
        towers = [
            grow_tower(figure, [grid[top + one, column] for one in range(storeys)]) for top, column in places[:cells]
        ]
    return figure, towers, [grid[top : top + storeys, column] for top, column in places[cells:]]


def grow_tower(figure: Figure, places: Sequence[SubplotSpec]) -> list[Axes]:
    """Axes over one another; only the lowest writes the numbers of their common x axis."""
    top = figure.add_subplot(places[0])
    tower = [top, *(figure.add_subplot(place, sharex=top) for place in places[1:])]
    for axes in tower[:-1]:
        axes.tick_params(labelbottom=False)
    return tower


def put_legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> Legend | None:
    """A legend above the axes, in as many columns as the figure is wide enough for; none without entries.

    The figure grows by the legend's height, so that the axes stay as large as they were.
    """
    if not labels:
        return None
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    for columns in range(len(labels), 0, -1):
        legend = figure.legend(handles, labels, loc="outside upper center", ncols=columns, fontsize=9)
        if columns == 1 or legend.get_window_extent(renderer).width < 0.98 * figure.bbox.width:
            break
        legend.remove()
    figure.set_figheight(figure.get_figheight() + legend.get_window_extent(renderer).height / figure.dpi)
    return legend


def halo(width: float = 2.5) -> list[Any]:
    """The path effect that keeps words readable over a line."""
    return [withStroke(linewidth=width, foreground="white")]


def colour(index: int) -> str:
    """The colour of the n-th thing."""
    return COLOURS[index % len(COLOURS)]


def to_svg(figure: Figure) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    stream = io.StringIO()
    with mpl.rc_context(RULES):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def to_png(figure: Figure, dpi: int = 150) -> bytes:
    """The figure as PNG bytes."""
    stream = io.BytesIO()
    with mpl.rc_context(RULES):
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()
