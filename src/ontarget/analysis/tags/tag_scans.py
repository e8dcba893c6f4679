"""What tags are worth against numbers of the detector, the tagger and the beam."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.analysis.tags.tag_campaign import tagging_campaign
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed, source_of
from ontarget.ground.units import cm, m, mrad, ns
from ontarget.numerics.progress import silent
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.tagging.campaign import Campaign
from ontarget.tagging.performance import Performance, of_pions, performance
from ontarget.tagging.tagger import Tagger

Shares = Float[np.ndarray, "*point"]


@dataclass(frozen=True, kw_only=True)
class Performances:
    """What tags are worth at points of a grid: each number of a `Performance`, which says what it is, as an array."""

    events: Int[np.ndarray, "*point"]
    acceptance: Shares
    efficiency: Shares
    purity: Shares
    unique: Shares
    mistagged: Shares
    accidental: Shares
    pairs: Shares
    window_efficiency: Shares
    window_purity: Shares
    core: Shares
    tails: Shares
    bias: Shares
    pull: Shares

    def at(self, *index: int) -> Performance:
        """The numbers of one point."""
        return Performance(**{one.name: getattr(self, one.name)[index].item() for one in fields(self)})


def performances(each: Sequence[Performance], shape: tuple[int, ...]) -> Performances:
    """Points in the order of the grid's last axis, as arrays of its shape."""
    columns = {one.name: [getattr(point, one.name) for point in each] for one in fields(Performance)}
    return Performances(**{name: np.array(column).reshape(shape) for name, column in columns.items()})


@dataclass(frozen=True)
class TimeScan:
    """Tags against the time resolution of the detector and the protons per time.

    Attributes
    ----------
    intensity : [intensity] multiples of the protons per time
    time : [time] resolutions; the plain window cut is two of them
    performance : [intensity time]
    """

    intensity: Float[np.ndarray, " intensity"]
    time: Float[np.ndarray, " time"]
    performance: Performances


@dataclass(frozen=True)
class VertexScan:
    """Tags against the resolution of the vertex (a length).

    Attributes
    ----------
    vertex : [vertex] resolutions
    performance : [vertex]
    """

    vertex: Float[np.ndarray, " vertex"]
    performance: Performances


@dataclass(frozen=True)
class ApertureScan:
    """Tags against the radius of the muon arm and the divergence of the beam.

    Attributes
    ----------
    divergence : [divergence] angles
    aperture : [aperture] lengths
    performance : [divergence aperture]
    """

    divergence: Float[np.ndarray, " divergence"]
    aperture: Float[np.ndarray, " aperture"]
    performance: Performances


@dataclass(frozen=True)
class PlaneScan:
    """Tags against the planes of both arms.

    Attributes
    ----------
    thickness : [thickness] of each plane in radiation lengths
    baseline : [baseline] lengths between the two planes of an arm
    performance : [thickness baseline]
    """

    thickness: Float[np.ndarray, " thickness"]
    baseline: Float[np.ndarray, " baseline"]
    performance: Performances


def with_tagger(made: Campaign, tagger: Tagger, events: int) -> Performance:
    """What tags of pions' neutrinos are worth with another tagger, from so many interactions."""
    found = dataclasses.replace(made, tagger=tagger).run(events)
    return performance(found, of_pions(found, made.drawing.origins))


def tags_against_time(
    made: Campaign,
    times: Float[np.ndarray, " time"],
    intensities: Float[np.ndarray, " intensity"],
    events: int = 3000,
    progress: Callable[[str], None] = silent,
) -> TimeScan:
    """Tags of a campaign for resolutions in time (times) and multiples of the protons per time of the campaign."""
    each = []
    for intensity in intensities:
        busy = dataclasses.replace(made, flow=made.flow.times(float(intensity)))
        for time in times:
            progress(f"tagging: {time / ns:.3g} ns at {intensity:g} x intensity")
            tagger = dataclasses.replace(made.tagger, time=jnp.asarray(time), moment=jnp.asarray(2 * time))
            each.append(with_tagger(busy, tagger, events))
    return TimeScan(intensities, times, performances(each, (len(intensities), len(times))))


def tags_against_vertex(
    made: Campaign,
    vertices: Float[np.ndarray, " vertex"],
    events: int = 3000,
    progress: Callable[[str], None] = silent,
) -> VertexScan:
    """Tags of a campaign for resolutions of the vertex (lengths)."""
    each = []
    for vertex in vertices:
        progress(f"tagging: vertices to {vertex / cm:.3g} cm")
        each.append(with_tagger(made, dataclasses.replace(made.tagger, vertex=jnp.asarray(vertex)), events))
    return VertexScan(vertices, performances(each, (len(vertices),)))


def tags_against_aperture(
    experiment: Experiment,
    tagger: Tagger,
    apertures: Float[np.ndarray, " aperture"],
    divergences: Float[np.ndarray, " divergence"],
    events: int = 3000,
    seed: int = 1,
    progress: Callable[[str], None] = silent,
) -> ApertureScan:
    """Tags for radii of the muon arm (lengths) and divergences of the beam (angles), which is a ParametrisedBeam."""
    parametrised_beam(experiment)
    each = []
    for divergence in divergences:
        other = eqx.tree_at(lambda one: one.source.beam.divergence, experiment, jnp.asarray(divergence))
        made = tagging_campaign(other, tagger, 1.0, seed)
        for aperture in apertures:
            progress(f"tagging: {divergence / mrad:.3g} mrad, aperture {aperture / m:.3g} m")
            wider = eqx.tree_at(lambda one: one.muons.aperture, tagger, jnp.asarray(aperture))
            each.append(with_tagger(made, wider, events))
    return ApertureScan(divergences, apertures, performances(each, (len(divergences), len(apertures))))


def parametrised_beam(experiment: Experiment) -> ParametrisedBeam:
    """The beam of an experiment, of which a divergence may be asked for; others are refused."""
    beam = source_of(experiment, DecayTunnel, "Divergences are numbers of the beam of a DecayTunnel.").beam
    return narrowed(beam, ParametrisedBeam, "experiment", "Divergences are numbers of a ParametrisedBeam.")


def tags_against_planes(
    made: Campaign,
    thicknesses: Float[np.ndarray, " thickness"],
    baselines: Float[np.ndarray, " baseline"],
    events: int = 3000,
    progress: Callable[[str], None] = silent,
) -> PlaneScan:
    """Tags of a campaign for thicknesses (radiation lengths) and distances (lengths) of the planes of both arms."""
    each = []
    for thickness in thicknesses:
        for baseline in baselines:
            progress(f"tagging: planes of {100 * thickness:.3g} % X0, {baseline / m:.3g} m apart")
            tagger = with_planes(made.tagger, jnp.asarray(thickness), jnp.asarray(baseline))
            each.append(with_tagger(made, tagger, events))
    return PlaneScan(thicknesses, baselines, performances(each, (len(thicknesses), len(baselines))))


def with_planes(tagger: Tagger, thickness: Array, baseline: Array) -> Tagger:
    """A tagger whose planes, at both ends, have another thickness (radiation lengths) and distance (a length)."""
    leaves: Callable[[Tagger], Sequence[Array]] = lambda one: (  # noqa: E731
        one.pions.thickness,
        one.muons.thickness,
        one.pions.baseline,
        one.muons.baseline,
    )
    return eqx.tree_at(leaves, tagger, (thickness, thickness, baseline, baseline))
