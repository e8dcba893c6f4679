"""What tags are worth, as tables and figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from ontarget.analysis.tags.tag_scans import ApertureScan, Performances, PlaneScan, TimeScan, VertexScan
from ontarget.analysis.tags.tag_summary import TaggingResult
from ontarget.ground.units import GeV, cm, m, mrad, ns
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture
from ontarget.tagging.performance import Performance, statistical
from ontarget.tagging.tag_response import TagResponse

Rows = list[dict[str, object]]

MODES = {"pi_munu": "pi -> mu nu", "k_munu": "K -> mu nu", "ke3": "K -> pi e nu", "kmu3": "K -> pi mu nu"}
"""Decay modes as tables call them."""

COLUMNS = {"error of efficiency (%)": Column(error_of="efficiency (%)"), "pull": Column(decimals=2)}
"""Which is the error of which, in tables of performances."""

NO_SHARES = ("events", "pairs", "pull")
"""Numbers of a performance that are not shown in per cent."""


def headline(found: TaggingResult, published: float | None) -> list[Headline]:
    """Efficiency, purity and energy of the tags of neutrinos of pi -> mu nu, at the point as it is."""
    mode = "pi_munu" if "pi_munu" in found.by_mode else next(iter(found.by_mode))
    one, of = found.by_mode[mode], MODES[mode]
    tagged = round(one.efficiency * one.events)
    shares = [
        Headline(
            f"efficiency, {of}",
            100 * one.efficiency,
            100 * statistical(one.efficiency, one.events),
            "%",
            published=None if published is None else 100 * published,
        ),
        Headline(f"purity, {of}", 100 * one.purity, 100 * statistical(one.purity, tagged), "%"),
        Headline(f"tags with one candidate, {of}", 100 * one.unique, 100 * statistical(one.unique, tagged), "%"),
    ]
    energy = Headline("error of the tagged energy", 100 * one.core, unit="%", note="half-width that holds 68.27 %")
    return [*shares, energy] if one.purity else shares


def shown(one: Performance) -> dict[str, object]:
    """A row: shares and errors in per cent."""
    whole: dict[str, object] = {
        key: value if key in NO_SHARES else 100 * value for key, value in dataclasses.asdict(one).items()
    }
    if not one.purity:  # nothing is tagged rightly, so there is no error of the energy
        whole |= dict.fromkeys(("core", "tails", "bias", "pull"))
    row = {key.replace("_", " ") + ("" if key in NO_SHARES else " (%)"): value for key, value in whole.items()}
    return row | {"error of efficiency (%)": 100 * statistical(one.efficiency, one.events)}


def performance_rows(by_mode: Mapping[str, Performance]) -> Rows:
    """One row per mode of the beam's own particles."""
    return [{"interactions of": MODES[mode], **shown(one)} for mode, one in by_mode.items()]


def performance_columns(by_mode: Mapping[str, Performance]) -> Rows:
    """One row per number, a column per mode: narrow enough to be printed."""
    columns = {MODES[mode]: shown(one) for mode, one in by_mode.items()}
    numbers = dict.fromkeys(number for column in columns.values() for number in column)
    return [{"": number, **{mode: column[number] for mode, column in columns.items()}} for number in numbers]


def grid_rows(first: tuple[str, np.ndarray], second: tuple[str, np.ndarray], performance: Performances) -> Rows:
    """One row per point of two axes, each a header with its values."""
    return [
        {first[0]: float(one), second[0]: float(other), **shown(performance.at(i, j))}
        for i, one in enumerate(first[1])
        for j, other in enumerate(second[1])
    ]


def time_rows(scan: TimeScan) -> Rows:
    """One row per intensity and resolution in time."""
    return grid_rows(("intensity", scan.intensity), ("time (ns)", scan.time / ns), scan.performance)


def vertex_rows(scan: VertexScan) -> Rows:
    """One row per resolution of the vertex."""
    return [{"vertex (cm)": float(one / cm), **shown(scan.performance.at(i))} for i, one in enumerate(scan.vertex)]


def aperture_rows(scan: ApertureScan) -> Rows:
    """One row per divergence and aperture."""
    return grid_rows(
        ("divergence (mrad)", scan.divergence / mrad), ("aperture (m)", scan.aperture / m), scan.performance
    )


def plane_rows(scan: PlaneScan) -> Rows:
    """One row per thickness and baseline."""
    return grid_rows(("thickness (% X0)", 100 * scan.thickness), ("baseline (m)", scan.baseline / m), scan.performance)


def response_rows(made: Mapping[str, TagResponse]) -> Rows:
    """One row per flavour and node of energy; a column per bin of the tag, the last is untagged; errors behind."""
    rows: Rows = []
    for name, one in made.items():
        edges = one.edges / GeV
        labels = [f"{low:.3g}-{high:.3g}" for low, high in pairwise(edges)] + ["untagged"]
        for i, energy in enumerate(one.energy / GeV):
            row: dict[str, object] = {"neutrinos": name, "energy_GeV": float(energy), "events": float(one.events[i])}
            row |= {label: float(value) for label, value in zip(labels, one.values[i], strict=True)}
            rows.append(row | {f"error {label}": float(e) for label, e in zip(labels, one.error[i], strict=True)})
    return rows


def time_pictures(key: str, scan: TimeScan, published: Sequence[Mark]) -> list[Picture]:
    """Efficiency, purity and uniqueness against the time resolution, a curve per intensity; the plain window dotted."""
    found = scan.performance
    each = {
        "efficiency": (found.efficiency, found.window_efficiency),
        "purity": (found.purity, found.window_purity),
        "unique": (found.unique, None),
    }
    pictures = []
    for name, (fitted, window) in each.items():
        curves = [
            Curve(f"{intensity:g} x intensity", scan.time / ns, 100 * fitted[i], group=i)
            for i, intensity in enumerate(scan.intensity)
        ]
        if window is not None:
            curves += [
                Curve(f"{intensity:g} x, plain window", scan.time / ns, 100 * window[i], group=3 + i)
                for i, intensity in enumerate(scan.intensity)
            ]
        marks = published if name == "efficiency" else []
        figure = curves_figure(curves, marks, "time resolution of the detector (ns)", f"{name} (%)", x_scale="log")
        caption = f"Tagging: {name} against the time resolution of the detector."
        pictures.append(Picture(f"{key}_{name}", caption, figure))
    return pictures


def vertex_picture(key: str, scan: VertexScan) -> Picture:
    """Efficiency, purity and uniqueness against the resolution of the vertex."""
    found = scan.performance
    each = {"efficiency": found.efficiency, "purity": found.purity, "unique": found.unique}
    curves = [Curve(name, scan.vertex / cm, 100 * values) for name, values in each.items()]
    figure = curves_figure(curves, [], "resolution of the vertex (cm)", "%", x_scale="log")
    return Picture(f"{key}_vertex", "Tagging against the resolution of the vertex.", figure)


def aperture_picture(key: str, scan: ApertureScan) -> Picture:
    """Efficiency against the aperture of the muon arm, a curve per divergence."""
    efficiency = 100 * scan.performance.efficiency
    curves = [
        Curve(f"{divergence / mrad:.3g} mrad", scan.aperture / m, efficiency[i], group=i)
        for i, divergence in enumerate(scan.divergence)
    ]
    figure = curves_figure(curves, [], "radius of the muon arm (m)", "efficiency (%)")
    figure.axes[0].set_ylim(0, 100)
    caption = "Efficiency against the aperture of the muon arm, for divergences of the beam."
    return Picture(f"{key}_aperture", caption, figure)
