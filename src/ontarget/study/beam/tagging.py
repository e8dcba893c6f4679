"""What tagging does for a beam, and what drives it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import counting_at_a_tunnel
from ontarget.analysis.tags.tag_scans import parametrised_beam
from ontarget.analysis.tags.tag_summary import TaggingGrid, TaggingResult, tagging
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import ANGLE, LENGTH, TIME, cm, ns
from ontarget.plot import Mark
from ontarget.report.section import Picture, Section, Table
from ontarget.study.beam.tag_energy import (
    contribution_rows,
    energy_picture,
    energy_rows,
    goal_picture,
    goal_rows,
    sensitivity_rows,
)
from ontarget.study.beam.tag_performance import (
    COLUMNS,
    aperture_picture,
    aperture_rows,
    headline,
    performance_rows,
    plane_rows,
    time_pictures,
    time_rows,
    vertex_picture,
    vertex_rows,
)
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask
from ontarget.tagging.tagger import Tagger

FEWEST_EVENTS, MOST_EVENTS = 100, 1_000_000
LISTS = ("times", "intensities", "vertices", "apertures", "divergences", "thicknesses", "baselines")


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
    key : with which the names of its tables and figures begin
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
    key: str = static(default="tagging")

    def check(self, context: Context) -> None:
        check_range(self, "goal", 1e-4, 0.1)
        for field in ("events", "nominal"):
            if not FEWEST_EVENTS <= getattr(self, field) <= MOST_EVENTS:
                truth = f"It is between {FEWEST_EVENTS} and {MOST_EVENTS}."
                raise InputError(field, str(getattr(self, field)), truth, "Give such a number.")
        for field in LISTS:
            given = np.asarray(getattr(self, field))
            if given.size == 0 or not (np.isfinite(given).all() and (given >= 0).all()):
                truth = "It is a list of finite numbers, none below zero."
                raise InputError(field, str(given.tolist()), truth, "Give at least one.")
        experiment = context.experiment(self.experiment, "experiment")
        counting_at_a_tunnel(experiment)
        parametrised_beam(experiment)

    def run(self, context: Context) -> Section:
        found = tagging(
            context.experiment(self.experiment, "experiment"),
            self.tagger,
            TaggingGrid(**{field: np.asarray(getattr(self, field)) for field in LISTS}),
            events=self.events,
            nominal=self.nominal,
            goal=float(self.goal),
            seed=self.seed,
            progress=context.progress,
        )
        published = None if self.published is None else float(self.published)
        first = headline(found, published)
        return Section("Tagging", self.text(), self.tables(found), self.pictures(found), headline=first)

    def tables(self, found: TaggingResult) -> list[Table]:
        """All of them."""
        titles = {
            "": ("The point as it is, by mode of decay", performance_rows(found.by_mode)),
            "_time": ("Against the time resolution of the detector and the intensity", time_rows(found.against_time)),
            "_vertex": ("Against the resolution of the vertex", vertex_rows(found.against_vertex)),
            "_aperture": (
                "Against the radius of the muon arm and the divergence of the beam",
                aperture_rows(found.against_aperture),
            ),
            "_planes": ("Against thickness and baseline of both arms", plane_rows(found.against_planes)),
            "_energy": ("Error of the tagged energy, by energy; right tags", energy_rows(found.by_energy)),
            "_contributions": ("What makes the error", contribution_rows(found.contributions)),
            "_sensitivity": ("Derivatives of the core", sensitivity_rows(found.sensitivities)),
            "_goal": (f"What reaches {100 * float(self.goal):g} %", goal_rows(found.goal)),
        }
        return [Table(f"{self.key}{name}", title, rows, COLUMNS) for name, (title, rows) in titles.items()]

    def pictures(self, found: TaggingResult) -> list[Picture]:
        """Against resolutions in time and place, the aperture, energy, and what reaches the goal."""
        return [
            *time_pictures(self.key, found.against_time, self.marks()),
            vertex_picture(self.key, found.against_vertex),
            aperture_picture(self.key, found.against_aperture),
            energy_picture(self.key, found.by_energy),
            goal_picture(self.key, found.goal),
        ]

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
