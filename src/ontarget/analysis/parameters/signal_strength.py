"""What the observed counts of one experiment say of its signal: events, significance, strength, cross-section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.parameters.flux_average import average_cross_section, mean_neutron_number
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Components, Fit, Piece, fit, intervals, predicted_spread, profile
from ontarget.inference.likelihood import AbstractParameter, Likelihood, Scale, likelihood
from ontarget.inference.toys import GoodnessOfFit, Significance, goodness_of_fit, significance
from ontarget.numerics.progress import silent

ONE_SIGMA = 0.6826894921370859
"""Probability of a normal distribution within one standard deviation."""

STRENGTH = Scale("strength", "*.source.neutrinos_per_proton", jnp.asarray(0.0), jnp.asarray(3.0))
"""Multiplies the signal of a source of stopped pions; 1 is the prediction, and no signal the lower edge of its box."""

POINTS = 121  # of the strength's grid, over its box

MakesLikelihood = Callable[[Sequence[Experiment], Sequence[AbstractParameter]], Likelihood]
"""Makes the likelihood of experiments in parameters; one that keeps expansions saves computing them again."""


@dataclass(frozen=True)
class EventCount:
    """Numbers of events, from a fit of the signal's strength and of backgrounds to all bins.

    Attributes
    ----------
    predicted, predicted_error : signal events that are expected, and what the systematic errors make of one standard
        deviation
    components : fitted events of each channel and background, by bin, and the errors of their sums
    null : the significance with which no signal is rejected
    likelihood, best : what was fitted, and where it is largest
    """

    predicted: float
    predicted_error: float
    components: Components
    null: Significance
    likelihood: Likelihood
    best: Fit

    @property
    def fitted(self) -> dict[str, float]:
        """Fitted events of each channel and background."""
        return {name: self.components.total(name) for name in self.components.values}

    @property
    def errors(self) -> dict[str, float]:
        """One standard deviation of each of the fitted numbers of events."""
        return {name: self.components.errors[name] for name in self.components.values}

    @property
    def observed(self) -> float:
        """Events in all bins."""
        return float(np.sum(self.components.observed))


@dataclass(frozen=True)
class MeasuredCrossSection:
    """A flux-averaged cross-section, from the strength of the signal with all systematic errors profiled.

    Attributes
    ----------
    neutrons : per nucleus of the target, averaged over its nuclei
    strength : of the signal over its prediction, at the best fit
    interval : of the strength, one standard deviation
    standard : the flux-averaged cross-section that the strength multiplies, an area (internal units)
    best : the fit
    parameters : that were free in it
    """

    neutrons: float
    strength: float
    interval: Piece
    standard: float
    best: Fit
    parameters: tuple[AbstractParameter, ...]

    @property
    def value(self) -> float:
        """Measured, an area (internal units)."""
        return self.strength * self.standard

    @property
    def errors(self) -> tuple[float, float]:
        """One standard deviation below and above, areas (internal units); infinite where the box ends it above."""
        below, above = self.strength - self.interval.low, self.interval.high - self.strength
        above = float("inf") if self.interval.open_high else above
        return below * self.standard, above * self.standard

    @property
    def mean_error(self) -> float:
        """Mean of the errors below and above, an area (internal units)."""
        return sum(self.errors) / 2


@dataclass(frozen=True)
class SignalMeasurement:
    """What one experiment measured: events, cross-section, and how well the fit of the events describes the data."""

    events: EventCount
    cross_section: MeasuredCrossSection
    goodness: GoodnessOfFit


def measure_signal(
    experiment: Experiment,
    strength: AbstractParameter = STRENGTH,
    backgrounds: Sequence[AbstractParameter] = (),
    systematics: Sequence[AbstractParameter] = (),
    *,
    standard: Experiment | None = None,
    toys: int = 1000,
    seed: int = 1,
    likelihood_of: MakesLikelihood = likelihood,
    progress: Callable[[str], None] = silent,
) -> SignalMeasurement:
    """Count events, measure the cross-section, and try the fit of the events on pseudo-experiments.

    Parameters
    ----------
    experiment : with observed counts
    strength : multiplies the signal, from zero
    backgrounds : free in both fits
    systematics : free in that of the cross-section
    standard : the experiment whose average cross-section the strength multiplies; this one by default
    toys, seed : number of pseudo-experiments, and of their random numbers
    """
    progress("events")
    events = count_events(experiment, strength, backgrounds, systematics, likelihood_of=likelihood_of)
    progress("cross-section")
    found = measure_cross_section(
        experiment, strength, backgrounds, systematics, standard=standard, likelihood_of=likelihood_of
    )
    progress(f"{toys} toys")
    return SignalMeasurement(events, found, goodness_of_fit(events.likelihood, events.best, seed, toys=toys))


def count_events(
    experiment: Experiment,
    strength: AbstractParameter = STRENGTH,
    backgrounds: Sequence[AbstractParameter] = (),
    systematics: Sequence[AbstractParameter] = (),
    *,
    likelihood_of: MakesLikelihood = likelihood,
) -> EventCount:
    """Fit the strength of the signal and the backgrounds to the observed counts.

    Parameters
    ----------
    experiment : with observed counts
    strength : multiplies the signal, from zero
    backgrounds : free in the fit
    systematics : of the prediction; held in the fit
    """
    check_counted(experiment)
    counts = likelihood_of([experiment], [strength, *backgrounds])
    best = fit(counts)
    components = Components(experiment, counts, best, strength.name)
    null = significance(counts, strength.name, 0.0)
    return EventCount(*predicted_spread(experiment, strength, systematics), components, null, counts, best)


def measure_cross_section(
    experiment: Experiment,
    strength: AbstractParameter = STRENGTH,
    backgrounds: Sequence[AbstractParameter] = (),
    systematics: Sequence[AbstractParameter] = (),
    *,
    standard: Experiment | None = None,
    likelihood_of: MakesLikelihood = likelihood,
) -> MeasuredCrossSection:
    r"""Fit strength, backgrounds and systematic errors to the observed counts; the strength scales the cross-section.

    .. math:: \langle\sigma\rangle = s\,\langle\sigma\rangle_\mathrm{standard}

    Parameters
    ----------
    experiment : with observed counts
    strength : multiplies the signal, from zero
    backgrounds, systematics : free in the fit
    standard : the experiment whose average cross-section the strength multiplies; this one by default

    References
    ----------
    COHERENT:2021xmm
    """
    check_counted(experiment)
    free = (strength, *backgrounds, *systematics)
    grid = np.linspace(float(strength.low), float(strength.high), POINTS)
    scan = profile(likelihood_of([experiment], free), {strength.name: grid})
    value = scan.best.values[strength.name]
    return MeasuredCrossSection(
        mean_neutron_number(experiment),
        value,
        piece_around(value, intervals(scan, ONE_SIGMA).pieces),
        average_cross_section(experiment if standard is None else standard),
        scan.best,
        free,
    )


def piece_around(value: float, pieces: Sequence[Piece]) -> Piece:
    """The piece of an interval that holds a value, or that is nearest to it."""
    if not pieces:
        truth = "No strength in its box is within one standard deviation of the best fit."
        raise InputError("strength", f"a best fit of {value:.6g}", truth, "Widen the box of the strength.")
    held = next((one for one in pieces if one.low <= value <= one.high), None)
    return held or min(pieces, key=lambda one: max(one.low - value, value - one.high))


def check_counted(experiment: Experiment) -> None:
    """Refuse an experiment that has observed nothing."""
    if experiment.observed is None:
        truth, remedy = "Nothing was observed there.", "Give it 'observed' counts, or leave it out."
        raise InputError("experiment", repr(experiment.name), truth, remedy)
