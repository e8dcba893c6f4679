"""Data and best fit along each observable, as pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ontarget.detector import FactoredBackground, MeasuredBackground
from ontarget.experiment.experiment import Experiment
from ontarget.inference.fit import Components
from ontarget.matter.flavour import FLAVOURS, LATEX
from ontarget.numerics.axis import AbstractAxis, TimeAxis
from ontarget.plot import Component, Layer, Projection, garwood, projections_figure, residual
from ontarget.report.section import Picture

SHOWN = 1e-3  # of the signal: a flavour with less is left out


@dataclass(frozen=True)
class Observable:
    """One axis of an experiment, and how counts [tag seen*second] are summed onto it."""

    label: str
    axis: AbstractAxis
    onto: Callable[[np.ndarray], np.ndarray]

    @property
    def edges(self) -> np.ndarray:
        """In the unit that is shown."""
        return self.axis.shown() / (1e3 if isinstance(self.axis, TimeAxis) and self.axis.dimension.unit == "ns" else 1)

    @property
    def unit(self) -> str:
        """Shown with the axis."""
        return "µs" if isinstance(self.axis, TimeAxis) else self.axis.dimension.unit


def observables(noun: Experiment, labels: tuple[str, ...]) -> list[Observable]:
    """What an experiment sees: its seen axis, a second one if there is any, and the tag."""
    detector = noun.detector
    tags, seen = detector.tag.bins, detector.seen.bins
    found = [(detector.seen, lambda a: a.reshape(tags, seen, -1).sum(axis=(0, 2)))]
    if detector.second is not None:
        found.append((detector.second, lambda a: a.reshape(tags, seen, -1).sum(axis=(0, 1))))
    if detector.tag.axis is not None:
        found.append((detector.tag.axis, lambda a: a.sum(axis=1)))
    words = (*labels, *("observable",) * len(found))
    return [Observable(word, axis, onto) for word, (axis, onto) in zip(words, found, strict=False)]


def components_of(noun: Experiment, parts: Components, onto: Callable[[np.ndarray], np.ndarray]) -> list[Component]:
    """Backgrounds by name and the signal by flavour, projected."""
    found = []
    for background in noun.detector.backgrounds:
        steady = isinstance(background, (MeasuredBackground, FactoredBackground))
        layer: Layer = "signal" if background.name in parts.signal else "steady" if steady else "background"
        name = "CEvNS" if background.name == "cevns" else background.name.replace("_", " ")
        found.append(Component(name, onto(parts.values[background.name]), layer))
    total = sum(values.sum() for values in parts.flavours.values())
    for index, flavour in enumerate(FLAVOURS):
        values = np.sum([one[index] for one in parts.flavours.values()], axis=0)
        if np.sum(values) > SHOWN * total:
            found.append(Component(f"CEvNS {LATEX[flavour]}", onto(values), "signal"))
    return found


def projections(noun: Experiment, parts: Components, labels: tuple[str, ...]) -> list[Projection]:
    """One projection per observable."""
    made = []
    for one in observables(noun, labels):
        widths = np.diff(one.edges)
        equal = np.allclose(widths, widths[0])
        unit = f" ({one.unit})" if one.unit else ""
        per = None if equal else float(np.median(widths))
        observed = garwood(one.onto(np.asarray(noun.observed)))
        stack = components_of(noun, parts, one.onto)
        made.append(Projection(one.label + unit, one.unit, one.edges, observed, stack, per=per))
    return made


def residuals(noun: Experiment, whole: list[Projection], labels: tuple[str, ...]) -> list[Projection]:
    """The same without the steady state, whose sideband is subtracted from the data with its error."""
    made = []
    for one, projection in zip(observables(noun, labels), whole, strict=True):
        counts, variance = np.zeros(len(projection.edges) - 1), np.zeros(len(projection.edges) - 1)
        for sideband, expected in noun.sidebands().values():
            steady, ratio = np.asarray(expected), float(sideband.ratio)
            shares = steady / np.maximum(steady.sum(axis=0), 1e-300)
            for place, events in enumerate(np.asarray(sideband.counts)):  # each was counted once, for all tag bins
                alone = np.zeros_like(steady)
                alone[:, place] = shares[:, place]
                counts += ratio * events * (share := one.onto(alone))
                variance += ratio**2 * events * share**2
        made.append(residual(projection, counts, np.sqrt(variance)))
    return made


def projection_pictures(
    noun: Experiment, parts: Components, key: str, title: str, labels: tuple[str, ...]
) -> list[Picture]:
    """Data over the stacked best fit; and once more with the sideband subtracted, where there is one."""
    whole = projections(noun, parts, labels)
    pictures = [Picture(f"{key}_projections", f"{title}: data and best fit.", projections_figure(whole))]
    if noun.sidebands():
        figure = projections_figure(residuals(noun, whole, labels))
        pictures.append(Picture(f"{key}_residuals", f"{title}: steady state subtracted.", figure))
    return pictures
