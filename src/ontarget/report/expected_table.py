"""Expected counts as plain data: the JSON of ``ontarget expect``, and tables of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.counts import ChannelCounts, Counts
from ontarget.ground.units import year
from ontarget.matter.flavour import FLAVOURS
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


def expectation(experiment: AbstractExperiment, counts: Counts | None = None) -> dict[str, Any]:
    """Expected counts of an experiment as plain data; numbers of events, axes in the units they name.

    A second observable is summed over.
    """
    counts = experiment.expected() if counts is None else counts
    years = float(experiment.exposure.calendar(experiment.facility)) / year
    return {
        "experiment": experiment.name,
        "exposure": exposure_text(experiment),
        "channels": {channel.name: channel_data(channel, counts, years) for channel in counts.channels},
        "backgrounds": {
            background.name: {
                "total": float(background.values.sum()),
                "total_per_year": float(background.values.sum()) / years,
                "tag": axis_data(counts.tag),
                "seen": axis_data(counts.seen),
                "counts": np.asarray(counts.along_seen(background.values)).tolist(),
            }
            for background in counts.backgrounds
        },
    }


def channel_data(channel: ChannelCounts, counts: Counts, years: float) -> dict[str, Any]:
    """One channel as plain data."""
    by_flavour = np.asarray(channel.values.sum(axis=(1, 2)))
    outside, interactions = float(channel.outside.sum()), float(channel.interactions.sum())
    return {
        "total": float(by_flavour.sum()),
        "total_per_year": float(by_flavour.sum()) / years,
        "by_flavour": {name: float(n) for name, n in zip(FLAVOURS, by_flavour, strict=True) if n > 0},
        "outside": outside if outside > 1e-12 * interactions else 0.0,  # less is rounding of the sums
        "interactions": interactions,
        "tag": axis_data(counts.tag),
        "seen": axis_data(counts.seen),
        "counts": np.asarray(counts.along_seen(channel.values.sum(axis=0))).tolist(),
    }


def expectation_rows(experiment: AbstractExperiment, counts: Counts) -> list[dict[str, Any]]:
    """One row per channel and background: what is expected in total and per year."""
    data = expectation(experiment, counts)
    rows = []
    for kind, parts in (("signal", data["channels"]), ("background", data["backgrounds"])):
        for name, part in parts.items():
            row = {"experiment": experiment.name, "exposure": data["exposure"], "kind": kind, "name": name}
            row |= {"total": part["total"], "per year": part["total_per_year"]}
            row |= {flavour: part.get("by_flavour", {}).get(flavour) for flavour in ("nu_mu", "nu_e", "nubar_mu")}
            rows.append(row | {"outside": part.get("outside")})
    return rows


def bin_rows(counts: Counts) -> list[dict[str, Any]]:
    """One row per tag and seen bin: edges, every channel and background, and their sum.

    A second observable is summed over.
    """
    seen, tag = counts.seen.shown(), None if counts.tag is None else counts.tag.shown()
    parts = {part.name: np.asarray(counts.along_seen(part.values.sum(axis=0))) for part in counts.channels}
    parts |= {part.name: np.asarray(counts.along_seen(part.values)) for part in counts.backgrounds}
    total, rows = np.asarray(counts.along_seen(counts.total())), []
    for k, o in np.ndindex(*total.shape):
        row: dict[str, Any] = {} if tag is None else {"tag low": tag[k], "tag high": tag[k + 1]}
        row |= {"seen low": seen[o], "seen high": seen[o + 1]}
        row |= {name: float(values[k, o]) for name, values in parts.items()}
        rows.append(row | {"total": float(total[k, o])})
    return rows
