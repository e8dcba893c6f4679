"""Neutrinos and events of a beam by where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.origin import Origin
from ontarget.source.simulation import Simulation
from ontarget.source.site import BeamSite


@dataclass(frozen=True)
class BeamFlux:
    """Neutrinos and events of one experiment by origin.

    Attributes
    ----------
    origins : one for each row
    energy : [energy] nodes, GeV
    radius : edges of the tag in m, None without one
    flux : [origin energy tag], neutrinos per m2 and proton on target on each node; the last tag bin is outside
    error : the same, one standard deviation
    events : [origin energy tag] interactions in the whole exposure, all channels
    rays : how many were drawn
    """

    origins: Sequence[Origin]
    energy: np.ndarray
    radius: np.ndarray | None
    flux: np.ndarray
    error: np.ndarray
    events: np.ndarray
    rays: int

    def rows(self, **wanted: str) -> np.ndarray:
        """Which origins have these attributes, as indices."""
        fits = [all(getattr(one, key) == value for key, value in wanted.items()) for one in self.origins]
        return np.flatnonzero(fits)

    @property
    def width(self) -> np.ndarray:
        """What part of the energy axis each node stands for, GeV; for densities."""
        return np.gradient(self.energy)


def of_neutrinos(experiment: AbstractExperiment) -> Experiment:
    """The experiment, if it is one of neutrinos: a counter of leptons is refused."""
    if isinstance(experiment, Experiment):
        return experiment
    truth = "It counts charged particles; this is about neutrinos at a detector."
    raise InputError("experiment", type(experiment).__name__, truth, "Name another experiment.")


def of_a_tunnel(given: AbstractExperiment) -> tuple[DecayTunnel, BeamSite]:
    """The source and site of an experiment behind a decay tunnel; others are refused."""
    experiment = of_neutrinos(given)
    source, site = experiment.source, experiment.detector.site
    if isinstance(source, DecayTunnel) and isinstance(site, BeamSite):
        return source, site
    truth = "Only a DecayTunnel, with its detector at a BeamSite, has a flux by parents."
    raise InputError(f"{experiment.name}.source", type(source).__name__, truth, "Name another experiment.")


def collected(experiment: Experiment, simulation: Simulation) -> BeamFlux:
    """What a simulation has counted, as plain numbers, with the events that it makes."""
    origins = [origin for component in simulation.components for origin in component.origins]
    flux = np.concatenate([tally.mean().sum(axis=2) for tally in simulation.tallies])
    error = np.sqrt(np.concatenate([tally.variance() for tally in simulation.tallies]))
    protons = float(experiment.exposure.protons(experiment.facility))
    per_node = events_per_fluence(experiment, np.asarray(simulation.grid.energy))
    rows = np.array([FLAVOURS.index(origin.neutrino) for origin in origins])
    axis = simulation.tag.axis
    return BeamFlux(
        origins,
        np.asarray(simulation.grid.energy) / GeV,
        None if axis is None else np.asarray(axis.edges) / m,
        flux * m**2,
        error * m**2,
        protons * flux * per_node[rows][:, :, None],
        simulation.rays,
    )


def events_per_fluence(experiment: Experiment, energy: np.ndarray) -> np.ndarray:
    """Targets times cross-section [flavour energy], an area: interactions of all channels per neutrino and area."""
    detector = experiment.detector
    nuclides, numbers = detector.material.nuclides(), detector.mass * detector.material.nuclei_per_mass()
    edges = jnp.array([0.0, 1.0]) * 2 * float(np.max(energy))
    total = np.zeros((len(FLAVOURS), len(energy)))
    for channel in detector.channels:
        each = jax.vmap(lambda one, channel=channel: channel.interaction.kernel(one, jnp.asarray(energy), edges))
        total += np.asarray(jnp.einsum("n,nbex->be", numbers, each(nuclides)))
    return total


PARENTS: Mapping[str, str] = {"pi+": "pions", "K+": "kaons", "pi-": "negative pions", "K-": "negative kaons"}
