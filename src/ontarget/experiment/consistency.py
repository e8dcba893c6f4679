"""Two numbers of an experiment that contradict each other: one of them would be dropped without a word."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import jax
import numpy as np

from ontarget.detector.quenching import PolynomialQuenching
from ontarget.experiment.counts import ChannelCounts
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun
from ontarget.ground.units import ENERGY
from ontarget.interaction.binned import BinnedScale
from ontarget.interaction.charged.charged_current import ChargedCurrent
from ontarget.interaction.charged.nuclear_table import NuclearTable
from ontarget.interaction.interaction import AbstractInteraction

if TYPE_CHECKING:
    from ontarget.experiment.experiment import Experiment

NEAR = 0.02
"""A duty may be so much below repetition times pulse, as people round."""

CONTINUED: dict[type, float] = {NuclearTable: 0.01, ChargedCurrent: 0.1}
"""Of the events, above the last point of a table: E squared there is a guess, and a constant sigma/E is what deep
inelastic scattering keeps to some per cent."""


def check_duties(experiment: Experiment) -> None:
    """Refuse windows longer than the time between two pulses, and duties of windows shorter than what they hold.

    Without a tag all neutrinos are counted, so that the window of a background, its duty over the repetition, is as
    long as the pulse at least; else it is that of the tag.
    """
    facility, tag = experiment.facility, experiment.detector.tag
    span = getattr(tag, "span", None)
    repetition, long = concrete(facility.repetition), concrete(facility.pulse.length if span is None else span)
    if repetition is None or long is None:
        return
    share = repetition * long
    if span is not None and share > 1 + 1e-9:
        truth = "Windows longer than the time between two pulses overlap."
        raise InputError("detector.tag", f"a window open {100 * share:.4g} % of the time", truth, "Give a shorter one.")
    for background in experiment.detector.backgrounds:
        duty = concrete(getattr(background, "duty", None))
        if duty is not None and duty < (1 - NEAR) * share:
            what = "pulse" if span is None else "window"
            truth = f"Repetition times {what} is {share:.4g}, and all neutrinos of that time are counted."
            remedy = f"Give {share:.4g} or more, or mend repetition or {what}."
            raise InputError(f"detector.backgrounds.{background.name}.duty", f"{duty:.6g}", truth, remedy)


def check_quenchings(experiment: Experiment) -> None:
    """Refuse polynomials of a background's energy scale, or of its cuts, that fall over the recoils that are seen."""
    detector = experiment.detector
    if isinstance(detector.seen.start, jax.core.Tracer) or isinstance(detector.seen.stop, jax.core.Tracer):
        return
    seen = np.asarray(detector.seen.edges)
    for background in detector.backgrounds:
        for path, one in polynomials(background):
            try:
                one.check_over(seen)
            except InputError as error:
                raise error.within(f"detector.backgrounds.{background.name}.{path}") from None


def polynomials(noun: Noun) -> Iterator[tuple[str, PolynomialQuenching]]:
    """Every quenching by a polynomial in a noun, with its path."""
    for field in dataclasses.fields(noun):
        value = getattr(noun, field.name)
        several = isinstance(value, tuple)
        for index, one in enumerate(value if several else (value,)):
            name = f"{field.name}.{getattr(one, 'name', '') or index}" if several else field.name
            if isinstance(one, PolynomialQuenching):
                yield name, one
            elif isinstance(one, Noun):
                yield from ((f"{name}.{inner}", found) for inner, found in polynomials(one))


def table_of(interaction: AbstractInteraction) -> tuple[type, float] | None:
    """The kind of a cross-section from a table over the neutrino's energy, and where it ends."""
    if isinstance(interaction, BinnedScale):
        return table_of(interaction.of)
    if isinstance(interaction, NuclearTable):
        return NuclearTable, float(np.asarray(interaction.energies)[-1])
    if isinstance(interaction, ChargedCurrent):
        return ChargedCurrent, min(float(np.asarray(one.energies)[-1]) for one in interaction.flavours)
    return None


def check_table(where: str, interaction: AbstractInteraction, found: ChannelCounts) -> None:
    """Refuse a table that ends where many neutrinos still interact: what lies above is its continuation."""
    table = table_of(interaction)
    if table is None:
        return
    kind, end = table
    cells, events = np.asarray(found.cells), np.asarray(found.truth).sum(axis=0)
    if end >= cells[-1] or not events.sum() > 0:
        return
    reached = np.interp(end, cells, np.append(0.0, np.cumsum(events)))
    share = 1 - reached / events.sum()
    if share > CONTINUED[kind]:
        got = f"a table that ends at {ENERGY.show(end)}"
        truth = f"{100 * share:.2g} % of the events are of neutrinos above, where it is only continued."
        raise InputError(f"{where}.interaction", got, truth, "Give points up to the highest energy of the source.")
