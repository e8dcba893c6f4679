"""Neutrinos and events of a beam that decays in flight, by where they come from."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import neutrino_experiment, site_of, source_of, with_channels
from ontarget.ground.kept import kept
from ontarget.ground.noun import as_array
from ontarget.ground.program import fused
from ontarget.ground.units import GeV, m
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.progress import silent
from ontarget.source.origin import Origin
from ontarget.source.site import BeamSite
from ontarget.source.tag import Radius
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.source.tunnel.grid import cell
from ontarget.source.tunnel.simulation import Simulation, simulate

PROGRESS_EVERY = 5.0
"""Seconds between two lines of progress."""


@dataclass(frozen=True)
class BeamFlux:
    """Neutrinos and events of one experiment by origin.

    Attributes
    ----------
    origins : [origin]
    energy : [energy] nodes, GeV
    radius : [ring + 1] edges of the rings in m, None without a tag of radius
    flux : [origin energy place], neutrinos per m2 and proton on target, integrated over the cell of each node. Places
        are the rings and, last, what is outside of them; without a tag of place there is one, and an empty one
    error : the same, one standard deviation
    events : [origin energy place] interactions in the whole exposure, all channels
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
        """Indices of the origins that have these attributes (`neutrino`, `parent`, `mode`, `region`)."""
        return rows_of(self.origins, wanted)

    @property
    def width(self) -> np.ndarray:
        """[energy] the cell of each node, GeV: half the way to both neighbours; the first and the last have one."""
        return np.asarray(cell(as_array(self.energy)))


def rows_of(origins: Sequence[Origin], wanted: dict[str, str]) -> np.ndarray:
    """Indices of the origins that have these attributes."""
    return np.flatnonzero([all(getattr(one, key) == value for key, value in wanted.items()) for one in origins])


def simulated_flux(
    experiment: AbstractExperiment, precision: float = 0.01, progress: Callable[[str], None] = silent
) -> BeamFlux:
    """The flux of a decay tunnel at a detector, simulated to a statistical precision.

    Parameters
    ----------
    experiment : its source is a `DecayTunnel`
    precision : largest relative error of a node of energy that holds 0.3 % of its flavour's flux or more
    progress : is given a line every few seconds
    """
    experiment = neutrino_experiment(experiment)
    return kept("simulated flux", [experiment, precision], lambda: _simulated(experiment, precision, progress))


def _simulated(experiment: Experiment, precision: float, progress: Callable[[str], None]) -> BeamFlux:
    source, site = of_a_tunnel(experiment)
    simulation = Simulation(source, site, experiment.detector.tag)
    last = [time.monotonic()]

    def on_lattice(whole: Callable[[], Simulation]) -> None:
        if time.monotonic() - last[0] > PROGRESS_EVERY:
            last[0] = time.monotonic()
            now = whole()
            error = now.error()
            known = f", error {100 * error:.2g} %" if np.isfinite(error) else ""
            progress(f"flux of {experiment.name}: {now.rays:.2g} rays{known}")

    simulate(simulation, precision, on_lattice=on_lattice)
    return collected(experiment, simulation)


def flux_of_lattices(experiment: AbstractExperiment, lattices: int) -> BeamFlux:
    """The flux from a given number of lattices of each component, whatever precision that is."""
    experiment = neutrino_experiment(experiment)
    source, site = of_a_tunnel(experiment)
    simulation = Simulation(source, site, experiment.detector.tag)
    simulation.left = [(i, unit) for i in range(len(simulation.components)) for unit in range(lattices)]
    while simulation.left:
        simulation.count()
    return collected(experiment, simulation)


def of_a_tunnel(experiment: AbstractExperiment) -> tuple[DecayTunnel, BeamSite]:
    """The source and site of an experiment behind a decay tunnel; others are refused."""
    truth = "Only a DecayTunnel, with its detector at a BeamSite, has a flux by parents."
    return source_of(experiment, DecayTunnel, truth), site_of(experiment, BeamSite, truth)


def counting_at_a_tunnel(experiment: AbstractExperiment) -> tuple[DecayTunnel, BeamSite]:
    """`of_a_tunnel`, and the detector counts neutrinos: one without channels has no events to sort."""
    with_channels(experiment, "Events are sorted by the parents of their neutrinos.")
    return of_a_tunnel(experiment)


def collected(experiment: Experiment, simulation: Simulation) -> BeamFlux:
    """What a simulation has counted so far, with the events that it makes in the exposure of an experiment."""
    origins = [origin for component in simulation.components for origin in component.origins]
    nodes = slice(len(simulation.grid.energy))
    flux = np.concatenate([tally.mean()[:, nodes].sum(axis=2) for tally in simulation.tallies])
    error = np.sqrt(np.concatenate([tally.variance()[:, nodes] for tally in simulation.tallies]))
    protons = float(experiment.exposure.protons(experiment.facility))
    per_node = events_per_fluence(experiment, simulation.grid.energy)
    rows = np.array([FLAVOURS.index(origin.neutrino) for origin in origins])
    tag = simulation.tag
    return BeamFlux(
        origins,
        np.asarray(simulation.grid.energy) / GeV,
        np.asarray(tag.radii.edges) / m if isinstance(tag, Radius) else None,
        flux * m**2,
        error * m**2,
        protons * flux * per_node[rows][:, :, None],
        simulation.rays,
    )


def events_per_fluence(
    experiment: Experiment, energy: Float[Array | np.ndarray, " energy"]
) -> Float[np.ndarray, "flavour energy"]:
    r"""Interactions of all channels per fluence, :math:`\sum_n N_n\,\sigma_n(E)`, an area, of n nuclides.

    Parameters
    ----------
    energy : [energy] of the neutrinos, internal unit
    """
    detector = experiment.detector
    nuclides, numbers = detector.material.nuclides(), detector.mass * detector.material.nuclei_per_mass()
    edges = as_array(np.array([0.0, 1.0]) * 2 * float(np.max(energy)))  # one bin that holds all that is transferred
    total = np.zeros((len(FLAVOURS), len(energy)))
    for channel in detector.channels:
        total += np.asarray(_interactions(channel.interaction, nuclides, numbers, as_array(energy), edges))
    return total


@fused
def _interactions(
    interaction: AbstractInteraction,
    nuclides: Nuclides,
    numbers: Float[Array, " nuclide"],
    energy: Float[Array, " energy"],
    edges: Float[Array, " edge"],
) -> Float[Array, "flavour energy"]:
    each = jax.vmap(lambda one: interaction.kernel(one, energy, edges))
    return jnp.einsum("n,nbex->be", numbers, each(nuclides))
