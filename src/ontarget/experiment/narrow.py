"""What kind of source, site or propagation an experiment has, where a question can be asked of one kind only."""

from __future__ import annotations

from typing import TypeVar

from ontarget.detector import Channel
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.source.site import AbstractSite
from ontarget.source.source import AbstractSource

Source = TypeVar("Source", bound=AbstractSource)
Site = TypeVar("Site", bound=AbstractSite)
Propagation = TypeVar("Propagation", bound=AbstractPropagation)
Kind = TypeVar("Kind")


def neutrino_experiment(experiment: AbstractExperiment) -> Experiment:
    """An experiment that counts neutrinos; a lepton counter is refused."""
    return narrowed(experiment, Experiment, experiment.name, "A detector of neutrinos is asked about.")


def with_channels(experiment: AbstractExperiment, truth: str) -> Experiment:
    """A neutrino experiment whose detector computes interactions; `truth` says what is asked of them.

    One whose signal is a template has no channels, and knows neither energies nor flavours.
    """
    found = neutrino_experiment(experiment)
    if not found.detector.channels:
        raise InputError(f"{found.name}.detector", "no channels", truth, "Name an experiment with channels.")
    return found


def first_channel(experiment: AbstractExperiment, truth: str) -> Channel:
    """The first channel of an experiment; one without channels is refused, `truth` says why one is needed."""
    return with_channels(experiment, truth).detector.channels[0]


def source_of(experiment: AbstractExperiment, kind: type[Source], truth: str = "") -> Source:
    """The source of an experiment, of this kind; `truth` says why no other will do."""
    found = neutrino_experiment(experiment)
    return narrowed(found.source, kind, f"{found.name}.source", truth)


def site_of(experiment: AbstractExperiment, kind: type[Site], truth: str = "") -> Site:
    """The site of an experiment's detector, of this kind."""
    found = neutrino_experiment(experiment)
    return narrowed(found.detector.site, kind, f"{found.name}.detector.site", truth)


def propagation_of(experiment: AbstractExperiment, kind: type[Propagation], truth: str = "") -> Propagation:
    """The propagation of an experiment's neutrinos, of this kind."""
    found = neutrino_experiment(experiment)
    return narrowed(found.propagation, kind, f"{found.name}.propagation", truth)


def narrowed(given: object, kind: type[Kind], where: str, truth: str = "") -> Kind:
    """`given` as the kind that it must be; anything else is refused in one sentence."""
    if isinstance(given, kind):
        return given
    asked = truth or f"{kind.__name__} is asked for here."
    raise InputError(where, type(given).__name__, asked, f"Give a {kind.__name__}.")
