"""The flux of a beam in a few numbers: by flavour, and by what each neutrino came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.flux import Flux
from ontarget.source.tunnel.decay_tunnel import matters
from ontarget.source.tunnel.simulation import Simulation


@dataclass(frozen=True)
class FlavourFlux:
    """Neutrinos of one flavour at all energies.

    Attributes
    ----------
    flavour : its name
    fluence : neutrinos per m² and proton
    mean_energy : GeV
    largest_error : relative statistical error of the worst node that matters; None for a flavour of which less than a
        thousandth is made, and where no rays were drawn
    """

    flavour: str
    fluence: float
    mean_energy: float
    largest_error: float | None


@dataclass(frozen=True)
class ComponentFlux:
    """Neutrinos of one origin, all bins of the tag and all paths together.

    Attributes
    ----------
    label, flavour : where they are from, and what they are
    energy : [energy] nodes, GeV
    flux, error : [energy] per m², proton and GeV, with its statistical standard deviation
    """

    label: str
    flavour: str
    energy: Float[np.ndarray, " energy"]
    flux: Float[np.ndarray, " energy"]
    error: Float[np.ndarray, " energy"]


def flux_by_flavour(flux: Flux) -> tuple[FlavourFlux, ...]:
    """Fluence, mean energy and statistical error of each flavour that is made."""
    energy, values = np.asarray(flux.energy) / GeV, np.asarray(flux.values).sum(axis=(2, 3)) * m**2
    error = None if flux.error is None else np.sqrt((np.asarray(flux.error) ** 2).sum(axis=2)) * m**2
    held = matters(values)
    return tuple(
        FlavourFlux(
            flavour,
            float(values[row].sum()),
            float(values[row] @ energy / values[row].sum()),
            None if error is None else worst(error[row][held[row]] / values[row][held[row]]),
        )
        for row, flavour in enumerate(FLAVOURS)
        if values[row].any()
    )


def worst(errors: Float[np.ndarray, " node"]) -> float | None:
    """The largest of some errors, if there are any."""
    return float(errors.max()) if len(errors) else None


def flux_by_component(simulation: Simulation) -> tuple[ComponentFlux, ...]:
    """The flux of each label; components that share one are added, with their variances."""
    found: dict[str, tuple[str, np.ndarray, np.ndarray]] = {}
    for component, tally in zip(simulation.components, simulation.tallies, strict=True):
        nodes = slice(len(simulation.grid.energy))
        means, variances = tally.mean()[:, nodes].sum(axis=(2, 3)), tally.variance()[:, nodes].sum(axis=2)
        for label, flavour, mean, variance in zip(component.labels, component.neutrinos, means, variances, strict=True):
            _, values, squares = found.get(label, (flavour, 0.0, 0.0))
            found[label] = flavour, values + mean, squares + variance
    energy = np.asarray(simulation.grid.energy)
    unit = m**2 * GeV / node_widths(energy)
    return tuple(
        ComponentFlux(label, flavour, energy / GeV, values * unit, np.sqrt(squares) * unit)
        for label, (flavour, values, squares) in found.items()
    )


def node_widths(nodes: Float[np.ndarray, " node"]) -> Float[np.ndarray, " node"]:
    """What each node stands for, in the unit of the nodes: half of the way to its neighbours.

    That is the integral of its hat function.
    """
    gaps = np.diff(nodes)
    return (np.append(gaps, 0.0) + np.insert(gaps, 0, 0.0)) / 2
