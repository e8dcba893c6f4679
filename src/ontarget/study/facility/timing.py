"""Arrival times at facilities: who comes when, which windows are best, and what leaks into them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.arrivals import Arrivals, arrivals, check_clocks, per_neutrino
from ontarget.analysis.window import AbstractWindowCriterion, BestSignificance
from ontarget.experiment.experiment import Experiment
from ontarget.ground.constants import pion_lifetime
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Time, quantity, static
from ontarget.ground.units import MW, GeV, Hz, m, us, year
from ontarget.io.entry import load_entry
from ontarget.matter.flavour import LATEX
from ontarget.numerics.axis import TimeAxis
from ontarget.plot import Curve, Mark, Panel, curves_figure, panels_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.source import Facility, Site, StoppedPion
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points

SHARES = (0.9, 0.95, 0.99)
"""Of prompt neutrinos, that a window of the table of leakage holds."""


@dataclass(frozen=True)
class Beam:
    """A facility with its source, and what the detector of the task sees of it per year."""

    name: str
    facility: Facility
    source: StoppedPion
    seen: Arrivals


class Timing(AbstractTask):
    """One detector at several facilities: arrival times by flavour, windows chosen for a goal, leakage into them.

    Time is zero when the first neutrino of a pulse can arrive (of a Gaussian pulse: where its own zero is).

    Attributes
    ----------
    experiment : whose detector, baseline and backgrounds are taken everywhere
    facilities : names that stand in the catalog both as a facility and as a source
    stop, bins : of the times that are looked at
    prompt, delayed : what the windows for the pion's and for the muon's neutrinos are chosen for
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
        context.experiment(self.experiment, "experiment")
        noun = context.experiment(self.experiment, "experiment")
        check_clocks(self.experiment, noun)
        detector = noun.detector
        for one in detector.backgrounds:
            try:
                one.check_bins(self.bins, detector.seen.bins, detector.bins // detector.seen.bins)
            except InputError:
                truth = "It is known in its own bins of time only, and not at other facilities."
                got = type(one).__name__
                raise InputError(f"{self.experiment}.backgrounds.{one.name}", got, truth, "Leave it out.") from None

    def run(self, context: Context) -> Section:
        noun, axis = context.experiment(self.experiment, "experiment"), TimeAxis(jnp.zeros(()), self.stop, self.bins)
        seen = per_neutrino(noun, context.counts(self.experiment))
        beams = [beam_of(name, noun, seen, axis) for name in self.facilities]
        windows = [row for beam in beams for row in self.windows(beam)]
        leaks = [row for beam in beams for row in leakage(beam, noun)]
        tables = [
            Table(f"{self.key}_windows", "Windows in time", windows),
            Table(f"{self.key}_leakage", "Delayed neutrinos in a prompt window", leaks),
            Table(f"{self.key}_facilities", "The same detector at each facility", [facility_row(one) for one in beams]),
        ]
        site = noun.detector.site
        assert isinstance(site, Site)
        text = (
            f"The detector of {noun.title or noun.name}, {float(site.baseline / m):.4g} m from every source. "
            "Yields are those of the catalog, with their notes; steady backgrounds go with repetition and window, "
            "neutrons with the protons. In each window S is what it is for, and B all else, other neutrinos included."
        )
        return Section(self.title, text, tables, pictures(self.key, beams, windows))

    def windows(self, beam: Beam) -> list[dict[str, object]]:
        """The window for prompt neutrinos, and the one after it for delayed ones."""
        seen = beam.seen
        first, last = self.prompt.window(seen.prompt, seen.delayed + seen.background)
        rows = [window_row(beam, "prompt", first, last, seen.prompt)]
        if last < len(seen.edges) - 1:
            after = slice(last, None)
            low, high = self.delayed.window(seen.delayed[after], (seen.prompt + seen.background)[after])
            rows.append(window_row(beam, "delayed", last + low, last + high, seen.delayed))
        return rows


def beam_of(name: str, experiment: Experiment, seen: Mapping[str, float], axis: TimeAxis) -> Beam:
    """A facility of the catalog, its source, and what is seen of it."""
    facility, source = load_entry(f"facilities/{name}").noun, load_entry(f"sources/{name}").noun
    source = dataclasses.replace(source, nodes=8, name="")  # times ask for no energies, and compile once
    return Beam(name, facility, source, arrivals(experiment, dict(seen), facility, source, axis))


def window_row(beam: Beam, kind: str, first: int, last: int, wanted: np.ndarray) -> dict[str, object]:
    """What a window between two edges holds, per calendar year."""
    seen, inside = beam.seen, slice(first, last)
    signal = float(wanted[inside].sum())
    neutrinos = float((seen.prompt + seen.delayed)[inside].sum())
    everything = neutrinos + float(seen.background[inside].sum())
    low, high = float(seen.edges[first]), float(seen.edges[last])
    return {
        "facility": beam.name,
        "window": kind,
        "start (us)": low,
        "stop (us)": high,
        "duty": float(beam.facility.repetition * (high - low) * us),
        "share of prompt kept": float(seen.prompt[inside].sum() / seen.prompt.sum()),
        "share of delayed kept": float(seen.delayed[inside].sum() / seen.delayed.sum()),
        "S per year": signal,
        "other neutrinos per year": neutrinos - signal,
        **{f"{name} per year": float(values[inside].sum()) for name, values in seen.backgrounds.items()},
        "purity": signal / everything,
        "S/sqrt(S+B)": signal / np.sqrt(everything),
    }


def leakage(beam: Beam, experiment: Experiment) -> list[dict[str, object]]:
    """What lies in windows from time zero until a share of all prompt neutrinos has come (within 1e-3)."""
    facility, stop = beam.facility, 2 * beam.facility.pulse.length + 20 * pion_lifetime
    axis = TimeAxis(jnp.zeros(()), stop, len(beam.seen.edges) - 1)
    found = arrivals(experiment, dict.fromkeys(beam.seen.neutrinos, 1.0), facility, beam.source, axis)
    prompt, delayed = (np.append(0.0, np.cumsum(one)) for one in (found.prompt, found.delayed / 2))
    made = float(beam.source.neutrinos_per_proton * facility.protons_per_time * year)
    rows = []
    for share in SHARES:
        time = float(np.interp(share * made, prompt, found.edges))
        leaked = float(np.interp(time, found.edges, delayed)) / made
        rows.append(
            {
                "facility": beam.name,
                "share of prompt": share,
                "stop (us)": time,
                "share of delayed": leaked,
                "delayed per prompt neutrino": 2 * leaked / share,
                "duty": float(facility.repetition * time * us),
            }
        )
    return rows


def facility_row(beam: Beam) -> dict[str, object]:
    """Power, yield, time structure, and what the detector counts in all the time that is looked at."""
    facility, seen = beam.facility, beam.seen
    signal, background = float((seen.prompt + seen.delayed).sum()), float(seen.background.sum())
    made = float(beam.source.neutrinos_per_proton * facility.protons_per_time * year)
    return {
        "facility": beam.name,
        "power (MW)": float(facility.power / MW),
        "proton energy (GeV)": float(facility.proton_energy / GeV),
        "neutrinos per flavour and proton": float(beam.source.neutrinos_per_proton),
        "neutrinos per flavour and year": made,
        "repetition (Hz)": float(facility.repetition / Hz),
        "pulse (us)": float(facility.pulse.length / us),
        "duty of the pulse": float(facility.repetition * facility.pulse.length),
        "duty of all times": float(facility.repetition * (seen.edges[-1] - seen.edges[0]) * us),
        "neutrinos per year": signal,
        **{f"{name} per year": float(values.sum()) for name, values in seen.backgrounds.items()},
        "S/sqrt(S+B)": signal / np.sqrt(signal + background),
    }


def pictures(key: str, beams: list[Beam], windows: list[dict]) -> list[Picture]:
    """Three flavours at the first facility, all of it at each, and what prompt windows hold."""
    first, middle = beams[0], (beams[0].seen.edges[1:] + beams[0].seen.edges[:-1]) / 2
    width = np.diff(first.seen.edges)
    shown = middle <= 3.0
    curves = [
        Curve(LATEX[name], middle[shown], (values / width / values.sum())[shown], group=index)
        for index, (name, values) in enumerate(first.seen.neutrinos.items())
    ]
    shapes = curves_figure(curves, [], "time after the first neutrino (µs)", "arrivals per µs, unit area")
    panels = []
    for beam in beams:
        parts = {**beam.seen.backgrounds, **{LATEX[name]: one for name, one in beam.seen.neutrinos.items()}}
        within = beam.seen.edges <= 5.0
        edges = beam.seen.edges[within]
        parts = {name: values[: len(edges) - 1] / width[: len(edges) - 1] for name, values in parts.items()}
        panels.append(Panel(beam.name.replace("_", " "), edges, parts, "time (µs)", "events per µs and year"))
    marks = [
        Mark(row["facility"], np.array([1 - row["purity"]]), np.array([row["S per year"]]), group=index)
        for index, row in enumerate(one for one in windows if one["window"] == "prompt")
    ]
    held = curves_figure([], marks, "share of all else in the window", "prompt neutrinos per year", "linear", "log")
    return [
        Picture(f"{key}_flavours", f"Arrival of each flavour at {first.facility.name}.", shapes),
        Picture(f"{key}_arrivals", "Events by time, per calendar year, stacked.", panels_figure(panels)),
        Picture(f"{key}_prompt_windows", "What the chosen prompt windows hold.", held),
    ]
