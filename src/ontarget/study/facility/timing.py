"""Arrival times at facilities: who comes when, which windows are best, and what leaks into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.arrivals import check_clocks
from ontarget.analysis.facility.timing_windows import FacilityTiming, Window, timing
from ontarget.analysis.facility.window import AbstractWindowCriterion, BestSignificance
from ontarget.experiment.narrow import site_of
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Time, quantity, static
from ontarget.ground.units import MW, GeV, Hz, m, us
from ontarget.matter.flavour import LATEX
from ontarget.plot import Curve, Mark, Panel, curves_figure, panels_figure
from ontarget.report.column import SIGMAS
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.source import Site
from ontarget.study.context import Context
from ontarget.study.facility.facility_yields import of_catalog
from ontarget.study.task import AbstractTask, check_points

FLAVOURS_UNTIL, ARRIVALS_UNTIL = 3.0, 5.0
"""Microseconds up to which figures are drawn."""


class Timing(AbstractTask):
    """One detector at several facilities: arrival times by flavour, windows chosen for a criterion, leakage into them.

    Time is zero when the first neutrino of a pulse can arrive (of a Gaussian pulse: where its own zero is).

    Attributes
    ----------
    experiment : whose detector, baseline and backgrounds are taken everywhere
    facilities : names that stand in the catalog both as a facility and as a source
    stop, bins : of the times that are looked at
    prompt, delayed : what the windows for the pion's and for the muon's neutrinos are chosen by
    title, key : of the section, and before the names of tables and figures
    """

    experiment: str = static()
    facilities: tuple[str, ...] = static()
    stop: Time = quantity(default=10 * us)
    bins: int = static(default=500)
    prompt: AbstractWindowCriterion = BestSignificance()
    delayed: AbstractWindowCriterion = BestSignificance()
    title: str = static(default="Arrival times")
    key: str = static(default="timing")

    def __check_init__(self) -> None:
        check_positive(self, "stop")
        check_points(self.bins, 10, 2000)

    def check(self, context: Context) -> None:
        experiment = context.experiment(self.experiment, "experiment")
        check_clocks(experiment)
        detector = experiment.detector
        for one in detector.backgrounds:
            try:
                one.check_bins(self.bins, detector.seen.bins, detector.bins // detector.seen.bins)
            except InputError:
                truth = "It is known in its own bins of time only, and not at other facilities."
                got = type(one).__name__
                raise InputError(f"{self.experiment}.backgrounds.{one.name}", got, truth, "Leave it out.") from None
        for name in self.facilities:
            context.once(of_catalog, name)

    def run(self, context: Context) -> Section:
        experiment = context.experiment(self.experiment, "experiment")
        found = timing(
            experiment,
            [context.once(of_catalog, name)[0] for name in self.facilities],
            stop=self.stop,
            bins=self.bins,
            prompt=self.prompt,
            delayed=self.delayed,
            counts=context.counts(self.experiment),
        )
        tables = [
            Table(f"{self.key}_windows", "Windows in time", window_rows(found), SHOWN),
            Table(f"{self.key}_leakage", "Delayed neutrinos in a prompt window", leakage_rows(found)),
            Table(f"{self.key}_facilities", "The same detector at each facility", facility_rows(found), SHOWN),
        ]
        distance = float(site_of(experiment, Site).baseline / m)
        text = (
            f"The detector of {experiment.title or experiment.name}, {distance:.4g} m from every source. "
            "Yields are those of the catalog, with their notes; steady backgrounds scale with repetition and window, "
            "neutrons with the protons. In the prompt window S is prompt ν_μ, in the delayed window delayed ν; "
            "B is everything else, including the other neutrinos."
        )
        return Section(self.title, text, tables, pictures(self.key, found), headline=headline(found))


SHOWN = {"S/sqrt(S+B)": SIGMAS}


def headline(found: Sequence[FacilityTiming]) -> list[Headline]:
    """What the prompt window of each facility holds."""
    return [
        Headline(
            f"{one.at.facility.name or one.at.name} [{one.at.name}]",
            one.prompt.signal,
            unit="prompt ν per year",
            note=f"{number_text(one.prompt.start)} to {number_text(one.prompt.stop)} us, "
            f"purity {100 * one.prompt.purity:.0f} %, S/sqrt(S+B) {number_text(one.prompt.significance, 2)}",
        )
        for one in found
    ]


def window_rows(found: Sequence[FacilityTiming]) -> list[dict[str, Any]]:
    """The prompt and the delayed window at each facility."""
    return [
        window_row(one.at.name, kind, window)
        for one in found
        for kind, window in (("prompt", one.prompt), ("delayed", one.delayed))
        if window is not None
    ]


def window_row(name: str, kind: str, window: Window) -> dict[str, Any]:
    """What a window holds, per calendar year."""
    return {
        "facility": name,
        "window": kind,
        "start (us)": window.start,
        "stop (us)": window.stop,
        "duty": window.duty,
        "share of prompt kept": window.prompt_share,
        "share of delayed kept": window.delayed_share,
        "S per year": window.signal,
        "other neutrinos per year": window.other_neutrinos,
        **{f"{one} per year": events for one, events in window.backgrounds.items()},
        "purity": window.purity,
        "S/sqrt(S+B)": window.significance,
    }


def leakage_rows(found: Sequence[FacilityTiming]) -> list[dict[str, Any]]:
    """What lies in windows from time zero until a share of all prompt neutrinos has come."""
    return [
        {
            "facility": one.at.name,
            "share of prompt": float(share),
            "stop (us)": float(one.leakage.stop[index]),
            "share of delayed": float(one.leakage.delayed_share[index]),
            "delayed per prompt neutrino": float(one.leakage.delayed_per_prompt[index]),
            "duty": float(one.leakage.duty[index]),
        }
        for one in found
        for index, share in enumerate(one.leakage.prompt_share)
    ]


def facility_rows(found: Sequence[FacilityTiming]) -> list[dict[str, Any]]:
    """Power, yield, time structure, and what the detector counts in all the time that is looked at."""
    return [
        {
            "facility": one.at.name,
            "power (MW)": float(one.at.facility.power / MW),
            "proton energy (GeV)": float(one.at.facility.proton_energy / GeV),
            "neutrinos per flavour and proton": float(one.at.source.neutrinos_per_proton),
            "neutrinos per flavour and year": one.at.neutrinos_per_year,
            "repetition (Hz)": float(one.at.facility.repetition / Hz),
            "pulse (us)": float(one.at.facility.pulse.length / us),
            "duty of the pulse": float(one.at.facility.repetition * one.at.facility.pulse.length),
            "duty of all times": one.duty,
            "neutrinos per year": one.neutrinos,
            **{f"{name} per year": float(values.sum()) for name, values in one.arrivals.backgrounds.items()},
            "S/sqrt(S+B)": one.significance,
        }
        for one in found
    ]


def pictures(key: str, found: Sequence[FacilityTiming]) -> list[Picture]:
    """Three flavours at the first facility, all of it at each, and what prompt windows hold."""
    marks = [
        Mark(one.at.name, np.array([1 - one.prompt.purity]), np.array([one.prompt.signal]), group=index)
        for index, one in enumerate(found)
    ]
    held = curves_figure([], marks, "share of all else in the window", "prompt neutrinos per year", "linear", "log")
    first = found[0].at
    caption = f"Arrival of each flavour at {first.facility.name or first.name} [{first.name}]."
    stacked = panels_figure([panel(one) for one in found])
    return [
        Picture(f"{key}_flavours", caption, curves_figure(shapes(found[0]), [], *SHAPES)),
        Picture(f"{key}_arrivals", "Events by time, per calendar year, stacked.", stacked),
        Picture(f"{key}_prompt_windows", "What the chosen prompt windows hold.", held),
    ]


SHAPES = "time after the first neutrino (µs)", "arrivals per µs, unit area"


def shapes(found: FacilityTiming) -> list[Curve]:
    """Arrivals of each flavour at a facility, of unit area."""
    edges = found.arrivals.edges
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    shown = middle <= FLAVOURS_UNTIL
    return [
        Curve(LATEX[name], middle[shown], (values / width / values.sum())[shown], group=index)
        for index, (name, values) in enumerate(found.arrivals.neutrinos.items())
    ]


def panel(found: FacilityTiming) -> Panel:
    """All that comes at a facility, per microsecond."""
    edges = found.arrivals.edges[found.arrivals.edges <= ARRIVALS_UNTIL]
    named = {LATEX[name]: one for name, one in found.arrivals.neutrinos.items()}
    parts = {
        name: values[: len(edges) - 1] / np.diff(edges) for name, values in (found.arrivals.backgrounds | named).items()
    }
    return Panel(found.at.name, edges, parts, "time (µs)", "events per µs and year")
