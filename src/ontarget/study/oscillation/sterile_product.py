"""What the disappearance of muon and of electron neutrinos says together of one becoming the other."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.oscillation.sterile_counts import Disappearance
from ontarget.analysis.oscillation.sterile_exclusion import AppearanceReach, sterile_product
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import MassSquared, Number, quantity, static
from ontarget.ground.units import eV
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.oscillation.limit_curves import (
    confidence,
    in_ev2,
    interpolated,
    limits_figure,
    rows_by_splitting,
    within,
)
from ontarget.study.oscillation.sterile_reach import LISTED
from ontarget.study.task import AbstractTask, check_points


class SterileProduct(AbstractTask):
    """The amplitude of muon to electron neutrinos that is excluded through what both lose, for every splitting.

    How the product is profiled over the ratio of both mixings is said at `ontarget.analysis.sterile_product`.

    Attributes
    ----------
    searches : by name; each uses windows in which both families are counted. What they let oscillate is not asked
    lowest, highest : of the splittings
    points : splittings
    normalisation : relative error, common to all detectors
    background : per signal
    level : of confidence
    key : what names of tables and figures begin with
    """

    searches: tuple[Disappearance, ...]
    lowest: MassSquared = quantity(default=0.1 * eV**2)
    highest: MassSquared = quantity(default=100 * eV**2)
    points: int = static(default=151)
    normalisation: Number = quantity(default=0.09)
    background: Number = quantity(default=1.0)
    level: Number = quantity(default=0.9)
    key: str = static(default="sterile_product")

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest", "normalisation")
        check_range(self, "background", 0.0)
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        for search in self.searches:
            search.check(context.listed())

    def run(self, context: Context) -> Section:
        result = sterile_product(
            context.listed(),
            self.searches,
            np.geomspace(float(self.lowest), float(self.highest), self.points),
            normalisation=float(self.normalisation),
            background=float(self.background),
            level=float(self.level),
            progress=context.progress,
        )
        shown, percent = in_ev2(result.splittings), confidence(float(self.level))
        limits = dict(zip(result.searches, result.appearance, strict=True))
        tables = [
            Table(self.key, f"Excluded sin² 2θ, {percent}", rows(result)),
            Table(
                f"{self.key}_curves",
                f"Excluded sin² 2θ, muon to electron, {percent}",
                rows_by_splitting(shown, limits),
            ),
        ]
        caption = f"Muon to electron neutrinos, through what both lose: excluded to the right of each line, {percent}."
        figure = limits_figure(shown, limits, "sin² 2θ, muon to electron")
        pictures = [Picture(self.key, caption, figure)]
        return Section("Muon to electron neutrinos", TEXT, tables, pictures, headline=headline(result))


def headline(result: AppearanceReach) -> list[Headline]:
    """The smallest amplitude of muon to electron neutrinos that each search excludes."""
    shown = in_ev2(result.splittings)
    return [
        Headline(
            f"sin² 2θ excluded, {search}",
            float(limit.min()),
            note=f"at {number_text(float(shown[limit.argmin()]))} eV2",
        )
        for search, limit in zip(result.searches, result.appearance, strict=True)
    ]


TEXT = (
    "Prompt neutrinos measure the mixing of the muon's neutrino, delayed ones that and the electron's. Their "
    "product is that of an appearance, which is nowhere looked for here. The fourth mass is at least half "
    "sterile. Without uncorrelated errors the ratio of delayed to prompt counts is taken as known."
)


def rows(result: AppearanceReach) -> list[dict[str, object]]:
    """One row per search and splitting of `LISTED`."""
    shown = in_ev2(result.splittings)
    return [
        {
            "search": search,
            "dm2 (eV2)": at,
            "muon to sterile alone": interpolated(shown, result.muon[i], at),
            "electron to sterile alone": interpolated(shown, result.electron[i], at),
            "muon to electron": interpolated(shown, result.appearance[i], at),
        }
        for i, search in enumerate(result.searches)
        for at in within(shown, LISTED)
    ]
