"""The narrow-band off-axis method: the distance of a vertex from the axis says the energy of its neutrino."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ontarget.analysis.beam.beam_flux import BeamFlux, simulated_flux
from ontarget.analysis.beam.by_origin import mean_of
from ontarget.analysis.beam.rings import peak_of, pions_only
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed, source_of, with_channels
from ontarget.ground.errors import InputError
from ontarget.ground.units import mrad
from ontarget.numerics.progress import silent
from ontarget.source.tag import Radius
from ontarget.source.tunnel.decay_tunnel import DecayTunnel


@dataclass(frozen=True)
class RingPeaks:
    """The peaks of muon neutrinos from pions, ring by ring, for one beam.

    Attributes
    ----------
    spread : relative standard deviation of the parents' momentum
    divergence : standard deviation of their angles, mrad
    events : [ring] in the whole exposure
    energy : [ring] the most frequent, GeV
    width : [ring] full width at half maximum over 2.355, GeV
    middle : [ring] half of what holds the middle 68 %, GeV
    """

    spread: float
    divergence: float
    events: np.ndarray
    energy: np.ndarray
    width: np.ndarray
    middle: np.ndarray


@dataclass(frozen=True)
class OffAxisRings:
    """Spectra of muon neutrinos in rings around the axis, and how well the ring alone says their energy.

    Attributes
    ----------
    radius : [ring + 1] edges, m
    energy : [energy] nodes, GeV
    density : [ring energy] events per GeV in the whole exposure
    events : [ring] in the whole exposure
    kaon_share : [ring] of the events, from kaons
    mean_energy : [ring] of the events, GeV; not a number where there are none
    own : peaks of the beam as it is
    tried : peaks of beams of other spreads (outer loop) and divergences (inner loop)
    """

    radius: np.ndarray
    energy: np.ndarray
    density: np.ndarray
    events: np.ndarray
    kaon_share: np.ndarray
    mean_energy: np.ndarray
    own: RingPeaks
    tried: tuple[RingPeaks, ...]


def off_axis(
    experiment: AbstractExperiment,
    spreads: Sequence[float] = (),
    divergences: Sequence[float] = (),
    precision: float = 0.01,
    flux: BeamFlux | None = None,
    progress: Callable[[str], None] = silent,
) -> OffAxisRings:
    """Spectra in rings, and peaks of the pions' neutrinos for the beam as it is and for others.

    Parameters
    ----------
    experiment : its source is a `DecayTunnel` with a `ParametrisedBeam`, its tag a `Radius`
    spreads, divergences : [spread] relative, [divergence] angles, of the beams tried: each with each
    precision : relative statistical error of the flux in every node that matters
    flux : of the experiment, if it is known already (`simulated_flux`)
    """
    experiment, beam = narrow_band(experiment)
    found = simulated_flux(experiment, precision, progress) if flux is None else flux
    tried = []
    for spread in spreads:
        for divergence in divergences:
            progress(f"off axis: {100 * spread:.3g} %, {divergence / mrad:.3g} mrad")
            tried.append(ring_peaks(pions_only(experiment, float(spread), float(divergence)), spread, divergence))
    progress("off axis: the beam as it is")
    own = ring_peaks(pions_only(experiment, None, None), float(beam.spread), float(beam.divergence))
    return in_rings(found, own, tuple(tried))


def narrow_band(experiment: AbstractExperiment) -> tuple[Experiment, ParametrisedBeam]:
    """An experiment that knows the radius of each vertex, and its beam of given spread; others are refused."""
    experiment = with_channels(experiment, "Rings are filled with the events of its channels.")
    truth = "The method needs a DecayTunnel and the radius of each vertex."
    source = source_of(experiment, DecayTunnel, truth)
    if not isinstance(experiment.detector.tag, Radius):
        where, got = f"{experiment.name}.detector.tag", type(experiment.detector.tag).__name__
        raise InputError(where, got, truth, "Give the detector 'tag: {type: Radius, ...}'.")
    beam = narrowed(
        *(source.beam, ParametrisedBeam, f"{experiment.name}.source.beam"),
        "Spreads and divergences are numbers of a ParametrisedBeam.",
    )
    return experiment, beam


def in_rings(found: BeamFlux, own: RingPeaks, tried: tuple[RingPeaks, ...]) -> OffAxisRings:
    """A flux with known radii in its rings, beside the peaks of pions."""
    radius = narrowed(found.radius, np.ndarray, "flux.radius", "The rings of the flux are not known.")
    by_ring = found.events[found.rows(neutrino="nu_mu")][:, :, :-1].sum(axis=0).T
    kaons = found.events[found.rows(neutrino="nu_mu", parent="K+")][:, :, :-1].sum(axis=(0, 1))
    events = by_ring.sum(axis=1)
    share = kaons / np.where(events > 0, events, 1.0)
    return OffAxisRings(
        radius, found.energy, by_ring / found.width, events, share, mean_of(found.energy, by_ring), own, tried
    )


def ring_peaks(pions: BeamFlux, spread: float, divergence: float) -> RingPeaks:
    """The peak in each ring of a beam of pions; the divergence is an angle."""
    by_ring = pions.events[:, :, :-1].sum(axis=0).T
    peaks = [peak_of(pions.energy, values) for values in by_ring]
    energy, width, middle = (np.array([getattr(one, key) for one in peaks]) for key in ("energy", "width", "middle"))
    return RingPeaks(float(spread), float(divergence / mrad), by_ring.sum(axis=1), energy, width, middle)
