"""Reach for a sterile neutrino at a short baseline: amplitude against mass splitting, tagged and untagged."""

from __future__ import annotations

from collections.abc import Mapping

import equinox as eqx
import numpy as np

from ontarget.analysis.oscillation.oscillated import channel_named, oscillation_templates
from ontarget.analysis.oscillation.sterile_limits import AmplitudeLimits, short_baseline
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import propagation_of, with_channels
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Energy, MassSquared, Noun, Number, quantity, static
from ontarget.ground.units import GeV, eV
from ontarget.propagation import Sterile31
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.source.tag import AbstractTag
from ontarget.study.context import Context
from ontarget.study.oscillation.limit_curves import (
    confidence,
    groups_or_all,
    in_ev2,
    interpolated,
    limits_figure,
    rows_by_splitting,
    within,
)
from ontarget.study.task import AbstractTask, check_points

LISTED = (1.0, 10.0, 100.0)
"""Splittings of which limits are listed, eV^2."""


class Search(Noun):
    """One channel in one experiment, and what is known beforehand of what it counts.

    Attributes
    ----------
    experiment : its name; its propagation is a `Sterile31`
    channel : one of `ontarget.analysis.oscillation.oscillated.CHANNELS`
    normalisation : relative error of flux times cross-section, all bins alike
    shape : the same in bands of seen energy, each of its own
    misidentified : muon neutrinos seen as electron neutrinos, a share of those in the same bin
    background : relative error of these
    tag : instead of the experiment's own
    """

    experiment: str = static()
    channel: str = static()
    normalisation: Number = quantity()
    shape: Number = quantity()
    misidentified: Number = quantity(default=0.0)
    background: Number = quantity(default=0.2)
    tag: AbstractTag | None = None
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "normalisation", "shape", "background")
        check_range(self, "misidentified", 0.0, 1.0)
        channel_named(self.channel)

    def tagged(self, context: Context) -> Experiment:
        """The experiment with the tag of the search, if that has one of its own."""
        found = context.experiment(self.experiment, f"searches.{self.name}.experiment")
        return found if self.tag is None else eqx.tree_at(lambda one: one.detector.tag, found, self.tag)


class ShortBaseline(AbstractTask):
    """What amplitude each search would exclude if there were no oscillation, for every mass splitting.

    Each channel has two flavours: appearance is not lessened by the disappearance that comes with it. The likelihood is
    that of Asimov data, profiled over all pulls, its level that of two degrees of freedom.

    Attributes
    ----------
    searches : by name
    groups : which are drawn in one figure, by its title
    lowest, highest : of the splittings
    band : width in seen energy of the bands of the shape error
    points : splittings
    level : of confidence
    key : what names of tables and figures begin with
    """

    searches: tuple[Search, ...]
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    lowest: MassSquared = quantity(default=0.3 * eV**2)
    highest: MassSquared = quantity(default=1e3 * eV**2)
    band: Energy = quantity(default=1 * GeV)
    points: int = static(default=29)
    level: Number = quantity(default=0.9)
    key: str = static(default="short_baseline")

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest", "band")
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        for search in self.searches:
            experiment = context.experiment(search.experiment, f"searches.{search.name}.experiment")
            with_channels(experiment, f"The search {search.name!r} counts neutrinos by flavour.")
            propagation_of(experiment, Sterile31, f"The search {search.name!r} needs a fourth neutrino.")
        names = {search.name for search in self.searches}
        for title, members in self.groups.items():
            for name in members:
                if name not in names:
                    remedy = did_you_mean(name, names)
                    raise InputError(f"groups.{title}", repr(name), "No search has this name.", remedy)

    def run(self, context: Context) -> Section:
        splittings = np.geomspace(float(self.lowest), float(self.highest), self.points)
        results = {search.name: self.limits(search, splittings, context) for search in self.searches}
        percent = confidence(float(self.level))
        limits = {name: result.excluded for name, result in results.items()}
        tables = [
            Table(
                self.key,
                f"Smallest amplitude excluded, {percent}",
                [row(search, results[search.name]) for search in self.searches],
            ),
            Table(
                f"{self.key}_curves", "Excluded amplitude by splitting", rows_by_splitting(in_ev2(splittings), limits)
            ),
        ]
        pictures = []
        for i, (title, names) in enumerate(groups_or_all(self.groups, tuple(limits)).items()):
            shown = {name: limits[name] for name in names}
            figure = limits_figure(in_ev2(splittings), shown, "sin² 2θ, effective")
            caption = f"{title}: what is excluded to the right of each line, {percent}."
            pictures.append(Picture(f"{self.key}_{i}", caption, figure))
        return Section("A tagged beam at a short baseline", TEXT, tables, pictures, headline=headline(results))

    def limits(self, search: Search, splittings: np.ndarray, context: Context) -> AmplitudeLimits:
        """What one search excludes at splittings [splitting], MeV^2; searches of the same counts share them."""
        experiment = search.tagged(context)
        context.progress(f"oscillations in {search.experiment}, {type(experiment.detector.tag).__name__}")
        templates = context.once(oscillation_templates, experiment, splittings)
        context.progress(f"{search.name}: {len(splittings)} splittings")
        return short_baseline(
            experiment,
            search.channel,
            splittings,
            normalisation=float(search.normalisation),
            shape=float(search.shape),
            misidentified=float(search.misidentified),
            background=float(search.background),
            band=float(self.band),
            level=float(self.level),
            templates=templates,
        )


def headline(results: Mapping[str, AmplitudeLimits]) -> list[Headline]:
    """The smallest amplitude that each search excludes."""
    return [
        Headline(
            f"sin² 2θ excluded, {name}",
            float(one.excluded.min()),
            note=f"at {number_text(float(in_ev2(one.splittings)[one.excluded.argmin()]))} eV2",
        )
        for name, one in results.items()
    ]


TEXT = (
    "Sensitivity without a signal. Errors of the flux times the cross-section are one normalisation and one "
    "factor for each band of reconstructed energy, so that an untagged search rests on a shape in energy within a "
    "band, and a tagged one on the place of decay as well."
)


def row(search: Search, result: AmplitudeLimits) -> dict[str, object]:
    """What a search counts, the errors that it assumes, limits at a few splittings, and the least."""
    shown = in_ev2(result.splittings)
    return {
        "search": search.name,
        "events": result.events,
        "misidentified": result.misidentified,
        "normalisation (%)": 100 * float(search.normalisation),
        "shape (%)": 100 * float(search.shape),
        **{f"at {one:g} eV2": interpolated(shown, result.excluded, one) for one in within(shown, LISTED)},
        "smallest": float(result.excluded.min()),
        "dm2 there (eV2)": float(shown[result.excluded.argmin()]),
    }
