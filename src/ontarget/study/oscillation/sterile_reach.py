"""Reach of several detectors at one stopped-pion source for neutrinos that become sterile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ontarget.analysis.sterile_counts import DisappearanceTemplates
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import MassSquared, Number, quantity, static
from ontarget.ground.units import eV
from ontarget.plot import Curve, Figure, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.oscillation.disappearance import Disappearance, discovered, excluded, tag_of, vanished
from ontarget.study.task import AbstractTask, check_points

SHOWN = (0.3, 1.0, 3.0, 10.0, 30.0)  # eV2
PEAK = 3.0
"""A limit is called blind where it is this much worse than the best on either side."""


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
    discovery_level: Number = quantity(default=0.99999942669)

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
        splittings = np.geomspace(float(self.lowest), float(self.highest), self.points)
        found, shown = vanished(context, splittings), splittings / eV**2
        exclusion, discovery, rows = {}, {}, []
        for search in self.searches:
            grams = search.grams(context.listed(), found, search.parts(), float(self.background))
            errors = float(self.normalisation), float(search.uncorrelated)
            excluding, discovering = (float(one) for one in (self.level, self.discovery_level))
            exclusion[search.name] = excluded(grams, *errors, excluding)
            discovery[search.name] = discovered(grams, *errors, discovering)
            limits = points(shown, exclusion[search.name], discovery[search.name])
            rows.append(summary(search, context, found) | limits)
        percent = f"{100 * float(self.level):.4g} % CL, two degrees of freedom"
        blind = self.blinded(shown, exclusion)
        tables = [
            Table("sterile_reach", f"Smallest sin² 2θ excluded ({percent}), and discovered", rows),
            Table("sterile_blind", "Where rates alone are blind, and what distances restore", blind),
            Table("sterile_exclusion", f"Excluded sin² 2θ by splitting, {percent}", by_splitting(shown, exclusion)),
            Table("sterile_discovery", "Discovered sin² 2θ by splitting", by_splitting(shown, discovery)),
        ]
        pictures = self.pictures(shown, exclusion, discovery, percent)
        return Section("Neutrinos that become sterile", TEXT, tables, pictures)

    def pictures(
        self, shown: np.ndarray, exclusion: Mapping[str, np.ndarray], discovery: Mapping[str, np.ndarray], percent: str
    ) -> list[Picture]:
        """One figure per group, and one of what is discovered."""
        pictures = []
        for i, (title, names) in enumerate((self.groups or {"all": tuple(exclusion)}).items()):
            figure = drawn({name: exclusion[name] for name in names}, shown)
            caption = f"{title}: what is excluded to the right of each line, {percent}."
            pictures.append(Picture(f"sterile_reach_{i}", caption, figure))
        if self.discovery:
            both = {f"{name}, exclusion": exclusion[name] for name in self.discovery}
            both |= {f"{name}, discovery": discovery[name] for name in self.discovery}
            caption = f"Exclusion ({percent}) and discovery (confidence {float(self.discovery_level):.8g}, likewise)."
            pictures.append(Picture("sterile_discovery", caption, drawn(both, shown)))
        return pictures

    def blinded(self, shown: np.ndarray, limits: Mapping[str, np.ndarray]) -> list[dict[str, object]]:
        """The peaks of each limit by rate, with the limit beside it."""
        rows = []
        for rate, apart in self.blind.items():
            for i in peaks(limits[rate]):
                rows.append(
                    {
                        "search": rate,
                        "dm2 (eV2)": float(shown[i]),
                        "by rate": float(limits[rate][i]),
                        "by distance": float(limits[apart][i]),
                    }
                )
        return rows


TEXT = (
    "Asimov sensitivity. Counts are those of the chain, with paths averaged over the volume; each bin has background "
    "in proportion to its signal; all detectors share one normalisation. How the rate falls along a detector is taken "
    "as known, and so are the ratios of detectors and windows, but for the uncorrelated errors that a search states."
)


def summary(search: Disappearance, context: Context, found: Sequence[DisappearanceTemplates]) -> dict[str, object]:
    """What a search counts in each detector."""
    row: dict[str, object] = {"search": search.name}
    for name, experiment, one in zip(context.experiments, context.listed(), found, strict=True):
        steady = search.counts(tag_of(experiment), np.asarray(one.steady), search.counted)
        row[f"signal, {name}"] = float(steady.sum())
    return row | {"uncorrelated (%)": 100 * float(search.uncorrelated)}


def points(shown: np.ndarray, exclusion: np.ndarray, discovery: np.ndarray) -> dict[str, float]:
    """Limits at a few splittings, and the least of all."""
    found = {}
    for one in SHOWN:
        if shown[0] <= one <= shown[-1]:
            found[f"excluded at {one:g} eV2"] = between(shown, exclusion, one)
    found["least excluded"] = float(exclusion.min())
    found["dm2 there (eV2)"] = float(shown[exclusion.argmin()])
    for one in SHOWN:
        if shown[0] <= one <= shown[-1]:
            found[f"discovered at {one:g} eV2"] = between(shown, discovery, one)
    return found


def between(shown: np.ndarray, limit: np.ndarray, at: float) -> float:
    """A limit between two splittings."""
    return float(np.exp(np.interp(np.log(at), np.log(shown), np.log(limit))))


def by_splitting(shown: np.ndarray, limits: Mapping[str, np.ndarray]) -> list[dict[str, float]]:
    """One row per splitting."""
    return [
        {"dm2 (eV2)": float(x)} | {name: float(one[i]) for name, one in limits.items()} for i, x in enumerate(shown)
    ]


def peaks(limit: np.ndarray) -> list[int]:
    """Where a limit is at its worst between two splittings at which it is better by a factor of `PEAK`."""
    found = []
    for i in range(1, len(limit) - 1):
        if not (limit[i] >= limit[i - 1] and limit[i] > limit[i + 1]):
            continue
        higher = np.flatnonzero(limit > limit[i])
        left, right = higher[higher < i], higher[higher > i]
        low = limit[(left[-1] if len(left) else 0) : i].min()
        high = limit[i : (right[0] if len(right) else len(limit))].min()
        if limit[i] > PEAK * max(low, high):
            found.append(i)
    return found


def drawn(limits: Mapping[str, np.ndarray], shown: np.ndarray) -> Figure:
    """Limits against splittings, as is usual: the amplitude across."""
    curves = [Curve(name, limit, shown) for name, limit in limits.items()]
    return curves_figure(curves, [], "sin² 2θ, active to sterile", "Δm² (eV²)", "log", "log")
