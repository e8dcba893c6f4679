"""Observed counts and the best fit, summed onto each observable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ontarget.detector import FactoredBackground, MeasuredBackground
from ontarget.experiment.experiment import Experiment
from ontarget.inference.fit import Components
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis

Kind = Literal["steady", "background", "signal"]


@dataclass(frozen=True)
class Observable:
    """One axis of an experiment, and how counts [tag seen*second] are summed onto it, [bin]."""

    name: Literal["seen", "second", "tag"]
    axis: AbstractAxis
    onto: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class FittedPart:
    """One part of the best fit along an observable.

    Attributes
    ----------
    name : of the background, or the channels; several are joined by commas
    kind : what it is: steady backgrounds do not depend on the beam
    flavour : of the neutrinos, empty for backgrounds
    counts : events [bin]
    """

    name: str
    kind: Kind
    flavour: str
    counts: np.ndarray


@dataclass(frozen=True)
class ProjectedFit:
    """Data and best fit along one observable, the others summed.

    Attributes
    ----------
    name : of the observable
    axis : its bins
    observed : events [bin]
    parts : backgrounds, then the signal by flavour
    sideband : steady events that were counted in sidebands, scaled to the signal sample [bin]; None without any
    sideband_error : one standard deviation of it, of Poisson counts in the sidebands, events [bin]
    """

    name: str
    axis: AbstractAxis
    observed: np.ndarray
    parts: tuple[FittedPart, ...]
    sideband: np.ndarray | None
    sideband_error: np.ndarray | None


def projections(experiment: Experiment, components: Components) -> tuple[ProjectedFit, ...]:
    """Data and best fit along what is seen, along a second observable if there is one, and along the tag's axis.

    Parameters
    ----------
    experiment : with observed counts
    components : of its best fit, as `count_events` has them
    """
    found = []
    for one in observables(experiment):
        counts, error = sideband_counts(experiment, one) if experiment.sidebands() else (None, None)
        parts = fitted_parts(experiment, components, one)
        found.append(ProjectedFit(one.name, one.axis, one.onto(components.observed), parts, counts, error))
    return tuple(found)


def observables(experiment: Experiment) -> list[Observable]:
    """What an experiment sees: its seen axis, a second one if there is any, and the tag."""
    detector = experiment.detector
    tags, seen = detector.tag.bins, detector.seen.bins
    found = [Observable("seen", detector.seen, lambda a: a.reshape(tags, seen, -1).sum(axis=(0, 2)))]
    if detector.second is not None:
        found.append(Observable("second", detector.second, lambda a: a.reshape(tags, seen, -1).sum(axis=(0, 1))))
    if detector.tag.axis is not None:
        found.append(Observable("tag", detector.tag.axis, lambda a: a.sum(axis=1)))
    return found


def fitted_parts(experiment: Experiment, components: Components, observable: Observable) -> tuple[FittedPart, ...]:
    """Backgrounds by name, those that vanish with the strength as signal; then the channels together, by flavour."""
    found = []
    for background in experiment.detector.backgrounds:
        steady = isinstance(background, (MeasuredBackground, FactoredBackground))
        kind: Kind = "signal" if background.name in components.signal else "steady" if steady else "background"
        counts = observable.onto(components.values[background.name])
        found.append(FittedPart(background.name, kind, "", counts))
    name = ", ".join(components.flavours)
    for index, flavour in enumerate(FLAVOURS if components.flavours else ()):
        values = np.sum([one[index] for one in components.flavours.values()], axis=0)
        found.append(FittedPart(name, "signal", flavour, observable.onto(values)))
    return tuple(found)


def sideband_counts(experiment: Experiment, observable: Observable) -> tuple[np.ndarray, np.ndarray]:
    r"""Steady events along an observable as the sidebands counted them, and one standard deviation, both [bin].

    .. math:: b_i = r \sum_o m_o f_{oi}, \qquad \sigma_i^2 = r^2 \sum_o m_o f_{oi}^2

    with m_o events in a sideband's bin, each counted once for all bins i among which the shares f divide it.
    """
    counts = np.zeros(observable.axis.bins)
    variance = np.zeros(observable.axis.bins)
    for sideband, expected in experiment.sidebands().values():
        steady, ratio = np.asarray(expected), float(sideband.ratio)
        shares = steady / np.maximum(steady.sum(axis=0), 1e-300)
        for place, events in enumerate(np.asarray(sideband.counts)):
            alone = np.zeros_like(steady)
            alone[:, place] = shares[:, place]
            share = observable.onto(alone)
            counts += ratio * events * share
            variance += ratio**2 * events * share**2
    return counts, np.sqrt(variance)
