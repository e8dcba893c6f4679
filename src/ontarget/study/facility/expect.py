"""Expected counts of every experiment of a study, with the spectra that are seen."""

from __future__ import annotations

import numpy as np

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.counts import Counts
from ontarget.matter.flavour import FLAVOURS, LATEX
from ontarget.plot import Panel, panels_figure
from ontarget.report.expected_table import expectation_rows
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class Expect(AbstractTask):
    """Expected counts of every experiment, with the spectrum that is seen."""

    def run(self, context: Context) -> Section:
        rows, panels = [], []
        every = context.each(context.counts, context.experiments)
        for experiment, counts in zip(context.nouns(), every, strict=True):
            rows += expectation_rows(experiment, counts)
            panels.append(spectrum(experiment, counts))
        picture = Picture("spectra", "Expected spectra over the whole exposure, stacked.", panels_figure(panels))
        text = "Counts over the exposure and per calendar year, by the flavour that interacts."
        return Section("Expected counts", text, [Table("expected", "Expected counts", rows)], [picture])


def spectrum(experiment: AbstractExperiment, counts: Counts) -> Panel:
    """The seen spectrum per unit of its axis, by flavour and background; a second observable is summed over."""
    edges, unit = counts.seen.shown(), counts.seen.dimension.unit
    parts: dict[str, np.ndarray] = {}
    for background in counts.backgrounds:
        seen = np.asarray(counts.along_seen(background.values.sum(axis=0)))
        parts["background"] = parts.get("background", 0.0) + seen / np.diff(edges)
    for channel in counts.channels:
        for flavour, values in zip(FLAVOURS, np.asarray(counts.along_seen(channel.values.sum(axis=1))), strict=True):
            if values.sum() > 0:
                label = LATEX[flavour]
                parts[label] = parts.get(label, 0.0) + values / np.diff(edges)
    x_label = f"recoil energy ({unit})" if unit == "keV" else f"observable ({unit})".replace(" ()", "")
    title = experiment.title or experiment.name
    return Panel(title, edges, parts, x_label, f"events per {unit}" if unit else "events")
