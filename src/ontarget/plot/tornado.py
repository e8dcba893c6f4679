"""Tornado figures: by how much a number changes when each of others is moved, the strongest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ontarget.plot.style import RULES, colour, new_grid, put_legend


@dataclass(frozen=True)
class Swing:
    """By how much a number changes when one other is lowered and raised; `down` and `up` say to what."""

    label: str
    lowered: float
    raised: float
    down: str
    up: str


@dataclass(frozen=True)
class Tornado:
    """The swings around one value; all of them in one panel."""

    title: str
    swings: Sequence[Swing]


def tornado_figure(tornadoes: Sequence[Tornado], x_label: str) -> Figure:
    """One panel for each, side by side, all with one axis: bars from nothing to where lowering and raising lead."""
    most = max(len(one.swings) for one in tornadoes)
    with mpl.rc_context(RULES):
        figure, panels = new_grid(1, len(tornadoes), 4.8 * len(tornadoes), 1.3 + 0.55 * most)
        for axes, tornado in zip(panels, tornadoes, strict=True):
            draw_tornado(axes, tornado)
            axes.set_xlabel(x_label)
        reach = [axes.get_xlim() for axes in panels]
        for axes in panels:
            axes.set_xlim(min(low for low, _ in reach), max(high for _, high in reach))
        put_legend(figure, [panels[0].containers[0], panels[0].containers[1]], ["lowered", "raised"])
    return figure


def draw_tornado(axes: Axes, tornado: Tornado) -> None:
    """Bars of one panel; what the moved number is then stands at their ends."""
    swings = sorted(tornado.swings, key=lambda one: max(abs(one.lowered), abs(one.raised)))
    places = np.arange(len(swings))
    for group, (side, text) in enumerate((("lowered", "down"), ("raised", "up"))):
        ends = np.array([getattr(one, side) for one in swings])
        # lowered above raised within a row, so that two bars to the same side are both seen
        rows = places + (0.19 if side == "lowered" else -0.19)
        axes.barh(rows, ends, height=0.36, color=colour(group))
        for row, end, one in zip(rows, ends, swings, strict=True):
            right = end >= 0
            axes.annotate(
                getattr(one, text),
                (end, row),
                xytext=(3 if right else -3, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=8,
            )
    axes.axvline(0.0, color="#333333", linewidth=1.0)
    axes.set_yticks(places, [one.label for one in swings], fontsize=9)
    axes.set_ylim(-0.6, len(swings) - 0.4)
    axes.margins(x=0.22)
    axes.grid(axis="y", visible=False)
    axes.set_title(tornado.title, fontsize=10)
