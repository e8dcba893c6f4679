"""Charged-current events of a decay tunnel by origin, beside published numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ontarget.analysis.beam.beam_flux import counting_at_a_tunnel, simulated_flux
from ontarget.analysis.beam.by_origin import OriginEvents, beam_events
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table
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

    def of(self, found: OriginEvents) -> float:
        """The same number of ours."""
        wanted = {key: value for key in ("neutrino", "parent", "mode", "region") if (value := getattr(self, key))}
        return found.total(**wanted)


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
    key: str = static(default="beam_events")

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        for experiment in context.listed(self.experiments or None):
            counting_at_a_tunnel(experiment)

    def run(self, context: Context) -> Section:
        precision, found = float(self.precision), {}
        for name in self.experiments or context.experiments:
            experiment = context.experiment(name, "experiments")
            flux = context.once(simulated_flux, experiment, precision, context.progress)
            found[name] = beam_events(experiment, precision, flux)
        tables = [Table(self.key, "Events by origin", event_rows(found))]
        if self.published:
            compared, columns = published_rows(self.published, found), dict.fromkeys(found, Column(like="published"))
            tables.insert(0, Table(f"{self.key}_published", "Published events, and ours", compared, columns))
        text = (
            "Charged-current events in the whole exposure, the flux averaged over the volume of each detector. "
            "Published numbers are read as the sums that their names say."
        )
        return Section("Events", text, tables, headline=headline(self.published, found))


def headline(published: Sequence[PublishedEvents], found: Mapping[str, OriginEvents]) -> list[Headline]:
    """Published numbers with ours of the first experiment; without any, all events of each flavour."""
    name, events = next(iter(found.items()))
    if published:
        return [
            Headline(f"{one.name} [{name}]", one.of(events), unit="events", published=float(one.events))
            for one in published
        ]
    flavours = dict.fromkeys(origin.neutrino for origin in events.origins)
    return [Headline(f"{one} [{name}]", events.total(neutrino=one), unit="events") for one in flavours]


def published_rows(published: Sequence[PublishedEvents], found: Mapping[str, OriginEvents]) -> list[dict[str, object]]:
    """One row per published number: it, and for each experiment ours and the ratio."""
    rows: list[dict[str, object]] = []
    for one in published:
        row: dict[str, object] = {"quantity": one.name, "published": float(one.events)}
        for name, events in found.items():
            ours = one.of(events)
            row |= {name: ours, f"{name} / published": ours / float(one.events)}
        rows.append(row)
    return rows


def event_rows(found: Mapping[str, OriginEvents]) -> list[dict[str, object]]:
    """One row per experiment, flavour, parent and region, modes apart."""
    return [
        {
            "experiment": name,
            "neutrino": origin.neutrino,
            "parent": origin.parent,
            "followed": " > ".join(origin.followed),
            "mode": origin.mode,
            "region": origin.region,
            "events": float(events),
            "mean energy (GeV)": float(mean) if np.isfinite(mean) else None,
        }
        for name, one in found.items()
        for origin, events, mean in zip(one.origins, one.events, one.mean_energy, strict=True)
    ]
