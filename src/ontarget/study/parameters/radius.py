"""How well each target measures the radius of its neutron density."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ontarget.analysis.parameters.nuclear_radius import NeutronRadius, free_radius, neutron_radius
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import fm
from ontarget.inference.likelihood import Parameter
from ontarget.plot import Figure, Interval, intervals_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import check_targets
from ontarget.study.task import AbstractTask, check_points


class Radius(AbstractTask):
    """Interval of the neutron rms radius of each experiment's target, one skin for all its isotopes.

    Attributes
    ----------
    title, text : of the section
    key : name of the table and the figure
    level : confidence level, one degree of freedom
    points : of the grid over the radius
    low, high : ends of the grid, over the default radius
    """

    title: str = static()
    key: str = static()
    text: str = static(default="")
    level: Number = quantity(default=0.6827)
    points: int = static(default=161)
    low: Number = quantity(default=0.6)
    high: Number = quantity(default=1.4)

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 11, 100_001)

    def free(self, experiment: Experiment) -> Parameter:
        """The parameter: one skin of all isotopes."""
        return free_radius(experiment, float(self.low), float(self.high))

    def check(self, context: Context) -> None:
        for name, experiment in zip(context.experiments, context.listed(), strict=True):
            check_targets([self.free(experiment)], {name: (name,)}, context)

    def run(self, context: Context) -> Section:
        def measure(name: str) -> NeutronRadius:
            context.progress(f"{self.title}: {context.label(name)}")
            return neutron_radius(
                context.experiment(name, "experiments"),
                context.nuisances([name]),
                level=float(self.level),
                low=float(self.low),
                high=float(self.high),
                points=self.points,
                likelihood_of=context.likelihood_of,
            )

        names = list(context.experiments)
        found = dict(zip(names, context.each(measure, names), strict=True))
        labels = {name: context.label(name) for name in names}
        level = f"{100 * float(self.level):.4g} % CL"
        table = Table(self.key, f"{self.title}, {level}", rows(found), ENDS)
        picture = Picture(self.key, f"{self.title}: allowed change of the radius at {level}.", figure(found, labels))
        warnings = [f"{labels[name]}: {one.scale.message}" for name, one in found.items() if one.scale.message]
        return Section(self.title, self.text, [table], [picture], warnings, headline=headline(found, labels))


ENDS = {"low (fm)": Column(end_of="mean neutron radius (fm)"), "high (fm)": Column(end_of="mean neutron radius (fm)")}


def headline(found: Mapping[str, NeutronRadius], labels: Mapping[str, str]) -> list[Headline]:
    """The mean radius of each target, and the half of the first allowed range as its error."""
    return [
        Headline(
            f"neutron radius, {labels[name]}",
            one.default / fm,
            None if one.relative_errors[0] is None else one.relative_errors[0] * one.default / fm,
            "fm",
            note="the range reaches the end of the grid" if one.relative_errors[0] is None else "",
        )
        for name, one in found.items()
    ]


def rows(found: Mapping[str, NeutronRadius]) -> list[dict[str, Any]]:
    """One row per allowed range of each experiment."""
    return [
        {
            "experiment": name,
            "mean neutron radius (fm)": one.default / fm,
            "low (fm)": low / fm,
            "high (fm)": high / fm,
            "error (%)": None if error is None else 100 * error,
            "reaches end of grid": error is None,
        }
        for name, one in found.items()
        for (low, high), error in zip(one.pieces, one.relative_errors, strict=True)
    ]


def figure(found: Mapping[str, NeutronRadius], labels: Mapping[str, str]) -> Figure:
    """The allowed ranges of each experiment as bars, in per cent of the default radius."""
    bars = []
    for name, one in found.items():
        pieces = [(100 * (piece.low - 1), 100 * (piece.high - 1)) for piece in one.scale.pieces]
        ends = any(piece.open_low for piece in one.scale.pieces), any(piece.open_high for piece in one.scale.pieces)
        group = f"{labels[name]} ({one.default / fm:.2f} fm)"
        bars.append(Interval("rms radius of the neutron density", group, pieces, *ends))
    return intervals_figure(bars, "deviation from the default radius (%)")
