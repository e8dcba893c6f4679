"""One look for all figures: colours that the colour-blind can tell apart, files that are the same each time."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

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
