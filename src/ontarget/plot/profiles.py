"""Profiles of the likelihood along one parameter, and the critical values that toys put in place of Wilks' theorem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ontarget.ground.errors import InputError
from ontarget.plot.strip import ROW, Bar, draw_strip
from ontarget.plot.style import DASHES, MARKERS, RULES, colour, new_towers, put_legend

Y_LABEL = r"$-2\,\Delta\ln L$"
# of χ² with one degree of freedom: 1 and 4 by definition, 2.7055 from the normal quantile 1.6449
LEVELS = ((1.0, "68.3 %"), (2.705543454095404, "90 %"), (4.0, "95.4 %"))


@dataclass(frozen=True)
class Profile:
    """−2 Δ ln L along the parameter, zero at its `best` value."""

    label: str
    x: np.ndarray
    values: np.ndarray
    best: float | None = None
    group: int | None = None

    def __post_init__(self) -> None:
        if len(self.x) != len(self.values):
            raise InputError(self.label, f"{len(self.values)} values", f"x has {len(self.x)} points.", "Give as many.")


@dataclass(frozen=True)
class Published:
    """A value from the literature and the lengths of its errors, shown as a line in a band."""

    label: str
    value: float
    below: float
    above: float


@dataclass(frozen=True)
class Critical:
    """The critical value of −2 Δ ln L at values of the parameter, from toys, with its errors: [point] or [2 point]."""

    label: str
    x: np.ndarray
    values: np.ndarray
    error: np.ndarray

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper edge of the error band."""
        below, above = self.error if self.error.ndim == 2 else (self.error, self.error)
        return self.values - below, self.values + above


def profiles_figure(
    profiles: Sequence[Profile],
    x_label: str,
    published: Sequence[Published] = (),
    bars: Sequence[Bar] = (),
    levels: Sequence[tuple[float, str]] = LEVELS,
    top: float | None = None,
) -> Figure:
    """Profiles with lines at the levels, best values on the axis, published values as bands; bars in a strip below.

    The axis of x shows where any profile is below `top`, which is by default a little more than the highest level.
    """
    top = 1.5 * max(level for level, _ in levels) if top is None else top
    with mpl.rc_context(RULES):
        figure, axes, below = new_profile_axes(len(bars))
        handles: list[Any] = [draw_profile(axes, one, index) for index, one in enumerate(profiles)]
        handles += [draw_published(axes, one, index) for index, one in enumerate(published)]
        limit(axes, profiles, published, top)
        for level, text in levels:
            axes.axhline(level, color="#666666", linewidth=0.9, linestyle=(0, (4, 3)), zorder=1.5)
            write_right(axes, level, text)
        finish(axes, below, bars, x_label)
        put_legend(figure, handles, [one.label for one in profiles] + [one.label for one in published])
    return figure


def feldman_cousins_figure(
    observed: Profile,
    critical: Critical,
    threshold: tuple[float, str],
    bars: Sequence[Bar],
    x_label: str,
    top: float | None = None,
) -> Figure:
    """The observed profile against the critical values of toys and the asymptotic one; what is allowed as bars below.

    `threshold` is the asymptotic critical value with its words. A value of the parameter is allowed where the observed
    profile is below the critical value; the bars are the intervals so found, usually one asymptotic and one of toys.
    The profile has the colour of group 0, the toys that of 1, the threshold that of 6.
    """
    low, high = critical.ends()
    top = 1.6 * max(threshold[0], float(np.max(high))) if top is None else top
    with mpl.rc_context(RULES):
        figure, axes, below = new_profile_axes(len(bars))
        curve = draw_profile(axes, observed, 0)
        order = np.argsort(critical.x)
        x, tone = critical.x[order], colour(1)
        band = axes.fill_between(x, low[order], high[order], color=tone, alpha=0.25, linewidth=0)
        (line,) = axes.plot(x, critical.values[order], "o-", color=tone, markersize=3.5, linewidth=1.2)
        wilks = axes.axhline(threshold[0], color=colour(6), linewidth=1.1, linestyle=(0, (4, 3)))
        limit(axes, [observed], [], top)
        finish(axes, below, bars, x_label)
        put_legend(figure, [curve, (band, line), wilks], [observed.label, critical.label, threshold[1]])
    return figure


def new_profile_axes(bars: int) -> tuple[Figure, Axes, Axes | None]:
    """Axes for profiles, and the strip for bars below where there are any."""
    heights = (3.4, 0.55 + ROW * bars) if bars else (3.4,)
    figure, [tower], _ = new_towers(1, 1, 6.4, sum(heights) + 0.3, heights)
    return figure, tower[0], tower[1] if bars else None


def draw_profile(axes: Axes, profile: Profile, index: int) -> Any:
    """One profile as a line, its best value as a mark on the axis."""
    group = index if profile.group is None else profile.group
    tone = colour(group)
    (line,) = axes.plot(profile.x, profile.values, color=tone, linestyle=DASHES[group % len(DASHES)])
    if profile.best is None:
        return line
    mark = MARKERS[group % len(MARKERS)]
    axes.plot([profile.best], [0.0], mark, color=tone, markersize=7, clip_on=False, zorder=6)
    return line


def draw_published(axes: Axes, one: Published, index: int) -> tuple[Any, Any]:
    """A published value as a line in the band of its errors; a second one is hatched, to be told from the first."""
    hatch = (None, "////", "\\\\\\\\")[index % 3]
    look = {"facecolor": "#000000", "alpha": 0.10} if hatch is None else {"facecolor": "none", "edgecolor": "#AAAAAA"}
    axes.axvspan(one.value - one.below, one.value + one.above, **look, hatch=hatch, linewidth=0, zorder=0.5)
    dash = DASHES[(index + 1) % len(DASHES)]
    line = axes.axvline(one.value, color="#333333", linewidth=1.0, linestyle=dash, zorder=1.4)
    return Patch(**look, hatch=hatch, linewidth=0), line


def limit(axes: Axes, profiles: Sequence[Profile], published: Sequence[Published], top: float) -> None:
    """Limits that show the profiles where they are below `top`, and the published bands whole."""
    ends = [one.value + side for one in published for side in (-one.below, one.above)]
    below = [float(x) for one in profiles for x in one.x[one.values <= top]]
    below += [one.best for one in profiles if one.best is not None]
    if not below:
        raise InputError("top", f"{top:.4g}", "No profile has a point below it.", "Give a higher one.")
    if min(below) == max(below):  # a grid too coarse for its minimum: the nearest points show what it is
        below += [float(x) for one in profiles for x in one.x[np.argsort(one.values)[:3]]]
    ends += below
    margin = 0.02 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - margin, max(ends) + margin)
    axes.set_ylim(0.0, top)


def write_right(axes: Axes, level: float, text: str) -> None:
    """A word beside the axes, at a height of theirs."""
    place = (1.0, level)
    axes.annotate(
        text,
        place,
        xytext=(4, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color="#444444",
    )


def finish(axes: Axes, below: Axes | None, bars: Sequence[Bar], x_label: str) -> None:
    """Labels of the axes, and the strip."""
    axes.set_ylabel(Y_LABEL)
    if below is None:
        axes.set_xlabel(x_label)
    else:
        draw_strip(below, bars, x_label)
