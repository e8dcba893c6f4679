"""Observed counts over the stacked best fit, one tower per observable: the spectrum, and its pulls below."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import Patch

from ontarget.ground.errors import InputError
from ontarget.plot.observed import Observed, subtracted
from ontarget.plot.style import RULES, new_towers, put_legend

Layer = Literal["steady", "background", "signal"]

# a layer's tones, from below: greys lie under warm colours, and the signal stands on top in cold ones
TONES: dict[Layer, tuple[str, ...]] = {
    "steady": ("#C4C4C4", "#9A9A9A"),
    "background": ("#E69F00", "#D55E00", "#CC79A7", "#8C564B"),
    "signal": ("#0072B2", "#56B4E9", "#009E73", "#A6DBC0"),
}
TOTAL, BAND, DATA = "best fit", "systematic error", "#000000"


@dataclass(frozen=True)
class Component:
    """One part of the best fit, in counts per bin. `layer` says how low in the stack it lies, and its colours."""

    label: str
    values: np.ndarray
    layer: Layer


@dataclass(frozen=True)
class Projection:
    """One observable: edges, what was observed and the parts of the best fit per bin.

    Attributes
    ----------
    x_label : with its unit, "time (µs)"
    unit : of the axis alone, for "events per 0.5 µs"; empty for an axis without unit
    edges, observed, components : [bin + 1] and counts per bin
    band : the lowest and the highest total that the systematic errors allow, per bin
    per : draw densities, counts per so many units; as they are, per bin, if None
    what : is counted
    title : above the tower
    """

    x_label: str
    unit: str
    edges: np.ndarray
    observed: Observed
    components: Sequence[Component]
    band: tuple[np.ndarray, np.ndarray] | None = None
    per: float | None = None
    what: str = "events"
    title: str = ""

    def __post_init__(self) -> None:
        bins = len(self.edges) - 1
        lengths = {"observed": len(self.observed.values)} | {one.label: len(one.values) for one in self.components}
        lengths |= {} if self.band is None else {"band, low": len(self.band[0]), "band, high": len(self.band[1])}
        for name, length in lengths.items():
            if length != bins:
                truth = f"Its axis, {self.x_label}, has {bins} bins."
                raise InputError(name, f"{length} values", truth, "Give one value per bin.")

    def stacked(self) -> list[Component]:
        """The components from below: steady state, then other backgrounds, then the signal."""
        return sorted(self.components, key=lambda one: list(TONES).index(one.layer))

    @property
    def total(self) -> np.ndarray:
        """The best fit, in counts per bin."""
        return np.sum([one.values for one in self.components], axis=0) + np.zeros(len(self.edges) - 1)

    @property
    def pulls(self) -> np.ndarray:
        """(observed − fit)/σ per bin, with the error on the side where the fit lies; NaN where that is zero."""
        away = self.observed.values - self.total
        error = np.where(away > 0, self.observed.below, self.observed.above)
        return np.divide(away, error, out=np.full(len(away), np.nan), where=error > 0)

    @property
    def scale(self) -> np.ndarray:
        """What counts per bin are multiplied with before they are drawn."""
        return np.ones(len(self.edges) - 1) if self.per is None else self.per / np.diff(self.edges)

    @property
    def y_label(self) -> str:
        """What is counted, per what."""
        widths = np.diff(self.edges)
        size = self.per if self.per is not None else float(widths[0])
        if self.per is None and not np.allclose(widths, widths[0], rtol=1e-6):
            return f"{self.what} per bin"
        number = "" if size == 1.0 and self.unit else f"{size:.4g}"
        return f"{self.what} per " + f"{number} {self.unit}".strip()


def residual(projection: Projection, sideband: np.ndarray, error: np.ndarray) -> Projection:
    """The same projection without its steady state: sideband subtracted from the data, steady layers from the fit.

    `sideband` and its one-sigma `error` are steady counts per bin of the projection, already scaled to its exposure.
    """
    steady = [one.values for one in projection.components if one.layer == "steady"]
    band = projection.band
    return dataclasses.replace(
        projection,
        observed=subtracted(projection.observed, sideband, error),
        components=[one for one in projection.components if one.layer != "steady"],
        band=None if band is None else (band[0] - sum(steady), band[1] - sum(steady)),
        what="excess " + projection.what,
    )


def projections_figure(projections: Sequence[Projection], columns: int = 2) -> Figure:
    """Towers of spectrum and pulls, with one legend: in the cell that is left over, or above where there is none."""
    tones = tones_of(projections)
    columns = min(columns, len(projections))
    with mpl.rc_context(RULES):
        width = max(3.5 * columns, 5.2)
        figure, towers, free = new_towers(len(projections), columns, width, 3.3, (3.0, 1.0))
        entries: dict[str, Any] = {}
        for (upper, lower), projection in zip(towers, projections, strict=True):
            entries |= draw_stack(upper, projection, tones)
            entries |= draw_data(upper, projection)
            draw_pulls(lower, projection)
            figure.align_ylabels([upper, lower])
            upper.set_ylim(*reach(projection))
            upper.set_xlim(projection.edges[0], projection.edges[-1])
        first = sorted((one for one in entries if one not in tones), key=(TOTAL, BAND).__contains__)  # data first
        order = [*first, *reversed(tones)]  # then from above, as they are stacked
        draw_legend(figure, free, [entries[one] for one in order], order)
    return figure


def tones_of(projections: Sequence[Projection]) -> dict[str, str]:
    """Labels from below with their colours, the same in all towers."""
    labels: dict[Layer, list[str]] = {layer: [] for layer in TONES}
    for projection in projections:
        for one in projection.components:
            labels[one.layer] += [one.label] if one.label not in labels[one.layer] else []
    return {
        label: TONES[layer][place % len(TONES[layer])]
        for layer, those in labels.items()
        for place, label in enumerate(those)
    }


def draw_stack(axes: Axes, projection: Projection, tones: dict[str, str]) -> dict[str, Any]:
    """Components as filled steps on one another, the total as a line, the systematic band hatched."""
    handles: dict[str, Any] = {}
    below, scale, edges = np.zeros(len(projection.edges) - 1), projection.scale, projection.edges
    for one in projection.stacked():
        above = below + one.values * scale
        axes.stairs(above, edges, baseline=below, fill=True, color=tones[one.label], linewidth=0, label=one.label)
        handles[one.label] = Patch(facecolor=tones[one.label])
        below = above
    if projection.band is not None:
        low, high = (one * scale for one in projection.band)
        look: Any = {"facecolor": "none", "edgecolor": "#444444", "hatch": "//////", "linewidth": 0.0}
        axes.stairs(high, edges, baseline=low, fill=True, **look, label=BAND, zorder=2.5)
        handles[BAND] = Patch(**look)
    line = axes.stairs(below, edges, baseline=None, color="#222222", linewidth=1.3, label=TOTAL, zorder=3)
    return {TOTAL: line} | handles


def draw_data(axes: Axes, projection: Projection) -> dict[str, Any]:
    """Points at the centres of the bins, with their errors; the bars of x are the widths of unequal bins."""
    observed, scale = projection.observed, projection.scale
    centres, widths = (projection.edges[1:] + projection.edges[:-1]) / 2, np.diff(projection.edges)
    equal = np.allclose(widths, widths[0], rtol=1e-6)
    points = axes.errorbar(
        centres,
        observed.values * scale,
        yerr=np.stack([observed.below, observed.above]) * scale,
        xerr=None if equal else widths / 2,
        fmt="o",
        color=DATA,
        markersize=3.5,
        elinewidth=1.0,
        label=observed.label,
        zorder=4,
    )
    if np.any(observed.values - observed.below < 0):
        axes.axhline(0.0, color="#555555", linewidth=0.8)
    axes.set_title(projection.title, fontsize=10)
    axes.set_ylabel(projection.y_label, fontsize=9)
    return {observed.label: points}


def draw_pulls(axes: Axes, projection: Projection) -> None:
    """The pulls as points, over the bands of one and two standard deviations."""
    pulls = projection.pulls
    for deviations in (2, 1):
        axes.axhspan(-deviations, deviations, color="#000000", alpha=0.06, linewidth=0)
    axes.axhline(0.0, color="#555555", linewidth=0.8)
    axes.plot((projection.edges[1:] + projection.edges[:-1]) / 2, pulls, "o", color=DATA, markersize=3.5)
    largest = max(3.0, 1.15 * float(np.nanmax(np.abs(pulls), initial=0.0)))
    axes.set_ylim(-largest, largest)
    axes.set_yticks([-2, 0, 2] if largest < 6 else [-5, 0, 5])
    axes.set_xlabel(projection.x_label)
    axes.set_ylabel("pull", fontsize=9)
    axes.grid(visible=False)


def reach(projection: Projection) -> tuple[float, float]:
    """Limits of y that show everything: from zero, or from below the lowest error bar where data go below zero."""
    observed, scale = projection.observed, projection.scale
    tops = [observed.values + observed.above, projection.total]
    lows = [observed.values - observed.below, np.minimum(projection.total, 0.0)]
    if projection.band is not None:
        tops, lows = [*tops, projection.band[1]], [*lows, projection.band[0]]
    top = float(np.max(np.concatenate([one * scale for one in tops])))
    low = min(float(np.min(np.concatenate([one * scale for one in lows]))), 0.0)
    margin = 0.06 * (top - low or 1.0)
    return low - margin if low < 0 else 0.0, top + margin


def draw_legend(figure: Figure, free: Sequence[SubplotSpec], handles: Sequence[Any], labels: Sequence[str]) -> None:
    """The legend in a free cell of the figure, or above all towers."""
    if not free:
        put_legend(figure, handles, labels)
        return
    axes = figure.add_subplot(free[0])
    axes.set_axis_off()
    axes.legend(handles, labels, loc="center", fontsize=9)
