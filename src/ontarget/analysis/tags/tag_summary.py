"""What tagging does for an experiment, and what drives it: everything in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.tags.tag_campaign import performance_by_mode, tagging_campaign
from ontarget.analysis.tags.tag_energy import (
    EnergyGoal,
    EnergyScan,
    ErrorContributions,
    ErrorSensitivities,
    energy_goal,
    energy_scan,
    error_contributions,
    error_sensitivities,
)
from ontarget.analysis.tags.tag_scans import (
    ApertureScan,
    PlaneScan,
    TimeScan,
    VertexScan,
    parametrised_beam,
    tags_against_aperture,
    tags_against_planes,
    tags_against_time,
    tags_against_vertex,
)
from ontarget.experiment.experiment import Experiment
from ontarget.ground.units import cm, m, mrad, ns
from ontarget.numerics.progress import silent
from ontarget.tagging.energy_error import sample_of
from ontarget.tagging.performance import Performance, of_pions
from ontarget.tagging.tagger import Tagger

DECAYS = 2000
"""Decays of right tags from which linear errors are computed."""


@dataclass(frozen=True, kw_only=True)
class TaggingGrid:
    """Points at which tags are tried; internal units.

    Attributes
    ----------
    times, intensities : [time], [intensity] resolutions of the detector, with multiples of the protons per time
    vertices : [vertex] resolutions of the vertex
    apertures, divergences : [aperture], [divergence] radii of the muon arm and angles of the beam
    thicknesses, baselines : [thickness], [baseline] of the planes of both arms, the first in radiation lengths
    """

    times: Float[np.ndarray, " time"]
    intensities: Float[np.ndarray, " intensity"]
    vertices: Float[np.ndarray, " vertex"]
    apertures: Float[np.ndarray, " aperture"]
    divergences: Float[np.ndarray, " divergence"]
    thicknesses: Float[np.ndarray, " thickness"]
    baselines: Float[np.ndarray, " baseline"]


GRID = TaggingGrid(
    times=np.array([0.1, 0.3, 1.0]) * ns,
    intensities=np.array([1.0, 2.0]),
    vertices=np.array([1.0, 10.0]) * cm,
    apertures=np.array([0.25, 0.5, 1.0]) * m,
    divergences=np.array([4.0, 6.6]) * mrad,
    thicknesses=np.array([0.01, 0.001]),
    baselines=np.array([1.0, 3.0]) * m,
)
"""A few points of each."""


@dataclass(frozen=True, kw_only=True)
class TaggingResult:
    """What tagging does for an experiment.

    Attributes
    ----------
    by_mode : by decay mode of the beam's own particles, as the tagger is given
    against_time, against_vertex, against_aperture, against_planes : for neutrinos of pi -> mu nu in the tunnel
    by_energy : error of the tagged energy of right tags
    contributions, sensitivities : what makes that error
    goal : planes that know the energy as well as is asked for
    """

    by_mode: Mapping[str, Performance]
    against_time: TimeScan
    against_vertex: VertexScan
    against_aperture: ApertureScan
    against_planes: PlaneScan
    by_energy: EnergyScan
    contributions: ErrorContributions
    sensitivities: ErrorSensitivities
    goal: EnergyGoal


def tagging(
    experiment: Experiment,
    tagger: Tagger,
    grid: TaggingGrid = GRID,
    *,
    events: int = 3000,
    nominal: int = 16_000,
    goal: float = 0.01,
    seed: int = 1,
    progress: Callable[[str], None] = silent,
) -> TaggingResult:
    """Tag `nominal` interactions with the tagger as it is, and `events` at every point of a grid.

    The experiment's source is a DecayTunnel with a ParametrisedBeam; `goal` is the relative error of the energy that
    is asked for.
    """
    parametrised_beam(experiment)
    progress("tagging: compiling, and the point as it is")
    made = tagging_campaign(experiment, tagger, 1.0, seed)
    found = made.run(nominal)
    origins, length = made.drawing.origins, float(made.drawing.source.tunnel.length)
    right = np.flatnonzero(of_pions(found, origins) & found.tags.right)
    sample = sample_of(found.events.only(right[:DECAYS]), length)
    return TaggingResult(
        by_mode=performance_by_mode(found, origins),
        against_time=tags_against_time(made, grid.times, grid.intensities, events, progress),
        against_vertex=tags_against_vertex(made, grid.vertices, events, progress),
        against_aperture=tags_against_aperture(
            experiment, tagger, grid.apertures, grid.divergences, events, seed, progress
        ),
        against_planes=tags_against_planes(made, grid.thicknesses, grid.baselines, events, progress),
        by_energy=energy_scan(found.only(right), tagger, length),
        contributions=error_contributions(tagger, sample),
        sensitivities=error_sensitivities(tagger, sample),
        goal=energy_goal(tagger, sample, grid.baselines, goal),
    )
