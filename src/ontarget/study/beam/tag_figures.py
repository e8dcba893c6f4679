"""Figures of tagging: what comes out against what is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Picture

Rows = Sequence[dict[str, Any]]


def curves_by(rows: Rows, group: str, x: str, y: str, label: str) -> list[Curve]:
    """A curve for each value of `group`."""
    found = []
    for i, value in enumerate(dict.fromkeys(row[group] for row in rows)):
        own = [row for row in rows if row[group] == value]
        across, up = (np.array([float(row[key]) for row in own]) for key in (x, y))
        found.append(Curve(label.format(value), across, up, group=i))
    return found


def time_pictures(rows: Rows, published: Sequence[Mark]) -> list[Picture]:
    """Efficiency, purity and uniqueness against the time resolution, a curve per intensity; the plain window dotted."""
    found = []
    for key, window in (("efficiency", True), ("purity", True), ("unique", False)):
        curves = curves_by(rows, "intensity", "time (ns)", f"{key} (%)", "{:g} x intensity")
        if window:
            plain = curves_by(rows, "intensity", "time (ns)", f"window {key} (%)", "{:g} x, plain window")
            curves += [Curve(one.label, one.x, one.y, group=3 + i) for i, one in enumerate(plain)]
        marks = published if key == "efficiency" else []
        figure = curves_figure(curves, marks, "time resolution of the detector (ns)", f"{key} (%)", x_scale="log")
        caption = f"Tagging: {key} against the time resolution of the detector."
        found.append(Picture(f"tagging_{key}", caption, figure))
    return found


def vertex_picture(rows: Rows) -> Picture:
    """Everything against the resolution of the vertex."""
    x = np.array([float(row["vertex (cm)"]) for row in rows])
    keys = ("efficiency", "purity", "unique")
    curves = [Curve(key, x, np.array([float(row[f"{key} (%)"]) for row in rows])) for key in keys]
    figure = curves_figure(curves, [], "resolution of the vertex (cm)", "%", x_scale="log")
    return Picture("tagging_vertex", "Tagging against the resolution of the vertex.", figure)


def aperture_picture(rows: Rows) -> Picture:
    """Efficiency against the aperture of the muon arm, a curve per divergence."""
    curves = curves_by(rows, "divergence (mrad)", "aperture (m)", "efficiency (%)", "{:.3g} mrad")
    figure = curves_figure(curves, [], "radius of the muon arm (m)", "efficiency (%)")
    figure.axes[0].set_ylim(0, 100)
    caption = "Efficiency against the aperture of the muon arm, for divergences of the beam."
    return Picture("tagging_aperture", caption, figure)
