"""Tags of a study's experiment, found by simulating its interactions one by one."""

from __future__ import annotations

import equinox as eqx
import numpy as np

from ontarget.analysis.beam_flux import of_a_tunnel
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.source.origin import Origin
from ontarget.study.beam.tag_campaign import axis_of, campaign
from ontarget.study.context import Context
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.performance import statistical
from ontarget.tagging.tag_response import simulated_tag
from ontarget.tagging.tagger import Tagger

FEWEST, MOST = 100, 1_000_000


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
        if not FEWEST <= self.events <= MOST:
            truth = f"It is between {FEWEST} and {MOST}."
            raise InputError("events", str(self.events), truth, "Give such a number.")

    def found(self, context: Context, name: str) -> tuple[Tagged, tuple[Origin, ...]]:
        """The interactions of an experiment of the study, tagged once."""
        return context.once(tagged_once, context, self, name)

    def given(self, context: Context, name: str, experiment: Experiment) -> Experiment:
        """The experiment with what was found as its tag; `name` is what the study calls it."""
        tagged, origins = self.found(context, name)
        source, _ = of_a_tunnel(context.experiment(name, "experiment"))
        tag = simulated_tag(tagged, origins, np.asarray(source.energies.edges), axis_of(experiment))
        return eqx.tree_at(lambda one: one.detector.tag, experiment, tag)

    def row(self, context: Context, name: str, experiment: Experiment) -> dict[str, object]:
        """How many tags there are, and how well counting knows them: all of them, and the median bin."""
        tagged, _ = self.found(context, name)
        has = tagged.tags.candidates > 0
        share, edges = float(has.mean()), np.asarray(axis_of(experiment).edges)
        counts = np.histogram(tagged.tags.energy[has], edges)[0]
        return {
            "interactions simulated": self.events,
            "tagged (%)": 100 * share,
            "error of it (%)": 100 * statistical(share, self.events),
            "rightly, of the tagged (%)": 100 * float(tagged.tags.right[has].mean()) if has.any() else None,
            "relative error of the median bin (%)": 100 / float(np.sqrt(max(np.median(counts), 1.0))),
        }


def tagged_once(context: Context, tags: SimulatedTags, name: str) -> tuple[Tagged, tuple[Origin, ...]]:
    """Interactions of an experiment of the study, tagged one by one, and where their neutrinos come from."""
    context.progress(f"{tags.events} interactions of {name}, tagged one by one")
    made = campaign(context.experiment(name, "experiment"), tags.tagger, 1.0, tags.seed)
    return made.run(tags.events), made.drawing.origins
