"""The flux of a simulation as tables: by flavour, by node, and by what each neutrino came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.decay_tunnel import matters
from ontarget.source.flux import Flux
from ontarget.source.simulation import Simulation

Row = dict[str, Any]


def flavour_rows(flux: Flux) -> list[Row]:
    """What a terminal shows, by flavour: the fluence, its mean energy, and the largest error of a node that matters.

    A flavour of which less than a thousandth is made has no such node, and no error here.
    """
    energy, values = np.asarray(flux.energy) / GeV, np.asarray(flux.values).sum(axis=(2, 3)) * m**2
    error, held = np.sqrt((np.asarray(flux.error) ** 2).sum(axis=2)) * m**2, matters(values)
    return [
        {
            "flavour": flavour,
            "neutrinos per m2 and proton": float(values[row].sum()),
            "mean energy (GeV)": float(values[row] @ energy / values[row].sum()),
            "largest error of a node (%)": _worst(values[row][held[row]], error[row][held[row]]),
        }
        for row, flavour in enumerate(FLAVOURS)
        if values[row].any()
    ]


def _worst(values: Float[np.ndarray, " node"], error: Float[np.ndarray, " node"]) -> float | None:
    return float(100 * (error / values).max()) if len(values) else None


def flux_rows(flux: Flux, tag: AbstractAxis | None) -> list[Row]:
    """Flavour, energy and bin of the tag: neutrinos per area of the whole face, per proton and per energy."""
    width = cells(np.asarray(flux.energy))
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


def component_rows(simulation: Simulation) -> list[Row]:
    """The same by what the neutrino came from, bins of the tag and paths summed."""
    energies = np.asarray(simulation.grid.energy)
    width, found = cells(energies), by_label(simulation)
    return [
        {
            "component": label,
            "flavour": flavour,
            "energy_GeV": float(energy / GeV),
            "flux_per_m2_proton_GeV": float(values[node] / width[node] * m**2 * GeV),
            "error": float(np.sqrt(variance[node]) / width[node] * m**2 * GeV),
        }
        for label, (flavour, values, variance) in found.items()
        for node, energy in enumerate(energies)
    ]


def by_label(simulation: Simulation) -> Mapping[str, tuple[str, np.ndarray, np.ndarray]]:
    """Flavour, mean and variance [energy] of each component; ways of one label are added."""
    found: dict[str, tuple[str, np.ndarray, np.ndarray]] = {}
    for component, tally in zip(simulation.components, simulation.tallies, strict=True):
        means, variances = tally.mean().sum(axis=(2, 3)), tally.variance().sum(axis=2)
        for label, flavour, mean, variance in zip(component.labels, component.neutrinos, means, variances, strict=True):
            _, values, squares = found.get(label, (flavour, 0.0, 0.0))
            found[label] = flavour, values + mean, squares + variance
    return found


def cells(nodes: Float[np.ndarray, " node"]) -> Float[np.ndarray, " node"]:
    """What each node stands for: half of the way to its neighbours, the integral of its hat function."""
    gaps = np.diff(nodes)
    return (np.append(gaps, 0.0) + np.insert(gaps, 0, 0.0)) / 2


def _bins(tag: AbstractAxis | None) -> Iterator[tuple[int, Row]]:
    """Bins with their bounds as columns; the last holds what is outside, and has none."""
    if tag is None:
        yield 0, {}
        return
    edges, unit = tag.shown().tolist(), tag.dimension.unit
    for place in range(tag.bins):
        yield place, {f"from_{unit}": edges[place], f"to_{unit}": edges[place + 1]}
    yield tag.bins, {f"from_{unit}": None, f"to_{unit}": None}
