"""Charged-current events of a decay tunnel by origin, beside published numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ontarget.analysis.beam_flux import BeamFlux
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.report.section import Section, Table
from ontarget.source.origin import Origin
from ontarget.study.beam.beam_flux import beam_flux
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class PublishedEvents(Noun):
    """A published number of events, and which of ours it is read as.

    Attributes
    ----------
    events : as published
    neutrino : flavour
    parent, mode, region : only these; all if left out
    """

    events: Number = quantity()
    neutrino: str = static()
    parent: str = static(default="")
    mode: str = static(default="")
    region: str = static(default="")
    name: str = static(default="")

    def of(self, found: BeamFlux) -> float:
        """The same number of ours."""
        wanted = {key: value for key in ("neutrino", "parent", "mode", "region") if (value := getattr(self, key))}
        return float(found.events[found.rows(**wanted)].sum())


class BeamEvents(AbstractTask):
    """Events in the whole exposure, by origin; and published ones beside ours.

    Attributes
    ----------
    experiments : names; all of the study if left out
    precision : relative statistical error of the flux in every node that matters
    published : numbers to be compared, by name
    """

    experiments: tuple[str, ...] = static(default=())
    precision: Number = quantity(default=0.01)
    published: tuple[PublishedEvents, ...] = ()

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        for name in self.experiments:
            context.experiment(name, "experiments")

    def run(self, context: Context) -> Section:
        names = self.experiments or tuple(context.experiments)
        found = {name: beam_flux(context, name, float(self.precision)) for name in names}
        compared = [
            {"quantity": one.name, "published": float(one.events)}
            | {key: value for name in names for key, value in beside(name, one, found[name]).items()}
            for one in self.published
        ]
        tables = [Table("beam_events", "Events by origin", event_rows(found))]
        if compared:
            tables.insert(0, Table("beam_events_published", "Published events, and ours", compared))
        text = (
            "Charged-current events in the whole exposure, the flux averaged over the volume of each detector. "
            "Published numbers are read as the sums that their names say."
        )
        return Section("Events", text, tables)


def beside(name: str, published: PublishedEvents, found: BeamFlux) -> dict[str, float]:
    """Ours, and the ratio."""
    ours = published.of(found)
    return {name: ours, f"{name} / published": ours / float(published.events)}


def event_rows(found: dict[str, BeamFlux]) -> list[dict[str, object]]:
    """One row per experiment, flavour, parent and region, modes apart."""
    rows: list[dict[str, object]] = []
    for name, one in found.items():
        for key in dict.fromkeys(_key(origin) for origin in one.origins):
            same: Sequence[int] = [i for i, origin in enumerate(one.origins) if _key(origin) == key]
            events = one.events[np.array(same)].sum(axis=(0, 2))
            total = events.sum()
            neutrino, parent, followed, mode, region = key
            row = {"experiment": name, "neutrino": neutrino, "parent": parent, "followed": followed, "mode": mode}
            mean = float((one.energy * events).sum() / total) if total else None
            rows.append(row | {"region": region, "events": float(total), "mean energy (GeV)": mean})
    return rows


def _key(origin: Origin) -> tuple[str, str, str, str, str]:
    return origin.neutrino, origin.parent, " > ".join(origin.followed), origin.mode, origin.region
