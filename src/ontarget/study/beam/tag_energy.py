"""The error of tagged energies, as tables and figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from ontarget.analysis.tags.tag_energy import (
    EnergyGoal,
    EnergyScan,
    ErrorContributions,
    ErrorParts,
    ErrorSensitivities,
    PlanesForGoal,
)
from ontarget.ground.units import GeV, m
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Picture

Rows = list[dict[str, object]]

CAUSES = {
    "momentum": "momentum",
    "points": "angle: points",
    "scattering": "angle: scattering",
    "angle": "angle: both",
    "vertex": "vertex",
    "decay_point": "decay point",
}
"""Causes of the error, as tables call them."""


def by_cause(parts: ErrorParts) -> dict[str, Any]:
    """Every cause as tables call it, with its relative error in per cent."""
    return {label: 100 * np.asarray(getattr(parts, name)) for name, label in CAUSES.items()}


def cases(goal: EnergyGoal) -> dict[str, PlanesForGoal]:
    """How well momenta are known, in words, with the planes that reach the goal then."""
    return {"momenta as given": goal.as_given, "momenta twice as well": goal.halved}


def contribution_rows(found: ErrorContributions) -> Rows:
    """The core with each cause of the error switched off, and of each alone; the fit weighs as before."""
    without, alone = by_cause(found.without), by_cause(found.alone)
    whole: dict[str, object] = {
        "what": "all",
        "core without it (%)": None,
        "core of it alone (%)": 100 * found.whole,
    }
    return [
        whole,
        *(
            {"what": what, "core without it (%)": float(without[what]), "core of it alone (%)": float(alone[what])}
            for what in CAUSES.values()
        ),
    ]


def sensitivity_rows(found: ErrorSensitivities) -> Rows:
    """By how many per cent the core grows if a number grows by one per cent."""
    both = zip(found.numbers, found.slopes, strict=True)
    return [{"number": number, "d ln core / d ln": float(slope)} for number, slope in both]


def goal_rows(found: EnergyGoal) -> Rows:
    """Thicknesses that reach the goal for each baseline, and the core without any matter."""
    rows: Rows = []
    for i, baseline in enumerate(found.baseline):
        row: dict[str, object] = {"baseline (m)": float(baseline / m)}
        for label, planes in cases(found).items():
            thickness = float(planes.thickness[i])
            row[f"thickness, {label} (% X0)"] = None if np.isnan(thickness) else 100 * thickness
            row[f"core without matter, {label} (%)"] = 100 * float(planes.bare_core[i])
        rows.append(row)
    return rows


def energy_rows(scan: EnergyScan) -> Rows:
    """One row per step of energy: core, tails and pull as simulated, and the core and its parts of the linear error."""
    alone = by_cause(scan.alone)
    return [
        {
            "low (GeV)": float(scan.low[i] / GeV),
            "high (GeV)": float(scan.high[i] / GeV),
            "tags": int(scan.tags[i]),
            "core (%)": 100 * float(scan.core[i]),
            "beyond 3 cores (%)": 100 * float(scan.tails[i]),
            "bias (%)": 100 * float(scan.bias[i]),
            "pull": float(scan.pull[i]),
            "linear core (%)": 100 * float(scan.linear_core[i]),
            **{f"{what} alone (%)": float(values[i]) for what, values in alone.items()},
        }
        for i in range(len(scan.low))
    ]


def energy_picture(key: str, scan: EnergyScan) -> Picture:
    """The core against energy, as simulated, and what it is made of."""
    middle, core = (scan.low + scan.high) / 2 / GeV, 100 * scan.core
    marks = [Mark("simulated", middle, core, core / np.sqrt(scan.tags), group=6, size=4.0)]
    each = {"linear core": 100 * scan.linear_core} | {
        f"{what} alone": values for what, values in by_cause(scan.alone).items()
    }
    curves = [Curve(label, middle, values, group=i) for i, (label, values) in enumerate(each.items())]
    figure = curves_figure(curves, marks, "neutrino energy (GeV)", "error of the energy (%)", y_scale="log")
    caption = "Half-width that holds 68.27 % of the error of the tagged energy, and what makes it."
    return Picture(f"{key}_energy", caption, figure)


def goal_picture(key: str, found: EnergyGoal) -> Picture:
    """Thickness that reaches the goal against the baseline."""
    curves = []
    for label, planes in cases(found).items():
        kept = ~np.isnan(planes.thickness)
        curves.append(Curve(label, found.baseline[kept] / m, 100 * planes.thickness[kept]))
    figure = curves_figure(curves, [], "baseline of both arms (m)", "thickness of each plane (% X₀)")
    figure.axes[0].set_ylim(bottom=0)
    return Picture(f"{key}_goal", f"Thickness of planes that knows the energy to {100 * found.goal:g} %.", figure)
