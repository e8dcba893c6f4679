"""Peaks of the energy in rings around the axis of a narrow-band beam."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import equinox as eqx
import numpy as np

from ontarget.analysis.beam.beam_flux import BeamFlux, collected
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed, site_of, source_of
from ontarget.ground.noun import as_array
from ontarget.numerics.axis import BeamEnergyAxis
from ontarget.source.site import BeamSite
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.source.tunnel.simulation import Simulation

FINE = 500  # nodes: 0.02 GeV, well below the narrowest peak (0.1 GeV)

LATTICES = 24

TRUTH = "Spread and divergence are numbers of a ParametrisedBeam in a DecayTunnel."


@dataclass(frozen=True)
class Peak:
    """A peak in energy, in the unit of the energies that it was found among.

    Attributes
    ----------
    energy : where it is highest
    width : full width at half maximum over 2.355, one standard deviation of a Gaussian
    middle : half of what holds the middle 68 %
    """

    energy: float
    width: float
    middle: float


def pions_only(
    experiment: Experiment,
    spread: float | None = None,
    divergence: float | None = None,
    rays: int = 2**16,
    lattices: int = LATTICES,
) -> BeamFlux:
    """Neutrinos of pions in the tunnel on a fine grid of energies, for a beam of other spread and divergence.

    Parameters
    ----------
    experiment : behind a `DecayTunnel` with a `ParametrisedBeam`
    spread, divergence : of the pions' momentum, relative, and of their directions, in radians; as they are by default
    rays, lattices : points of each lattice, and how many
    """
    site, changed = site_of(experiment, BeamSite, TRUTH), pion_source(experiment, spread, divergence, rays)
    experiment = eqx.tree_at(lambda one: one.source, experiment, changed)
    simulation = Simulation(changed, site, experiment.detector.tag)
    simulation.left = [(0, unit) for unit in range(lattices)]
    while simulation.left:
        simulation.count()
    return collected(experiment, simulation)


def pion_source(experiment: Experiment, spread: float | None, divergence: float | None, rays: int) -> DecayTunnel:
    """The tunnel of an experiment with pions alone, none of whose daughters decay, on a fine grid of energies."""
    source = source_of(experiment, DecayTunnel, TRUTH)
    beam = narrowed(source.beam, ParametrisedBeam, f"{experiment.name}.source.beam", TRUTH)
    moved = dataclasses.replace(
        beam,
        species=tuple(one for one in beam.species if one.name == "pi+"),
        spread=beam.spread if spread is None else as_array(spread),
        divergence=beam.divergence if divergence is None else as_array(divergence),
    )
    axis = BeamEnergyAxis(source.energies.start, source.energies.stop, FINE)
    modes = tuple(decay for decay in source.decays if decay.name == "pi_munu")
    return DecayTunnel(
        moved, source.tunnel, axis, modes, (), regions=("tunnel",), rays=rays, seed=source.seed, name=source.name
    )


def peak_of(energy: np.ndarray, values: np.ndarray) -> Peak:
    """The highest point of a spectrum and its widths, from `values` [energy] on equidistant nodes `energy` [energy].

    The spectrum is smoothed over five nodes first; half heights are found between nodes.
    """
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    top = int(smooth.argmax())
    half = smooth[top] / 2
    low = _crossing(energy, smooth, range(top, 0, -1), half)
    high = _crossing(energy, smooth, range(top, len(energy) - 1), half)
    reached = np.cumsum(values) / values.sum()
    ends = np.interp([0.16, 0.84], reached, energy)
    return Peak(float(energy[top]), float(high - low) / 2.355, float(ends[1] - ends[0]) / 2)


def _crossing(energy: np.ndarray, values: np.ndarray, places: range, level: float) -> float:
    """Where values fall through a level, going along places."""
    for here in places:
        there = here + places.step
        if values[there] < level:
            share = (values[here] - level) / (values[here] - values[there])
            return float(energy[here] + share * (energy[there] - energy[here]))
    return float(energy[places[-1]]) if len(places) else float(energy[0])
