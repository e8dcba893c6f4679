"""Tags of a study's experiment, found by simulating its interactions one by one."""

from __future__ import annotations

import equinox as eqx
import numpy as np

from ontarget.analysis.beam.beam_flux import of_a_tunnel
from ontarget.analysis.tags.tag_campaign import tagged_axis, tagged_share, tagging_campaign
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.source.origin import Origin
from ontarget.study.context import Context
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.tag_response import simulated_tag
from ontarget.tagging.tagger import Tagger

FEWEST_EVENTS, MOST_EVENTS = 100, 1_000_000


class SimulatedTags(Noun):
    """Interactions of an experiment are tagged at the intensity of its facility; what comes out is its tag.

    Attributes
    ----------
    tagger : the trackers and the cuts
    events : how many
    seed : of everything
    """

    tagger: Tagger
    events: int = static(default=40_000)
    seed: int = static(default=1)

    def __check_init__(self) -> None:
        if not FEWEST_EVENTS <= self.events <= MOST_EVENTS:
            truth = f"It is between {FEWEST_EVENTS} and {MOST_EVENTS}."
            raise InputError("events", str(self.events), truth, "Give such a number.")

    def found(self, context: Context, name: str) -> tuple[Tagged, tuple[Origin, ...]]:
        """The interactions of an experiment of the study, tagged once."""
        return context.once(tagged_once, context, self, name)

    def given(self, context: Context, name: str, experiment: Experiment) -> Experiment:
        """The experiment with what was found as its tag; `name` is what the study calls it."""
        tagged, origins = self.found(context, name)
        source, _ = of_a_tunnel(context.experiment(name, "experiment"))
        tag = simulated_tag(tagged, origins, np.asarray(source.energies.edges), tagged_axis(experiment))
        return eqx.tree_at(lambda one: one.detector.tag, experiment, tag)

    def row(self, context: Context, name: str, experiment: Experiment) -> dict[str, object]:
        """How many tags there are, and how well counting knows them: all of them, and the median bin."""
        found = tagged_share(self.found(context, name)[0], np.asarray(tagged_axis(experiment).edges))
        return {
            "interactions simulated": found.events,
            "tagged (%)": 100 * found.tagged,
            "error of it (%)": 100 * found.error,
            "rightly, of the tagged (%)": None if found.right is None else 100 * found.right,
            "relative error of the median bin (%)": 100 * found.bin_error,
        }


def tagged_once(context: Context, tags: SimulatedTags, name: str) -> tuple[Tagged, tuple[Origin, ...]]:
    """Interactions of an experiment of the study, tagged one by one, and where their neutrinos come from."""
    context.progress(f"{tags.events} interactions of {name}, tagged one by one")
    made = tagging_campaign(context.experiment(name, "experiment"), tags.tagger, 1.0, tags.seed)
    return made.run(tags.events), made.drawing.origins
