"""Events and flux of a decay tunnel by the parents, decays and regions that the neutrinos come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.beam.beam_flux import BeamFlux, rows_of, simulated_flux
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.numerics.progress import silent
from ontarget.source.origin import Origin

THROUGH: Mapping[str, str] = {"mu+": "muons", "mu-": "muons", "pi+": "pions", "pi-": "pions"}
"""What was followed from a parent to a neutrino, by the last particle before it."""


@dataclass(frozen=True)
class OriginEvents:
    """Interactions in the whole exposure of one experiment, by origin.

    Attributes
    ----------
    origins : [origin], each once
    events : [origin]
    mean_energy : [origin] of the neutrinos that interact, GeV; not a number where there are none
    """

    origins: Sequence[Origin]
    events: np.ndarray
    mean_energy: np.ndarray

    def total(self, **wanted: str) -> float:
        """Events of all origins that have these attributes (`neutrino`, `parent`, `mode`, `region`)."""
        return float(self.events[rows_of(self.origins, wanted)].sum())


@dataclass(frozen=True)
class ParentFlux:
    """The flux of one flavour from one parent, direct or through what it decays to.

    Attributes
    ----------
    parent : in the beam
    through : "muons", "pions", or empty for what the parent itself makes
    density : [energy] neutrinos per m2, proton on target and GeV
    """

    parent: str
    through: str
    density: np.ndarray


@dataclass(frozen=True)
class OriginFlux:
    """The flux of one experiment by origin, its detector's mean.

    Attributes
    ----------
    origins : [origin]
    flux, error : [origin] neutrinos per m2 and proton on target, and one standard deviation (errors of nodes that share
        their rays are taken as independent)
    mean_energy : [origin] GeV; not a number where there is no flux
    energy : [energy] nodes, GeV
    parents : by flavour, the largest first
    rays : how many were drawn
    """

    origins: Sequence[Origin]
    flux: np.ndarray
    error: np.ndarray
    mean_energy: np.ndarray
    energy: np.ndarray
    parents: Mapping[str, Sequence[ParentFlux]]
    rays: int

    def density(self, neutrino: str) -> np.ndarray:
        """[energy] of all parents together, neutrinos per m2, proton on target and GeV."""
        return np.sum([one.density for one in self.parents[neutrino]], axis=0)

    def scaled(
        self, neutrino: str, energy: Float[np.ndarray, " bin"], values: Float[np.ndarray, " bin"]
    ) -> Float[np.ndarray, " bin"]:
        """A shape in bins around `energy`, GeV, times the number that makes its sum that of the density there."""
        ours = np.interp(energy, self.energy, self.density(neutrino))
        return values * ours.sum() / values.sum()


def beam_events(
    experiment: AbstractExperiment,
    precision: float = 0.01,
    flux: BeamFlux | None = None,
    progress: Callable[[str], None] = silent,
) -> OriginEvents:
    """Interactions in the whole exposure by origin, the flux averaged over the volume of the detector.

    Parameters
    ----------
    experiment : its source is a `DecayTunnel`
    precision : relative statistical error of the flux in every node that matters
    flux : of the experiment, if it is known already (`simulated_flux`)
    """
    found = simulated_flux(experiment, precision, progress) if flux is None else flux
    origins = list(dict.fromkeys(found.origins))
    by_energy = np.array(
        [found.events[[one == origin for one in found.origins]].sum(axis=(0, 2)) for origin in origins]
    )
    return OriginEvents(origins, by_energy.sum(axis=1), mean_of(found.energy, by_energy))


def beam_fluxes(
    experiment: AbstractExperiment,
    precision: float = 0.01,
    flux: BeamFlux | None = None,
    progress: Callable[[str], None] = silent,
) -> OriginFlux:
    """Neutrinos per area and proton on target by origin, and by parent against energy.

    Parameters
    ----------
    experiment : its source is a `DecayTunnel`
    precision : relative statistical error in every node that matters
    flux : of the experiment, if it is known already (`simulated_flux`)
    """
    found = simulated_flux(experiment, precision, progress) if flux is None else flux
    by_energy = found.flux.sum(axis=2)
    neutrinos = dict.fromkeys(origin.neutrino for origin in found.origins)
    return OriginFlux(
        found.origins,
        by_energy.sum(axis=1),
        np.sqrt((found.error**2).sum(axis=(1, 2))),
        mean_of(found.energy, by_energy),
        found.energy,
        {one: by_parent(found, one) for one in neutrinos},
        found.rays,
    )


def by_parent(found: BeamFlux, neutrino: str) -> tuple[ParentFlux, ...]:
    """The flux of one flavour by parent and by what was followed; the largest first."""
    parts: dict[tuple[str, str], np.ndarray] = {}
    for row in found.rows(neutrino=neutrino):
        origin = found.origins[row]
        key = origin.parent, THROUGH.get(origin.followed[-1], "") if origin.followed else ""
        parts[key] = parts.get(key, 0.0) + found.flux[row].sum(axis=1)
    ordered = sorted(parts.items(), key=lambda item: -item[1].sum())
    return tuple(ParentFlux(*key, values / found.width) for key, values in ordered)


def mean_of(energy: Float[np.ndarray, " energy"], weight: Float[np.ndarray, "row energy"]) -> Float[np.ndarray, " row"]:
    """Weighted mean of each row, in the unit of the energy; not a number where all weights are zero."""
    total = weight.sum(axis=1)
    return np.where(total > 0, (weight @ energy) / np.where(total > 0, total, 1.0), np.nan)
