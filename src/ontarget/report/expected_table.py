"""Expected counts as plain data: the JSON of ``ontarget expect``, and tables of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.expectation import Expectation
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.ground.units import year
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis
from ontarget.report.digits import text_of
from ontarget.source.exposure import RunningTime


def exposure_text(experiment: AbstractExperiment) -> str:
    """The exposure as a user writes it."""
    exposure = experiment.exposure
    if isinstance(exposure, RunningTime):
        return f"{float(exposure.time) / year:.6g} yr"
    return f"{float(exposure.protons(experiment.facility)):.6g} POT"


def axis_data(axis: AbstractAxis | None) -> dict[str, Any] | None:
    """An axis as plain data, None where there is none."""
    if axis is None:
        return None
    return {"quantity": axis.dimension.name, "unit": axis.dimension.unit, "edges": axis.shown().tolist()}


def expectation(found: Expectation) -> dict[str, Any]:
    """Expected counts of an experiment as plain data; numbers of events, axes in the units they name.

    A second observable is summed over. Channels are what the experiment is for: interactions of neutrinos, or, for one
    that counts leptons, each decay mode of the mesons.
    """
    axes = {"tag": axis_data(found.tag), "seen": axis_data(found.seen)}
    return {
        "experiment": found.experiment.name,
        "exposure": exposure_text(found.experiment),
        "channels": {
            one.name: {
                "total": one.total,
                "total_per_year": one.total / found.years,
                "by_flavour": one.by_flavour,
                "outside": one.outside,
                "interactions": one.interactions,
                **axes,
                "counts": one.counts.sum(axis=0).tolist(),
                "counts_by_flavour": {name: one.counts[FLAVOURS.index(name)].tolist() for name in one.by_flavour},
            }
            for one in found.channels
        }
        | {
            one.name: {
                "total": one.total,
                "total_per_year": one.total / found.years,
                "by_flavour": {},
                **axes,
                "counts": one.counts.tolist(),
            }
            for one in found.leptons
        },
        "backgrounds": {
            one.name: {
                "total": one.total,
                "total_per_year": one.total / found.years,
                **axes,
                "counts": one.counts.tolist(),
            }
            for one in found.backgrounds
        },
    }


def expectation_rows(found: Expectation, flavours: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """One row per channel and background: what is expected in total and per year.

    flavours : a column for each; by default for all that occur
    """
    exposure = exposure_text(found.experiment)
    columns = flavours_of([found]) if flavours is None else flavours

    def row(kind: str, name: str, total: float, by_flavour: Mapping[str, float], outside: float | None) -> dict:
        return {
            "experiment": found.experiment.name,
            "exposure": exposure,
            "kind": kind,
            "name": name,
            "total": total,
            "per year": total / found.years,
            **{flavour: by_flavour.get(flavour) for flavour in columns},
            "outside": outside,
        }

    return [
        *(row("signal", one.name, one.total, one.by_flavour, one.outside) for one in found.channels),
        *(row("signal", one.name, one.total, {}, None) for one in found.leptons),
        *(row("background", one.name, one.total, {}, None) for one in found.backgrounds),
    ]


def flavours_of(every: Sequence[Expectation]) -> list[str]:
    """The flavours that interact in any channel of some experiments."""
    held = {flavour for found in every for one in found.channels for flavour in one.by_flavour}
    return [flavour for flavour in FLAVOURS if flavour in held]


def outside_line(found: Expectation) -> str:
    """What 'outside' means, where there is any."""
    total = sum(one.outside for one in found.channels)
    if not total:
        return ""
    axes = f"reconstructed {axis_words(found.seen)}"
    axes += "" if found.tag is None else f" or of the tag {axis_words(found.tag)}"
    return f"outside: detected, but outside the {axes}; in no other column."


def axis_words(axis: AbstractAxis) -> str:
    """The range of an axis."""
    low, high = axis.shown()[[0, -1]]
    return f"range {text_of(float(low))} to {text_of(float(high))} {axis.dimension.unit}".rstrip()


def bin_rows(found: Expectation) -> list[dict[str, Any]]:
    """One row per channel or background, flavour, and bin of tag and seen: edges in the units they name, and events.

    A second observable is summed over. Backgrounds and leptons have no flavour; without a tag there are no columns
    of it.
    """
    parts: list[tuple[str, str, str | None, np.ndarray]] = []
    for one in found.channels:
        parts += [("signal", one.name, flavour, one.counts[FLAVOURS.index(flavour)]) for flavour in one.by_flavour]
    parts += [("signal", lepton.name, None, lepton.counts) for lepton in found.leptons]
    parts += [("background", other.name, None, other.counts) for other in found.backgrounds]
    tag, seen = bounds("tag", found.tag), bounds("seen", found.seen)
    return [
        {
            "experiment": found.experiment.name,
            "kind": kind,
            "name": name,
            "flavour": flavour,
            **tag[k],
            **seen[o],
            "counts": float(counts[k, o]),
        }
        for kind, name, flavour, counts in parts
        for k, o in np.ndindex(*counts.shape)
    ]


def bounds(name: str, axis: AbstractAxis | None) -> list[dict[str, float]]:
    """The edges of every bin as columns, with their unit; of an axis that is not there, one bin without any."""
    if axis is None:
        return [{}]
    edges, unit = axis.shown().tolist(), f" ({axis.dimension.unit})" if axis.dimension.unit else ""
    return [{f"{name} low{unit}": low, f"{name} high{unit}": high} for low, high in itertools.pairwise(edges)]
