"""Expected counts as plain data: the JSON of ``ontarget expect``, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ontarget.analysis.facility.expectation import Expectation
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.counts import Counts
from ontarget.ground.units import year
from ontarget.numerics.axis import AbstractAxis
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


def expectation_rows(found: Expectation) -> list[dict[str, Any]]:
    """One row per channel and background: what is expected in total and per year."""
    exposure, flavours = exposure_text(found.experiment), ("nu_mu", "nu_e", "nubar_mu")

    def row(kind: str, name: str, total: float, by_flavour: Mapping[str, float], outside: float | None) -> dict:
        return {
            "experiment": found.experiment.name,
            "exposure": exposure,
            "kind": kind,
            "name": name,
            "total": total,
            "per year": total / found.years,
            **{flavour: by_flavour.get(flavour) for flavour in flavours},
            "outside": outside,
        }

    return [
        *(row("signal", one.name, one.total, one.by_flavour, one.outside) for one in found.channels),
        *(row("signal", one.name, one.total, {}, None) for one in found.leptons),
        *(row("background", one.name, one.total, {}, None) for one in found.backgrounds),
    ]


def bin_rows(counts: Counts) -> list[dict[str, Any]]:
    """One row per tag and seen bin: edges, every channel and background, and their sum.

    A second observable is summed over.
    """
    seen, tag = counts.seen.shown(), None if counts.tag is None else counts.tag.shown()
    parts = {part.name: np.asarray(counts.along_seen(part.values.sum(axis=0))) for part in counts.channels}
    parts |= {part.name: np.asarray(counts.along_seen(part.values)) for part in counts.leptons}
    parts |= {part.name: np.asarray(counts.along_seen(part.values)) for part in counts.backgrounds}
    total, rows = np.asarray(counts.along_seen(counts.total())), []
    for k, o in np.ndindex(*total.shape):
        row: dict[str, Any] = {} if tag is None else {"tag low": tag[k], "tag high": tag[k + 1]}
        row |= {"seen low": seen[o], "seen high": seen[o + 1]}
        row |= {name: float(values[k, o]) for name, values in parts.items()}
        rows.append(row | {"total": float(total[k, o])})
    return rows
