"""What tagging does for a beam, and what drives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Annotated

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import of_a_tunnel
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import ANGLE, LENGTH, TIME, cm, m, mrad, ns
from ontarget.plot import Mark
from ontarget.report.section import Section, Table
from ontarget.study.beam.tag_campaign import campaign, performance_rows, shown
from ontarget.study.beam.tag_energy import (
    contribution_rows,
    energy_pictures,
    energy_rows,
    goal_picture,
    goal_rows,
    sensitivity_rows,
)
from ontarget.study.beam.tag_figures import aperture_picture, time_pictures, vertex_picture
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask
from ontarget.tagging.campaign import Campaign, Tagged
from ontarget.tagging.energy_error import sample_of
from ontarget.tagging.performance import Performance, of_pions, performance
from ontarget.tagging.tagger import Tagger

MOST_EVENTS = 1_000_000


class Tagging(AbstractTask):
    """Efficiency, purity and uniqueness of tags, and how well they know the energy; nothing is tuned.

    Attributes
    ----------
    experiment : its name; its source is a DecayTunnel, with a ParametrisedBeam where divergences are asked for
    tagger : the trackers and the cuts
    events : interactions of each point; `nominal` of the point as it is given
    seed : of everything
    times, intensities : resolutions of the detector, with every multiple of the protons per time
    vertices : resolutions of the vertex
    apertures, divergences : of the muon arm and of the beam, with one another
    thicknesses, baselines : of the planes of both arms, with one another
    goal : relative error of the energy that is asked for
    published : efficiency at the tagger's own time resolution, to be drawn beside ours
    """

    tagger: Tagger
    experiment: str = static()
    times: Annotated[Float[Array, " time"], TIME] = quantity()
    intensities: Float[Array, " intensity"] = quantity()
    vertices: Annotated[Float[Array, " vertex"], LENGTH] = quantity()
    apertures: Annotated[Float[Array, " aperture"], LENGTH] = quantity()
    divergences: Annotated[Float[Array, " divergence"], ANGLE] = quantity()
    thicknesses: Float[Array, " thickness"] = quantity()
    baselines: Annotated[Float[Array, " baseline"], LENGTH] = quantity()
    goal: Number = quantity(default=0.01)
    published: Number | None = quantity(default=None)
    events: int = static(default=3000)
    nominal: int = static(default=16_000)
    seed: int = static(default=1)

    def check(self, context: Context) -> None:
        check_range(self, "goal", 1e-4, 0.1)
        context.experiment(self.experiment, "experiment")
        for field in ("events", "nominal"):
            if not 100 <= getattr(self, field) <= MOST_EVENTS:
                truth = f"It is between 100 and {MOST_EVENTS}."
                raise InputError(field, str(getattr(self, field)), truth, "Give such a number.")
        for field in ("times", "intensities", "vertices", "apertures", "divergences", "thicknesses", "baselines"):
            given = np.asarray(getattr(self, field))
            if given.size == 0 or not (np.isfinite(given).all() and (given >= 0).all()):
                truth = "It is a list of finite numbers, none below zero."
                raise InputError(field, str(given.tolist()), truth, "Give at least one.")
        source, _ = of_a_tunnel(context.experiment(self.experiment, "experiment"))
        if not isinstance(source.beam, ParametrisedBeam):
            truth = "Divergences are numbers of a ParametrisedBeam."
            raise InputError("experiment", repr(self.experiment), truth, "Name an experiment with such a beam.")

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        context.progress("tagging: compiling, and the point as it is")
        made = campaign(noun, self.tagger, 1.0, self.seed)
        found = made.run(self.nominal)
        origins, length = made.drawing.origins, float(made.drawing.source.tunnel.length)
        right = np.flatnonzero(of_pions(found, origins) & found.tags.right)
        sample = sample_of(found.events.only(right[:2000]), length)
        by_time = self.by_time(context, made)
        by_vertex = self.by_vertex(context, made)
        by_aperture = self.by_aperture(context, noun)
        by_energy = energy_rows(found.only(right), self.tagger, length)
        goals = goal_rows(self.tagger, sample, np.asarray(self.baselines), float(self.goal))
        tables = [
            Table("tagging", "The point as it is, by mode of decay", performance_rows(found, origins)),
            Table("tagging_time", "Against the time resolution of the detector and the intensity", by_time),
            Table("tagging_vertex", "Against the resolution of the vertex", by_vertex),
            Table("tagging_aperture", "Against the radius of the muon arm and the divergence of the beam", by_aperture),
            Table("tagging_planes", "Against thickness and baseline of both arms", self.by_planes(context, made)),
            Table("tagging_energy", "Error of the tagged energy, by energy; right tags", by_energy),
            Table("tagging_contributions", "What makes the error", contribution_rows(self.tagger, sample)),
            Table("tagging_sensitivity", "Derivatives of the core", sensitivity_rows(self.tagger, sample)),
            Table("tagging_goal", f"What reaches {100 * float(self.goal):g} %", goals),
        ]
        pictures = [*time_pictures(by_time, self.marks()), vertex_picture(by_vertex), aperture_picture(by_aperture)]
        pictures += [*energy_pictures(by_energy), goal_picture(goals, float(self.goal))]
        return Section("Tagging", self.text(), tables, pictures)

    def marks(self) -> list[Mark]:
        """The published efficiency, where there is one."""
        if self.published is None:
            return []
        place = np.array([float(self.tagger.time / ns)])
        return [Mark("published", place, np.array([100 * float(self.published)]), group=6)]

    def text(self) -> str:
        """What is assumed."""
        return (
            f"Interactions in the detector of {self.experiment}, each with all particles of the beam that pass in its "
            "time window: pions, kaons and protons (one for five pions), of which some decay in the tunnel. Both ends "
            "of it have two planes; what went through is removed, the rest is paired and fitted with the vertex. "
            "Shares are of interactions of pi -> mu nu in the tunnel, if nothing else is said: 'efficiency' counts all "
            "tags, right or not; 'purity' is the share of right ones in the tags; 'unique' that of tags with one "
            "candidate; 'accidental' the part tagged of those whose own tracks are no pair. The plain window cut takes "
            "the pair whose predicted impact is nearest, within "
            f"{float(self.tagger.radius) / cm:g} cm and {float(self.tagger.moment) / ns:g} ns (two standard deviations "
            "where the time resolution varies). 'Core' is the half-width that holds 68.27 %. Left out: gas and windows "
            "in the tunnel, muons of the line and of the dump, fake tracks and vertices, fibres at large radii, a "
            "hypothesis of kaons."
        )

    def point(self, made: Campaign, tagger: Tagger) -> Performance:
        """The performance for pions with another tagger."""
        found: Tagged = Campaign(made.drawing, made.flow, tagger).run(self.events)
        return performance(found, of_pions(found, made.drawing.origins))

    def by_time(self, context: Context, made: Campaign) -> list[dict[str, object]]:
        """One row per intensity and resolution in time."""
        rows: list[dict[str, object]] = []
        for intensity in np.asarray(self.intensities):
            busy = Campaign(made.drawing, made.flow.times(float(intensity)), made.tagger)
            for time in np.asarray(self.times):
                context.progress(f"tagging: {time / ns:.3g} ns at {intensity:g} x intensity")
                tagger = dataclasses.replace(self.tagger, time=jnp.asarray(time), moment=jnp.asarray(2 * time))
                row = {"intensity": float(intensity), "time (ns)": float(time / ns)}
                rows.append({**row, **shown(self.point(busy, tagger))})
        return rows

    def by_vertex(self, context: Context, made: Campaign) -> list[dict[str, object]]:
        """One row per resolution of the vertex."""
        rows: list[dict[str, object]] = []
        for vertex in np.asarray(self.vertices):
            context.progress(f"tagging: vertices to {vertex / cm:.3g} cm")
            tagger = dataclasses.replace(self.tagger, vertex=jnp.asarray(vertex))
            rows.append({"vertex (cm)": float(vertex / cm), **shown(self.point(made, tagger))})
        return rows

    def by_aperture(self, context: Context, noun: Experiment) -> list[dict[str, object]]:
        """One row per divergence and aperture."""
        rows: list[dict[str, object]] = []
        for divergence in np.asarray(self.divergences):
            other = eqx.tree_at(lambda one: one.source.beam.divergence, noun, jnp.asarray(divergence))
            made = campaign(other, self.tagger, 1.0, self.seed)
            for aperture in np.asarray(self.apertures):
                context.progress(f"tagging: {divergence / mrad:.3g} mrad, aperture {aperture / m:.3g} m")
                tagger = eqx.tree_at(lambda one: one.muons.aperture, self.tagger, jnp.asarray(aperture))
                row = {"divergence (mrad)": float(divergence / mrad), "aperture (m)": float(aperture / m)}
                rows.append({**row, **shown(self.point(made, tagger))})
        return rows

    def by_planes(self, context: Context, made: Campaign) -> list[dict[str, object]]:
        """One row per thickness and baseline."""
        rows: list[dict[str, object]] = []
        for thickness in np.asarray(self.thicknesses):
            for baseline in np.asarray(self.baselines):
                context.progress(f"tagging: planes of {100 * thickness:.3g} % X0, {baseline / m:.3g} m apart")
                tagger = with_planes(self.tagger, jnp.asarray(thickness), jnp.asarray(baseline))
                row = {"thickness (% X0)": 100 * float(thickness), "baseline (m)": float(baseline / m)}
                rows.append({**row, **shown(self.point(made, tagger))})
        return rows


def with_planes(tagger: Tagger, thickness: Array, baseline: Array) -> Tagger:
    """The same with planes of another thickness, another distance apart, at both ends."""
    leaves: Callable[[Tagger], Sequence[Array]] = lambda one: (  # noqa: E731
        one.pions.thickness,
        one.muons.thickness,
        one.pions.baseline,
        one.muons.baseline,
    )
    return eqx.tree_at(leaves, tagger, (thickness, thickness, baseline, baseline))
