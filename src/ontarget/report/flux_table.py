"""The flux of a simulation as tables: by flavour, by node, and by what each neutrino came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ontarget.analysis.facility.flux_summary import ComponentFlux, FlavourFlux, node_widths
from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.flux import Flux

Row = dict[str, Any]


def flavour_rows(found: Sequence[FlavourFlux]) -> list[Row]:
    """What a terminal shows, by flavour: the fluence, its mean energy, and the largest error of a node that matters."""
    return [
        {
            "flavour": one.flavour,
            "neutrinos per m2 and proton": one.fluence,
            "mean energy (GeV)": one.mean_energy,
            "largest error of a node (%)": None if one.largest_error is None else 100 * one.largest_error,
        }
        for one in found
    ]


def flux_rows(flux: Flux, tag: AbstractAxis | None) -> list[Row]:
    """Flavour, energy and bin of the tag: neutrinos per area of the whole face, per proton and per energy."""
    width = node_widths(np.asarray(flux.energy))
    values = np.asarray(flux.values.sum(axis=2)) / width[:, None] * m**2 * GeV
    error = np.asarray(flux.error) / width[:, None] * m**2 * GeV
    return [
        {
            "flavour": flavour,
            "energy_GeV": float(energy / GeV),
            **bounds,
            "flux_per_m2_proton_GeV": float(values[row, node, place]),
            "error": float(error[row, node, place]),
        }
        for row, flavour in enumerate(FLAVOURS)
        if values[row].any()
        for node, energy in enumerate(np.asarray(flux.energy))
        for place, bounds in _bins(tag)
    ]


def component_rows(found: Sequence[ComponentFlux]) -> list[Row]:
    """One row per origin and node: neutrinos per area, proton and energy, in all bins of the tag together."""
    return [
        {
            "component": one.label,
            "flavour": one.flavour,
            "energy_GeV": float(energy),
            "flux_per_m2_proton_GeV": float(one.flux[node]),
            "error": float(one.error[node]),
        }
        for one in found
        for node, energy in enumerate(one.energy)
    ]


def _bins(tag: AbstractAxis | None) -> Iterator[tuple[int, Row]]:
    """Bins with their bounds as columns; the last holds what is outside, and has none."""
    if tag is None:
        yield 0, {}
        return
    edges, unit = tag.shown().tolist(), tag.dimension.unit
    for place in range(tag.bins):
        yield place, {f"from_{unit}": edges[place], f"to_{unit}": edges[place + 1]}
    yield tag.bins, {f"from_{unit}": None, f"to_{unit}": None}
