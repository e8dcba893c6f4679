"""Expected counts of every experiment of a study, with the spectra that are seen."""

from __future__ import annotations

from collections.abc import Sequence

from ontarget.analysis.facility.expectation import Expectation, expected_counts
from ontarget.ground.noun import static
from ontarget.matter.flavour import FLAVOURS, LATEX
from ontarget.plot import Panel, panels_figure
from ontarget.report.digits import text_of
from ontarget.report.expected_table import expectation_rows, exposure_text, flavours_of
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, prefixed


class Expect(AbstractTask):
    """Expected counts of every experiment, with the spectrum that is seen; `key` stands before the names of both."""

    key: str = static(default="")

    def run(self, context: Context) -> Section:
        every = context.each(context.counts, context.experiments)
        found = [expected_counts(*pair) for pair in zip(context.nouns(), every, strict=True)]
        flavours = flavours_of(found)
        rows = [row for one in found for row in expectation_rows(one, flavours)]
        text = "Counts over the exposure and per calendar year, by the flavour that interacts."
        if any(one.backgrounds for one in found):
            text += " Backgrounds given as rates count in live time (while the beam runs) times their duty."
        table = Table(prefixed(self.key, "expected"), "Expected counts", rows)
        return Section("Expected counts", text, [table], [picture(self.key, found)], headline=headline(found))


def headline(found: Sequence[Expectation]) -> list[Headline]:
    """The signal of each experiment in its whole exposure, and what comes beside it."""
    made = []
    for one in found:
        experiment, background = one.experiment, sum(each.total for each in one.backgrounds)
        label = f"{experiment.title or experiment.name} [{experiment.name}], {exposure_text(experiment)}"
        signal = sum(each.total for each in one.channels) + sum(each.total for each in one.leptons)
        note = f"background {text_of(background)}" if one.backgrounds else ""
        made.append(Headline(label, signal, unit="events", note=note))
    return made


def picture(key: str, found: Sequence[Expectation]) -> Picture:
    """The spectrum of each experiment."""
    figure = panels_figure([panel(one) for one in found])
    return Picture(prefixed(key, "spectra"), "Expected spectra over the whole exposure, stacked.", figure)


def panel(found: Expectation) -> Panel:
    """The seen spectrum per unit of its axis, by flavour or decay mode, on all backgrounds together."""
    unit = found.seen.dimension.unit
    parts = {"background": found.background_spectrum()} if found.backgrounds else {}
    for flavour, values in zip(FLAVOURS, found.spectra(), strict=True):
        if values.sum() > 0:
            parts[LATEX[flavour]] = values
    parts |= found.lepton_spectra()
    x_label = f"recoil energy ({unit})" if unit == "keV" else f"observable ({unit})".replace(" ()", "")
    title = found.experiment.title or found.experiment.name
    return Panel(title, found.seen.shown(), parts, x_label, f"events per {unit}" if unit else "events")
