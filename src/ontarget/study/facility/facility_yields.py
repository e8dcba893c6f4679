"""How many neutrinos each facility makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.pion_facility import (
    NeutrinoYields,
    StoppedPionFacility,
    constant_yield,
    neutrino_yields,
)
from ontarget.experiment.narrow import narrowed
from ontarget.ground.noun import static
from ontarget.io import Record
from ontarget.io.entry import load_entry
from ontarget.plot import Guide, Mark, curves_figure
from ontarget.report.column import HIDDEN, Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.source import Facility, StoppedPion
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, prefixed

YIELDS, HOURS = (0.05, 0.1, 0.2, 0.5), 5000.0
"""Neutrinos of one flavour per proton that lines are drawn for, and hours of beam a year there."""


class FacilityYields(AbstractTask):
    """Neutrinos per flavour and year of stopped-pion facilities against their beam power.

    `facilities` are names that stand in the catalog both as a facility and as a source; `key` stands before the names
    of table and figure.
    """

    facilities: tuple[str, ...] = static()
    key: str = static(default="")

    def check(self, context: Context) -> None:
        for name in self.facilities:
            context.once(of_catalog, name)

    def run(self, context: Context) -> Section:
        context.progress(f"yields of {len(self.facilities)} facilities")
        every = [context.once(of_catalog, name) for name in self.facilities]
        found, records = neutrino_yields([at for at, _ in every]), [record for _, record in every]
        text = (
            "Protons per calendar year times neutrinos of one flavour per proton. Errors are those of the yield alone, "
            "where the source gives one; the notes in the table say what is assumed."
        )
        titles = [at.facility.name for at, _ in every]
        table = Table(prefixed(self.key, "yields"), "Neutrino yield", rows(found, titles, records), COLUMNS)
        return Section("Facilities", text, [table], [picture(self.key, found)], headline=headline(found, titles))


COLUMNS = {"error": Column(error_of="neutrinos per flavour and proton"), "note": HIDDEN}


def headline(found: NeutrinoYields, titles: Sequence[str]) -> list[Headline]:
    """Neutrinos of one flavour per year at each facility, with the error of the yield."""
    errors = [None if np.isnan(error) else float(error) for error in found.error_per_year]
    every = zip(found.names, titles, found.per_year, errors, strict=True)
    return [
        Headline(f"{title or name} [{name}]", float(made), error, "neutrinos per flavour and year")
        for name, title, made, error in every
    ]


def of_catalog(name: str) -> tuple[StoppedPionFacility, Record]:
    """A facility of the catalog with the source of the same name, and where the yield of the source is from."""
    facility = narrowed(load_entry(f"facilities/{name}").noun, Facility, f"facilities/{name}")
    loaded = load_entry(f"sources/{name}")
    source = narrowed(loaded.noun, StoppedPion, f"sources/{name}", "Neutrinos of stopped pions are asked about.")
    record = loaded.provenance["neutrinos_per_proton"]
    error = None if record.error is None else float(record.error)
    return StoppedPionFacility(name, facility, source, error), record


def rows(found: NeutrinoYields, titles: Sequence[str], records: Sequence[Record]) -> list[dict[str, Any]]:
    """One facility a row: power, proton energy, protons per year, neutrinos per flavour per proton, second and year."""
    return [
        {
            "facility": name,
            "name": titles[index],
            "power (MW)": float(found.power[index]),
            "proton energy (GeV)": float(found.proton_energy[index]),
            "protons per year": float(found.protons[index]),
            "neutrinos per flavour and proton": float(found.per_proton[index]),
            "error": None if np.isnan(found.error[index]) else float(found.error[index]),
            "per flavour and second at full power": float(found.per_second[index]),
            "per flavour and year": float(found.per_year[index]),
            "source": ", ".join(records[index].cite),
            "note": records[index].note,
        }
        for index, name in enumerate(found.names)
    ]


def picture(key: str, found: NeutrinoYields) -> Picture:
    """Yield per year against power, one mark per facility; hollow where the source gives no error."""
    grid = np.geomspace(found.power.min() / 1.6, found.power.max() * 1.9, 50)
    legend = f"{', '.join(map(str, YIELDS))} per proton"
    guides = [
        Guide("" if index else legend, grid, constant_yield(grid, per_proton, HOURS))
        for index, per_proton in enumerate(YIELDS)
    ]
    marks = []
    for index, name in enumerate(found.names):
        power, made, error = (one[[index]] for one in (found.power, found.per_year, found.error_per_year))
        known = bool(error[0] > 0)
        hollow = bool(np.isnan(error[0]))
        marks.append(Mark(name, power, made, error if known else None, group=index, hollow=hollow))
    figure = curves_figure(guides, marks, "beam power (MW)", "neutrinos per flavour and year", "log", "log")
    caption = (
        "Neutrinos of each flavour per calendar year against beam power; hollow: the source gives no error. "
        "Dotted: a constant yield per proton at 1 GeV and 5000 hours a year."
    )
    return Picture(prefixed(key, "yields"), caption, figure)
