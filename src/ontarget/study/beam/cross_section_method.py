"""One way to measure a cross-section: an experiment, the bins that its tag makes, and what is known of its flux."""

from __future__ import annotations

import equinox as eqx

from ontarget.analysis.beam.beam_flux import counting_at_a_tunnel
from ontarget.analysis.beam.beam_variation import BeamError
from ontarget.analysis.monitored.cross_section_precision import CrossSectionMethod
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.source.tag import AbstractTag
from ontarget.study.beam.counters import Counters
from ontarget.study.beam.simulated_tags import SimulatedTags
from ontarget.study.context import Context


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

    @property
    def where(self) -> str:
        """The field that names the experiment, for messages."""
        return f"methods.{self.name}.experiment"

    def tagged(self, context: Context) -> Experiment:
        """The experiment with the tag of the method."""
        found = context.experiment(self.experiment, self.where)
        if self.tag is not None:
            found = eqx.tree_at(lambda one: one.detector.tag, found, self.tag)
        return found if self.simulated is None else self.simulated.given(context, self.experiment, found)

    def in_study(self, context: Context) -> CrossSectionMethod:
        """The method with its experiment, and with what the study's counters leave of the mesons."""
        experiment = self.tagged(context)
        source, _ = counting_at_a_tunnel(experiment)
        mesons = None
        if self.production is not None and source.yields is not None:
            mesons = self.production.covariance(context, source.yields)
        return CrossSectionMethod(experiment, float(self.normalisation), self.errors, mesons)

    def check(self, context: Context) -> None:
        """Refuse errors of numbers that the beam does not have, and counters of mesons that are not uncertain."""
        source, _ = counting_at_a_tunnel(context.experiment(self.experiment, self.where))
        for error in self.errors:
            error.moved(source)
        if self.production is None:
            return
        self.production.check(context)
        if source.yields is None:
            where, truth = f"methods.{self.name}.production", "The source of its experiment has no 'yields'."
            raise InputError(where, "counters", truth, "Give it a source with yields, or leave it out.")
