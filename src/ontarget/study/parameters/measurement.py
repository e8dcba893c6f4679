"""What an experiment measured: fitted counts, significance, cross-section, goodness of fit, projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ontarget.analysis.parameters.flux_average import check_channels
from ontarget.analysis.parameters.projected_fit import projections
from ontarget.analysis.parameters.signal_strength import (
    EventCount,
    MeasuredCrossSection,
    SignalMeasurement,
    check_counted,
    measure_signal,
)
from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, static
from ontarget.ground.units import cm
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.toys import GoodnessOfFit
from ontarget.plot import Toys, distribution_figure
from ontarget.report.column import SIGMAS, Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.projections import projection_pictures
from ontarget.study.task import AbstractTask

CROSS_SECTION = 1e-40 * cm**2
"""Unit of cross-sections in tables and figures."""


class PublishedNumber(Noun):
    """A number of a paper and its error, one standard deviation."""

    value: float = static()
    error: float = static()


class Measurement(AbstractTask):
    """Fit the observed counts of one experiment in the strength of its signal.

    Twice: with the backgrounds free within what is known of them, to count events and reject the null hypothesis;
    and with all systematic errors, for the cross-section.

    Attributes
    ----------
    title, text : of the section
    key : name of tables and figures
    experiment : with observed counts
    strength : multiplies the signal; its box begins at zero, and 1 is the prediction
    backgrounds : freed in both fits
    systematics : freed in the second fit too
    published : numbers to stand beside ours, by the name of ours
    label : of its point among the cross-sections
    standard : the experiment whose average cross-section the strength multiplies; this one by default
    axes : what is seen, in words, in the order seen, second, tag
    toys : pseudo-experiments for the goodness of fit
    seed : of the toys
    """

    title: str = static()
    key: str = static()
    experiment: str = static()
    strength: AbstractParameter
    backgrounds: tuple[AbstractParameter, ...] = ()
    systematics: tuple[AbstractParameter, ...] = ()
    published: Mapping[str, PublishedNumber] = static(converter=FrozenDict, default_factory=FrozenDict)
    text: str = static(default="")
    label: str = static(default="")
    standard: str = static(default="")
    axes: tuple[str, ...] = static(default=())
    toys: int = static(default=1000)
    seed: int = static(default=1)

    def check(self, context: Context) -> None:
        experiment = context.experiment(self.experiment, "experiment")
        check_counted(experiment)
        check_channels(context.experiment(self.standard, "standard") if self.standard else experiment)
        for parameter in (self.strength, *self.backgrounds, *self.systematics):
            parameter.initial([experiment])
        if float(self.strength.low) != 0.0:
            got, truth = f"a box from {float(self.strength.low):g}", "No signal, zero, is the null hypothesis."
            raise InputError("strength.low", got, truth, "Give 0.")

    def run(self, context: Context) -> Section:
        experiment = context.experiment(self.experiment, "experiment")
        result = context.once(measured, self, context)
        found = [*event_quantities(result.events), *strength_quantities(result.cross_section)]
        found += goodness_quantities(result.goodness)
        tables = [
            Table(f"{self.key}_results", f"{self.title}: ours and published", rows(found, self.published), RESULTS),
            Table(f"{self.key}_nuisances", f"{self.title}: fitted systematics", pull_rows(result.cross_section), PULLS),
        ]
        pictures = [
            *projection_pictures(projections(experiment, result.events.components), self.key, self.title, self.axes),
            toys_picture(result.goodness, self.key, self.title),
        ]
        fits = result.events.best, result.cross_section.best, result.goodness
        said = [one.message for one in fits if one.message]
        return Section(self.title, self.text, tables, pictures, said, headline=headline(found, self.published))


RESULTS = {
    "error": Column(error_of="value"),
    "published error": Column(error_of="published"),
    "difference (sigma)": SIGMAS,
}
PULLS = {"error": Column(error_of="value"), "pull": SIGMAS}

FIRST = ("fitted cevns", "significance", "cross-section (1e-40 cm2)", "p-value of the fit, toys")
"""Quantities that come first, where they are there."""


def headline(found: Sequence[Quantity], published: Mapping[str, PublishedNumber]) -> list[Headline]:
    """Fitted signal, significance, cross-section and goodness of fit, beside what is published of them."""
    known = {one.name: one for one in found}
    signal = [one.name for one in found if one.name.startswith("fitted ")][:1]
    made = []
    for name in dict.fromkeys((*([] if FIRST[0] in known else signal), *(one for one in FIRST if one in known))):
        one, other = known[name], published.get(name)
        theirs = (None, None) if other is None else (other.value, other.error or None)
        label, unit = (name.partition(" (")[0], "1e-40 cm2") if "1e-40" in name else (name, units(name))
        made.append(Headline(label, one.value, one.error, unit, *theirs))
    return made


def units(name: str) -> str:
    """The unit of a quantity."""
    return "events" if name.startswith("fitted ") else "sigma" if name == "significance" else ""


def measured(task: Measurement, context: Context) -> SignalMeasurement:
    """What a task measures; `context.once` keeps it for all that ask."""
    return measure_signal(
        context.experiment(task.experiment, "experiment"),
        task.strength,
        task.backgrounds,
        task.systematics,
        standard=context.experiment(task.standard, "standard") if task.standard else None,
        toys=task.toys,
        seed=task.seed,
        likelihood_of=context.likelihood_of,
        progress=lambda line: context.progress(f"{task.title}: {line}"),
    )


@dataclass(frozen=True)
class Quantity:
    """One number of the table: its name, its value and, where it has one, its error."""

    name: str
    value: float
    error: float | None = None


def event_quantities(events: EventCount) -> list[Quantity]:
    """Prediction, fitted numbers of events and significance."""
    fitted = [
        Quantity(f"fitted {name.replace('_', ' ')}", number, events.errors[name])
        for name, number in events.fitted.items()
    ]
    return [
        Quantity("predicted signal", events.predicted, events.predicted_error),
        *fitted,
        Quantity("observed", events.observed),
        Quantity("significance", events.null.sigma),
    ]


def strength_quantities(found: MeasuredCrossSection) -> list[Quantity]:
    """Measured and predicted cross-section, and the strength."""
    mean, standard = found.mean_error / CROSS_SECTION, found.standard / CROSS_SECTION
    return [
        Quantity("cross-section (1e-40 cm2)", found.value / CROSS_SECTION, mean),
        Quantity("standard cross-section (1e-40 cm2)", standard),
        Quantity("strength, all systematics", found.strength, mean / standard),
    ]


def goodness_quantities(goodness: GoodnessOfFit) -> list[Quantity]:
    """Goodness of fit."""
    return [
        Quantity("-2 ln L at the best fit", goodness.observed),
        Quantity("p-value of the fit, toys", goodness.p_value, goodness.error),
        Quantity("toys not converged", float(goodness.unconverged)),
    ]


def rows(found: Sequence[Quantity], published: Mapping[str, PublishedNumber]) -> list[dict[str, Any]]:
    """One row per quantity, with the published numbers and the distance in published errors."""
    known = [one.name for one in found]
    for name in published:
        if name not in known:
            truth = f"Known: {', '.join(known)}."
            raise InputError(f"published.{name}", "no quantity of ours", truth, "Mend the name.")
    table = []
    for one in found:
        other = published.get(one.name)
        away = None if other is None or other.error == 0 else (one.value - other.value) / other.error
        ours = {"quantity": one.name, "value": one.value, "error": one.error}
        shown = (None, None) if other is None else (other.value, other.error)
        table.append({**ours, "published": shown[0], "published error": shown[1], "difference (sigma)": away})
    return table


def pull_rows(found: MeasuredCrossSection) -> list[dict[str, Any]]:
    """Fitted value, error and pull of every parameter of the second fit."""
    table = []
    for parameter in found.parameters:
        value = found.best.values[parameter.name]
        table.append(
            {
                "parameter": parameter.name,
                "value": value,
                "error": found.best.errors.get(parameter.name),
                "pull": float(np.asarray(parameter.prior.pull(value))),
            }
        )
    return table


def toys_picture(gof: GoodnessOfFit, key: str, title: str) -> Picture:
    """The distribution of the minimum among toys."""
    figure = distribution_figure([Toys("toys at the best fit", gof.toys)], gof.observed, r"$-2\,\ln L$ at the best fit")
    return Picture(f"{key}_goodness", f"{title}: goodness of fit by toys.", figure)
