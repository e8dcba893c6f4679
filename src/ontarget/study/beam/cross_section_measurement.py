"""How well a cross-section can be measured against energy: several methods on one beam, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.flavour_ratio import RatioPrecision
from ontarget.analysis.monitored.cross_section_precision import (
    LARGEST_FACTOR,
    CrossSectionPrecision,
    MethodPrecision,
    cross_section,
)
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import BEAM_ENERGY, GeV
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.beam.cross_section_method import Method
from ontarget.study.context import Context
from ontarget.study.published import PublishedPrecision
from ontarget.study.task import AbstractTask

MOST_DRAWN = 3.0
"""A relative error beyond which nothing is drawn."""


class CrossSectionMeasurement(AbstractTask):
    """Relative error of a charged-current cross-section in bins of energy, by several methods.

    Factors of the cross-section in bins of energy are free, beside the errors of each method's flux. See
    `analysis.cross_section`.

    Attributes
    ----------
    methods : on the same beam and site
    edges : of the bins of energy in which the cross-section is a result
    flavour : whose cross-section it is
    strength : tau of the prior
    goal : error that counts as resolved
    published : what others say, drawn as lines
    key : begins the names of tables and figures
    """

    methods: tuple[Method, ...]
    edges: Annotated[Float[Array, " edge"], BEAM_ENERGY] = quantity()
    flavour: str = static(default="nu_mu")
    strength: Number = quantity(default=0.03)
    goal: Number = quantity(default=0.1)
    published: tuple[PublishedPrecision, ...] = ()
    key: str = static(default="cross_section")

    def __check_init__(self) -> None:
        check_positive(self, "strength", "goal")
        if np.ndim(self.edges) != 1 or len(self.edges) < 4 or not (np.diff(np.asarray(self.edges)) > 0).all():
            raise InputError("edges", "edges that do not increase, or less than four", "", "Give at least three bins.")
        if not self.methods:
            raise InputError("methods", "none", "A cross-section is measured by some method.", "Give one or more.")

    def check(self, context: Context) -> None:
        for method in self.methods:
            method.check(context)

    def run(self, context: Context) -> Section:
        methods = {method.name: method.in_study(context) for method in self.methods}
        edges, strength, goal = np.asarray(self.edges), float(self.strength), float(self.goal)
        found = cross_section(methods, edges, self.flavour, strength, goal, context.progress)
        tags = simulated_rows(self.methods, context)
        tables = [
            Table(f"{self.key}_methods", "What each method resolves", method_rows(found)),
            Table(f"{self.key}_errors", "Relative error of the cross-section by energy", error_rows(found)),
            Table(f"{self.key}_ratio", "Electron to muon neutrinos, monitored in the tunnel", ratio_rows(found.ratios)),
            Table(f"{self.key}_tags", "Tags that were simulated one by one", tags),
        ]
        text = (
            "Factors of the cross-section in bins of true energy are free, with the errors of each method's flux as "
            "pulls. 'Resolved' are eigenvalues of the information on the factors, flux profiled, that stand for errors "
            f"below {100 * goal:g} %; no prior enters. The smoothed result has a Gaussian prior on second "
            f"differences of the factors, of {strength:g}: its error is that of the posterior, it holds "
            "only for a cross-section as smooth as that, and its degrees of freedom say what is from data. Nothing is "
            "taken from the energy that the detector sees."
        )
        levels = {one.name: float(one.value) for one in self.published}
        pictures = [
            picture(found, f"{self.key}_free", "every bin free", levels),
            picture(found, f"{self.key}_smoothed", "with a prior of smoothness", levels, smoothed=True),
        ]
        return Section("Cross-section against energy", text, tables, pictures, headline=headline(found))


def headline(found: CrossSectionPrecision) -> list[Headline]:
    """The best bin of each method, and how many numbers it resolves."""
    made = []
    for name, one in found.methods.items():
        best = percent(float(np.min(one.free.total)))
        note = f"resolves {one.free.resolved} of {len(found.edges) - 1} bins, {number_text(one.events)} events"
        made.append(
            Headline(
                f"{name}, error of the best bin",
                "unknown" if best is None else best,
                unit="%" if best else "",
                note=note,
            )
        )
    return made


def percent(error: float) -> float | None:
    """A relative error in per cent; None for what is not known at all."""
    return 100 * float(error) if np.isfinite(error) and error < LARGEST_FACTOR else None


def method_rows(found: CrossSectionPrecision) -> list[dict[str, object]]:
    """One row per method: events, errors of the rate, and what it resolves."""
    return [
        {
            "method": name,
            "events": one.events,
            "bins of the tag": one.parts.shape[2],
            "statistical error of the rate (%)": 100 * one.statistical,
            "flux error of the rate (%)": 100 * one.flux,
            "resolved": one.free.resolved,
            "degrees of freedom, smoothed": one.smoothed.freedom,
            "best bin (%)": percent(float(np.min(one.free.total))),
            "best bin, smoothed (%)": percent(float(np.min(one.smoothed.total))),
            "median bin, smoothed (%)": percent(float(np.median(one.smoothed.total))),
        }
        for name, one in found.methods.items()
    ]


def error_rows(found: CrossSectionPrecision) -> list[dict[str, object]]:
    """One row per method and bin: errors in per cent, None where nothing is known."""
    rows: list[dict[str, object]] = []
    for name, method in found.methods.items():
        for i, (low, high) in enumerate(itertools.pairwise(found.edges / GeV)):
            row: dict[str, object] = {"method": name, "from (GeV)": float(low), "to (GeV)": float(high)}
            for kind, one in (("", method.free), (", smoothed", method.smoothed)):
                parts = {"statistical": one.statistical, "systematic": one.systematic, "total": one.total}
                row |= {f"{part}{kind} (%)": percent(errors[i]) for part, errors in parts.items()}
            rows.append(row)
    return rows


def ratio_rows(ratios: Sequence[RatioPrecision]) -> list[dict[str, object]]:
    """One row per kind of muon neutrinos and method."""
    return [
        {
            "muon neutrinos": one.muons,
            "flux errors": one.errors,
            "electron neutrinos": one.electron_events,
            "muon neutrinos, events": one.muon_events,
            "statistical (%)": 100 * one.statistical,
            "flux (%)": 100 * one.flux,
            "total (%)": 100 * one.total,
        }
        for one in ratios
    ]


def simulated_rows(methods: Sequence[Method], context: Context) -> list[dict[str, object]]:
    """One row per method whose tags were simulated."""
    return [
        {"method": one.name} | one.simulated.row(context, one.experiment, one.tagged(context))
        for one in methods
        if one.simulated is not None
    ]


def picture(
    found: CrossSectionPrecision, name: str, words: str, published: Mapping[str, float], smoothed: bool = False
) -> Picture:
    """Total errors against energy, without or with the prior, and what is published.

    A method that resolves nothing is drawn as the one number that it gives, over where its events lie.
    """
    edges, curves = found.edges / GeV, []
    for group, (method, one) in enumerate(found.methods.items()):
        line = error_line(one, edges, smoothed)
        if np.isfinite(line[1]).any():
            label = method if one.free.resolved else f"{method} (one number)"
            curves.append(Curve(label, *line, group=group))
    curves += [Guide(said, edges[[0, -1]], np.full(2, 100 * level)) for said, level in published.items()]
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "relative error (%)", y_scale="log")
    caption = f"Error of the cross-section of {found.flavour} in bins of energy, {words}; dotted: published."
    return Picture(name, caption, figure)


def error_line(method: MethodPrecision, edges: np.ndarray, smoothed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Errors in per cent against energy in GeV, as a line."""
    if not method.free.resolved:
        return np.array(method.middle) / GeV, np.full(2, 100 * method.rate)
    errors = (method.smoothed if smoothed else method.free).total
    shown = np.where(np.isfinite(errors) & (errors < MOST_DRAWN), 100 * errors, np.nan)
    return np.repeat(edges, 2)[1:-1], np.repeat(shown, 2)
