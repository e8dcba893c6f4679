"""Intervals of one parameter as bars over one another, under a figure that has this parameter as its x axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ontarget.plot.style import MARKERS, colour

ROW = 0.3  # inches


@dataclass(frozen=True)
class Bar:
    """One interval, which may have several pieces and infinite ends, and its best value.

    `group` chooses the colour: that of a curve above, say. What is published is drawn in black, with a hollow mark.
    """

    label: str
    pieces: Sequence[tuple[float, float]]
    best: float | None = None
    group: int | None = None
    published: bool = False


def draw_strip(axes: Axes, bars: Sequence[Bar], x_label: str) -> None:
    """Bars from the top in the order given; the limits of x stay, an arrow shows where a bar goes on beyond them."""
    low, high = axes.get_xlim()
    for place, bar in enumerate(bars):
        group = place if bar.group is None else bar.group
        tone = "#000000" if bar.published else colour(group)
        for piece in bar.pieces:
            draw_piece(axes, piece, place, tone)
        if bar.best is not None:
            face = "white" if bar.published else tone
            marker = "D" if bar.published else MARKERS[group % len(MARKERS)]
            axes.plot([bar.best], [place], marker, color=tone, markerfacecolor=face, markersize=6, zorder=4)
    axes.set_xlim(low, high)
    axes.set_yticks(np.arange(len(bars)), [bar.label for bar in bars], fontsize=9)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=8)  # room for an arrow's head
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(x_label)


def draw_piece(axes: Axes, piece: tuple[float, float], place: int, tone: str) -> None:
    """One piece, cut at the limits of x, with an arrow's head at each end that was cut."""
    low, high = axes.get_xlim()
    left, right = max(piece[0], low), min(piece[1], high)
    if left >= right:
        return
    axes.plot([left, right], [place, place], "-", color=tone, linewidth=4.5, alpha=0.75, solid_capstyle="butt")
    for end, cut, head in ((left, piece[0] < low, "<"), (right, piece[1] > high, ">")):
        if cut:
            axes.plot([end], [place], head, color=tone, markersize=9, clip_on=False, zorder=4)
