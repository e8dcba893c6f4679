"""One way to measure a cross-section: an experiment, the bins that its tag makes, and what is known of its flux."""

from __future__ import annotations

from collections.abc import Mapping

import equinox as eqx

from ontarget.analysis.beam_variation import BeamError, Counted
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.tag import AbstractTag
from ontarget.study.beam.counters import Counters
from ontarget.study.beam.simulated_tags import SimulatedTags
from ontarget.study.context import Context

MESONS = "eigenmode of the mesons of"


class Method(Noun):
    """One way to measure: an experiment, whose tag makes the bins, and what is known of its flux.

    Attributes
    ----------
    experiment : its name; what it sees is summed
    tag : instead of the experiment's own
    simulated : instead of the matching of a tag of energies: events that are tagged in the study
    normalisation : relative error of all its events alike, such as of efficiencies
    errors : of numbers of the beam
    production : what is known of the mesons of a source with yields; None for nothing to be added to `errors`
    """

    experiment: str = static()
    normalisation: Number = quantity()
    errors: tuple[BeamError, ...] = ()
    tag: AbstractTag | None = None
    production: Counters | None = None
    simulated: SimulatedTags | None = None
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "normalisation")

    def noun(self, context: Context) -> Experiment:
        """The experiment with the tag of the method."""
        found = context.experiment(self.experiment, "experiment")
        if self.tag is not None:
            found = eqx.tree_at(lambda one: one.detector.tag, found, self.tag)
        return found if self.simulated is None else self.simulated.given(context, self.experiment, found)

    def check(self, context: Context, source: DecayTunnel) -> None:
        """Refuse errors of numbers that the beam does not have, and counters of mesons that are not uncertain."""
        for error in self.errors:
            error.moved(source)
        if self.production is None:
            return
        self.production.check(context)
        if source.yields is None:
            where, truth = f"methods.{self.name}.production", "The source of its experiment has no 'yields'."
            raise InputError(where, "counters", truth, "Give it a source with yields, or leave it out.")


def keys_of(method: Method, found: Mapping[tuple[str, float], Counted]) -> list[tuple[str, float]]:
    """Under which the fluxes stand that a method's flux may be off to: of its errors, and of its mesons."""
    errors = [(error.address, float(error.sigma)) for error in method.errors]
    return [*errors, *(key for key in found if key[0].rpartition(" ")[0] == f"{MESONS} {method.name}")]
