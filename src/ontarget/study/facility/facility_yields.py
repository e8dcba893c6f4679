"""How many neutrinos each facility makes."""

from __future__ import annotations

import numpy as np

from ontarget.ground.noun import static
from ontarget.ground.units import MW, GeV, s, year
from ontarget.io.entry import load_entry
from ontarget.plot import Guide, Mark, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class FacilityYields(AbstractTask):
    """Neutrinos per flavour and year of stopped-pion facilities against their beam power.

    `facilities` are names that stand in the catalog both as a facility and as a source.
    """

    facilities: tuple[str, ...] = static()

    def run(self, context: Context) -> Section:
        rows = []
        for name in self.facilities:
            context.progress(f"yield of {name}")
            rows.append(yield_row(name))
        text = (
            "Protons per calendar year times neutrinos of one flavour per proton. Errors are those of the yield alone, "
            "where the source gives one; the notes in the table say what is assumed."
        )
        return Section("Facilities", text, [Table("yields", "Neutrino yield", rows)], [picture(rows)])


def yield_row(name: str) -> dict[str, object]:
    """One facility: power, proton energy, protons per year, neutrinos per flavour per proton, second and year."""
    facility = load_entry(f"facilities/{name}").noun
    loaded = load_entry(f"sources/{name}")
    record = loaded.provenance["neutrinos_per_proton"]
    per_proton = float(loaded.noun.neutrinos_per_proton)
    protons = float(facility.protons_per_time * year)
    return {
        "facility": name,
        "name": facility.name,
        "power (MW)": float(facility.power / MW),
        "proton energy (GeV)": float(facility.proton_energy / GeV),
        "protons per year": protons,
        "neutrinos per flavour and proton": per_proton,
        "error": None if record.error is None else float(record.error),
        "per flavour and second at full power": float(facility.protons_while_running * s) * per_proton,
        "per flavour and year": protons * per_proton,
        "source": ", ".join(record.cite),
        "note": record.note,
    }


def picture(rows: list[dict]) -> Picture:
    """Yield per year against power, one mark per facility; hollow where the source gives no error."""
    power = np.array([row["power (MW)"] for row in rows])
    grid = np.geomspace(power.min() / 1.6, power.max() * 1.9, 50)
    per_megawatt = (MW / GeV) * 5000 * 3600 * s
    guides = [
        Guide("0.05, 0.1, 0.2, 0.5 per proton" if index == 0 else "", grid, grid * per_megawatt * per_proton)
        for index, per_proton in enumerate((0.05, 0.1, 0.2, 0.5))
    ]
    marks = []
    for index, row in enumerate(rows):
        made = np.array([row["per flavour and year"]])
        relative = (row["error"] or 0.0) / row["neutrinos per flavour and proton"]
        label, hollow = row["facility"].replace("_", " ").upper(), row["error"] is None
        marks.append(
            Mark(label, power[[index]], made, made * relative if relative else None, group=index, hollow=hollow)
        )
    figure = curves_figure(guides, marks, "beam power (MW)", "neutrinos per flavour and year", "log", "log")
    caption = (
        "Neutrinos of each flavour per calendar year against beam power; hollow: the source gives no error. "
        "Dotted: a constant yield per proton at 1 GeV and 5000 hours a year."
    )
    return Picture("yields", caption, figure)
