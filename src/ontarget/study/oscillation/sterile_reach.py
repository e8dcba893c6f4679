"""Reach of several detectors at one stopped-pion source for neutrinos that become sterile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ontarget.analysis.oscillation.sterile_counts import Disappearance
from ontarget.analysis.oscillation.sterile_exclusion import (
    FIVE_SIGMA,
    DisappearanceReach,
    blind_splittings,
    sterile_reach,
)
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import MassSquared, Number, quantity, static
from ontarget.ground.units import eV
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
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

LISTED = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Splittings of which limits are listed, eV^2."""

AMPLITUDE = "sin² 2θ, active to sterile"


class SterileReach(AbstractTask):
    """The amplitude of active to sterile that each search excludes, and the one it discovers, for every splitting.

    Neutral currents see that an active neutrino is lost, and not which became which. Background is as many counts as
    the signal times a number, in every bin; the normalisation is that of all detectors together.

    Attributes
    ----------
    searches : by name
    groups : which are drawn in one figure, by its title
    discovery : the searches whose discovery is drawn
    blind : of searches by rate, those that tell distances apart and go beside them
    lowest, highest : of the splittings
    points : splittings
    normalisation : relative error, common to all detectors
    background : per signal
    level : of confidence of the exclusion
    discovery_level : of confidence of the discovery
    key : what names of tables and figures begin with
    """

    searches: tuple[Disappearance, ...]
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    discovery: tuple[str, ...] = static(default=())
    blind: Mapping[str, str] = static(converter=FrozenDict, default_factory=FrozenDict)
    lowest: MassSquared = quantity(default=0.1 * eV**2)
    highest: MassSquared = quantity(default=100 * eV**2)
    points: int = static(default=401)
    normalisation: Number = quantity(default=0.09)
    background: Number = quantity(default=1.0)
    level: Number = quantity(default=0.9)
    discovery_level: Number = quantity(default=FIVE_SIGMA)
    key: str = static(default="sterile")

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest", "normalisation")
        check_range(self, "background", 0.0)
        for field in ("level", "discovery_level"):
            check_range(self, field, 0.0, 1.0, open_low=True)
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        known = [search.name for search in self.searches]
        for search in self.searches:
            search.check(context.listed())
        named = [one for members in self.groups.values() for one in members]
        for name in (*named, *self.discovery, *self.blind, *self.blind.values()):
            if name not in known:
                raise InputError("searches", repr(name), "No search has this name.", did_you_mean(name, known))

    def run(self, context: Context) -> Section:
        result = sterile_reach(
            context.listed(),
            self.searches,
            np.geomspace(float(self.lowest), float(self.highest), self.points),
            normalisation=float(self.normalisation),
            background=float(self.background),
            level=float(self.level),
            discovery_level=float(self.discovery_level),
            progress=context.progress,
        )
        shown, percent = in_ev2(result.splittings), confidence(float(self.level))
        exclusion, discovery = by_name(result, result.excluded), by_name(result, result.discovered)
        tables = [
            Table(
                f"{self.key}_reach",
                f"Smallest sin² 2θ excluded ({percent}), and discovered",
                rows(result, list(context.experiments)),
            ),
            Table(
                f"{self.key}_blind",
                "Where rates alone are blind, and what distances restore",
                blind_rows(result, self.blind),
            ),
            Table(
                f"{self.key}_exclusion",
                f"Excluded sin² 2θ by splitting, {percent}",
                rows_by_splitting(shown, exclusion),
            ),
            Table(f"{self.key}_discovery", "Discovered sin² 2θ by splitting", rows_by_splitting(shown, discovery)),
        ]
        return Section("Neutrinos that become sterile", TEXT, tables, self.pictures(result), headline=headline(result))

    def pictures(self, result: DisappearanceReach) -> list[Picture]:
        """One figure per group of searches, and one of what is discovered."""
        shown, percent = in_ev2(result.splittings), confidence(float(self.level))
        exclusion, discovery = by_name(result, result.excluded), by_name(result, result.discovered)
        pictures = []
        for i, (title, names) in enumerate(groups_or_all(self.groups, result.searches).items()):
            figure = limits_figure(shown, {name: exclusion[name] for name in names}, AMPLITUDE)
            caption = f"{title}: what is excluded to the right of each line, {percent}."
            pictures.append(Picture(f"{self.key}_reach_{i}", caption, figure))
        if self.discovery:
            both = {f"{name}, exclusion": exclusion[name] for name in self.discovery}
            both |= {f"{name}, discovery": discovery[name] for name in self.discovery}
            caption = f"Exclusion ({percent}) and discovery (confidence {float(self.discovery_level):.8g}, likewise)."
            pictures.append(Picture(f"{self.key}_discovery", caption, limits_figure(shown, both, AMPLITUDE)))
        return pictures


def headline(result: DisappearanceReach) -> list[Headline]:
    """The smallest amplitude that each search excludes."""
    shown = in_ev2(result.splittings)
    return [
        Headline(
            f"sin² 2θ excluded, {search}",
            float(limit.min()),
            note=f"at {number_text(float(shown[limit.argmin()]))} eV2",
        )
        for search, limit in zip(result.searches, result.excluded, strict=True)
    ]


TEXT = (
    "Asimov sensitivity. Counts are those of the chain, with paths averaged over the volume; each bin has background "
    "in proportion to its signal; all detectors share one normalisation. How the rate falls along a detector is taken "
    "as known, and so are the ratios of detectors and windows, but for the uncorrelated errors that a search states."
)


def by_name(result: DisappearanceReach, limits: np.ndarray) -> dict[str, np.ndarray]:
    """Limits [splitting] by the name of the search, of limits [search splitting]."""
    return dict(zip(result.searches, limits, strict=True))


def rows(result: DisappearanceReach, names: Sequence[str]) -> list[dict[str, object]]:
    """One row per search: counts in each detector (`names`), limits at a few splittings, and the least."""
    shown, found = in_ev2(result.splittings), []
    for i, search in enumerate(result.searches):
        excluded, discovered = result.excluded[i], result.discovered[i]
        row: dict[str, object] = {"search": search}
        row |= {f"signal, {name}": float(signal) for name, signal in zip(names, result.signal[i], strict=True)}
        row["uncorrelated (%)"] = 100 * float(result.uncorrelated[i])
        row |= {f"excluded at {one:g} eV2": interpolated(shown, excluded, one) for one in within(shown, LISTED)}
        row["least excluded"] = float(excluded.min())
        row["dm2 there (eV2)"] = float(shown[excluded.argmin()])
        row |= {f"discovered at {one:g} eV2": interpolated(shown, discovered, one) for one in within(shown, LISTED)}
        found.append(row)
    return found


def blind_rows(result: DisappearanceReach, beside: Mapping[str, str]) -> list[dict[str, object]]:
    """The splittings at which a search by rate is blind, with the limit of the search that goes beside it."""
    shown, excluded = in_ev2(result.splittings), by_name(result, result.excluded)
    return [
        {
            "search": rate,
            "dm2 (eV2)": float(shown[i]),
            "by rate": float(excluded[rate][i]),
            "by distance": float(excluded[apart][i]),
        }
        for rate, apart in beside.items()
        for i in blind_splittings(excluded[rate])
    ]
