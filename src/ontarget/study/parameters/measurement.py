"""What an experiment measured: fitted counts, significance, cross-section, goodness of fit, projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, static
from ontarget.ground.units import cm
from ontarget.inference.fit import Components, Fit, Piece, fit, intervals, predicted_spread, profile
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.inference.toys import GoodnessOfFit, Significance, goodness_of_fit, significance
from ontarget.plot import Toys, distribution_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.projections import projection_pictures
from ontarget.study.task import AbstractTask
from ontarget.validation.quantity import AverageCrossSection

ONE_SIGMA = 0.6826894921370859
CROSS_SECTION = 1e-40 * cm**2


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
        if self.standard:
            context.experiment(self.standard, "standard")
        noun = context.experiment(self.experiment, "experiment")
        if noun.observed is None:
            truth = "Nothing was observed there."
            raise InputError("experiment", repr(self.experiment), truth, "Give it 'observed' counts, or leave it out.")
        for parameter in (self.strength, *self.backgrounds, *self.systematics):
            parameter.initial([noun])
        if float(self.strength.low) != 0.0:
            got, truth = f"a box from {float(self.strength.low):g}", "No signal, zero, is the null hypothesis."
            raise InputError("strength.low", got, truth, "Give 0.")

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        context.progress(f"{self.title}: events")
        events = count_events(noun, self, context)
        context.progress(f"{self.title}: cross-section")
        result = context.once(cross_section, noun, self, context)
        context.progress(f"{self.title}: {self.toys} toys")
        gof = goodness_of_fit(events.nll, events.best, self.seed, toys=self.toys)
        rows = [*events.rows(), *result.rows(), *quality_rows(gof)]
        tables = [
            Table(f"{self.key}_results", f"{self.title}: ours and published", beside(rows, self.published)),
            Table(f"{self.key}_nuisances", f"{self.title}: fitted systematics", pull_rows(result)),
        ]
        pictures = [
            *projection_pictures(noun, events.components, self.key, self.title, self.axes),
            toys_picture(gof, self.key, self.title),
        ]
        warnings = [one for one in (events.best.message, result.best.message, gof.message) if one]
        return Section(self.title, self.text, tables, pictures, warnings)


@dataclass(frozen=True)
class Events:
    """The first fit: its likelihood, best fit, components and how it rejects no signal."""

    nll: Likelihood
    best: Fit
    components: Components
    null: Significance
    prediction: tuple[float, float]

    def rows(self) -> list[dict[str, Any]]:
        """Fitted numbers of events, prediction and significance."""
        parts, rows = self.components, []
        rows.append({"quantity": "predicted signal", "value": self.prediction[0], "error": self.prediction[1]})
        for name in parts.values:
            label = f"fitted {name.replace('_', ' ')}"
            rows.append({"quantity": label, "value": parts.total(name), "error": parts.errors[name]})
        rows.append({"quantity": "observed", "value": float(np.sum(parts.observed)), "error": None})
        rows.append({"quantity": "significance", "value": self.null.sigma, "error": None})
        return rows


@dataclass(frozen=True)
class CrossSection:
    """The second fit: the strength's interval, and the flux-averaged cross-section that it scales."""

    label: str
    neutrons: float
    strength: float
    piece: Piece
    standard: float
    best: Fit
    parameters: tuple[AbstractParameter, ...]

    @property
    def value(self) -> float:
        """Measured, in 1e-40 cm2."""
        return self.strength * self.standard

    @property
    def errors(self) -> tuple[float, float]:
        """Below and above, in 1e-40 cm2."""
        return (self.strength - self.piece.low) * self.standard, (self.piece.high - self.strength) * self.standard

    def rows(self) -> list[dict[str, Any]]:
        """Measured and predicted."""
        mean = sum(self.errors) / 2
        return [
            {"quantity": "cross-section (1e-40 cm2)", "value": self.value, "error": mean},
            {"quantity": "standard cross-section (1e-40 cm2)", "value": self.standard, "error": None},
            {"quantity": "strength, all systematics", "value": self.strength, "error": mean / self.standard},
        ]


def count_events(noun: Experiment, task: Measurement, context: Context) -> Events:
    """Fit strength and backgrounds."""
    parameters = (task.strength, *task.backgrounds)
    nll = context.likelihood_of([noun], parameters)
    best = fit(nll)
    null = significance(nll, task.strength.name, 0.0)
    components = Components(noun, nll, best, task.strength.name)
    return Events(nll, best, components, null, predicted_spread(noun, task.strength, task.systematics))


def cross_section(noun: Experiment, task: Measurement, context: Context) -> CrossSection:
    """Fit strength, backgrounds and systematics."""
    parameters = (task.strength, *task.backgrounds, *task.systematics)
    nll = context.likelihood_of([noun], parameters)
    grid = np.linspace(float(task.strength.low), float(task.strength.high), 121)
    scan = profile(nll, {task.strength.name: grid})
    found = intervals(scan, ONE_SIGMA)
    model = context.experiment(task.standard, "standard") if task.standard else noun
    standard = AverageCrossSection(task.experiment).of(model) / CROSS_SECTION
    weight = np.asarray(noun.detector.material.nuclei_per_mass())
    neutrons = float(np.average(np.asarray(noun.detector.material.nuclides().N), weights=weight))
    best = scan.best
    return CrossSection(
        task.label or task.title, neutrons, best.values[task.strength.name], found.pieces[0], standard, best, parameters
    )


def quality_rows(gof: GoodnessOfFit) -> list[dict[str, Any]]:
    """Goodness of fit."""
    return [
        {"quantity": "-2 ln L at the best fit", "value": gof.observed, "error": None},
        {"quantity": "p-value of the fit, toys", "value": gof.p_value, "error": gof.error},
        {"quantity": "toys not converged", "value": float(gof.unconverged), "error": None},
    ]


def beside(rows: Sequence[dict[str, Any]], published: Mapping[str, PublishedNumber]) -> list[dict[str, Any]]:
    """Rows with the published numbers and the distance in published errors."""
    known = [row["quantity"] for row in rows]
    for name in published:
        if name not in known:
            raise InputError(
                f"published.{name}", "no quantity of ours", f"Known: {', '.join(known)}.", "Mend the name."
            )
    table = []
    for row in rows:
        other = published.get(row["quantity"])
        away = None if other is None or other.error == 0 else (row["value"] - other.value) / other.error
        shown = (None, None) if other is None else (other.value, other.error)
        table.append({**row, "published": shown[0], "published error": shown[1], "difference (sigma)": away})
    return table


def pull_rows(result: CrossSection) -> list[dict[str, Any]]:
    """Fitted value, error and pull of every parameter of the second fit."""
    rows = []
    for parameter in result.parameters:
        value = result.best.values[parameter.name]
        rows.append(
            {
                "parameter": parameter.name,
                "value": value,
                "error": finite(result.best.errors.get(parameter.name)),
                "pull": float(np.asarray(parameter.prior.pull(value))),
            }
        )
    return rows


def finite(value: float | None) -> float | None:
    """A number, or nothing where the data determine none."""
    return None if value is None or not np.isfinite(value) else value


def toys_picture(gof: GoodnessOfFit, key: str, title: str) -> Picture:
    """The distribution of the minimum among toys."""
    figure = distribution_figure([Toys("toys at the best fit", gof.toys)], gof.observed, r"$-2\,\ln L$ at the best fit")
    return Picture(f"{key}_goodness", f"{title}: goodness of fit by toys.", figure)
