"""How well a cross-section can be measured against energy: several methods on one beam, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.beam.beam_flux import of_a_tunnel
from ontarget.analysis.beam.beam_variation import BeamError, Counted, count, count_with_modes, unmoved, with_eigenmodes
from ontarget.analysis.beam.flavour_ratio import RatioPrecision, cross_section_ratio
from ontarget.analysis.monitored.counted_pulls import Matrix
from ontarget.analysis.monitored.cross_section_templates import Bilinear, templates
from ontarget.analysis.monitored.unfolding import Square, Unfolded, curvature, unfold
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.inference.fit import fisher
from ontarget.inference.likelihood import likelihood
from ontarget.inference.likelihood.pull import between, pull
from ontarget.numerics import BeamEnergyAxis, Explicit
from ontarget.numerics.progress import silent
from ontarget.source.tunnel.decay_tunnel import DecayTunnel

LARGEST_FACTOR = 9.0
"""Of the cross-section that is looked at; an error as large is none that is known."""

MIDDLE = 0.16, 0.84
"""The middle 68 % of the events."""


@dataclass(frozen=True)
class CrossSectionMethod:
    """One way to measure: an experiment, whose tag makes the bins, and what is known of its flux.

    Attributes
    ----------
    experiment : behind a decay tunnel; what it sees is summed
    normalisation : relative error of all its events alike
    errors : of numbers of the beam
    mesons : covariance of the pulls of the source's yields [pull pull]; None for mesons that are exact but for `errors`
    """

    experiment: Experiment
    normalisation: float = 0.01
    errors: tuple[BeamError, ...] = ()
    mesons: Matrix | None = None


@dataclass(frozen=True)
class MethodPrecision:
    """What one method knows of the cross-section.

    Attributes
    ----------
    parts : [1 + pull, 1 + factor, tag bin] events in the whole exposure, see `Bilinear`
    information : [factor and pull, factor and pull] of the factors and then the pulls, priors of these included
    free, smoothed : errors of the factors, without and with a prior of smoothness
    middle : between which energies the middle 68 % of the events of the flavour are
    """

    parts: Float[np.ndarray, "pull factor tag"]
    information: Square
    free: Unfolded
    smoothed: Unfolded
    middle: tuple[float, float]

    @property
    def events(self) -> float:
        """In the whole exposure, all flavours."""
        return float(self.parts[0, 0].sum())

    @property
    def statistical(self) -> float:
        """Relative error of the rate by counting."""
        return float(1 / np.sqrt(self.events))

    @property
    def flux(self) -> float:
        """Relative error of the rate by all that is not known of flux and normalisation."""
        return float(np.sqrt((self.parts[1:, 0].sum(axis=1) ** 2).sum())) / self.events

    @property
    def rate(self) -> float:
        """Relative error of the rate, that of a mean cross-section."""
        return float(np.hypot(self.statistical, self.flux))


@dataclass(frozen=True)
class CrossSectionPrecision:
    """What several methods know of a cross-section.

    Attributes
    ----------
    edges : [edge] of the bins of energy in which the cross-section is a result, energy
    flavour : whose cross-section it is
    methods : by name
    ratios : of the cross-sections of electron and muon neutrinos, by method with an error of its flux
    """

    edges: Float[np.ndarray, " edge"]
    flavour: str
    methods: Mapping[str, MethodPrecision]
    ratios: tuple[RatioPrecision, ...]


def cross_section(
    methods: Mapping[str, CrossSectionMethod],
    edges: Float[np.ndarray, " edge"],
    flavour: str = "nu_mu",
    strength: float = 0.03,
    goal: float = 0.1,
    progress: Callable[[str], None] = silent,
) -> CrossSectionPrecision:
    r"""Relative error of a charged-current cross-section in bins of energy, by several methods on one beam and site.

    A method's likelihood holds one free factor per bin (`BinnedScale`), and pulls for the errors of its flux. Errors
    are those of its Fisher information at the expected counts, with and without a prior of smoothness (`curvature`).

    Parameters
    ----------
    methods : by name
    edges : of the bins of energy in which the cross-section is a result, energy
    flavour : whose cross-section it is
    strength : tau of the prior of smoothness
    goal : error of a combination of factors that counts as resolved
    """
    nominal, moved = beams_of(methods, progress)
    axis = bins_between(np.asarray(edges))
    found = {}
    for name, method in methods.items():
        progress(f"cross-section by {name}")
        parts = templates(method.experiment, nominal, moved[name], method.normalisation, axis, flavour)
        found[name] = method_precision(parts, axis, strength, goal)
    first = next(iter(methods.values())).experiment
    ratios = cross_section_ratio(first, nominal, {name: some for name, some in moved.items() if some})
    return CrossSectionPrecision(np.asarray(edges), flavour, found, ratios)


def bins_between(edges: Float[np.ndarray, " edge"]) -> BeamEnergyAxis:
    """The bins of the result."""
    start, stop = edges[0], edges[-1]
    return BeamEnergyAxis(start, stop, len(edges) - 1, Explicit((edges - start) / (stop - start)))


def beams_of(
    methods: Mapping[str, CrossSectionMethod], progress: Callable[[str], None]
) -> tuple[Counted, dict[str, tuple[Counted, ...]]]:
    """The beam as it is, and, by method, one standard deviation off for each error and each eigenmode of its mesons.

    All methods are on one beam and site: each number is moved once for all of them.
    """
    source, site = of_a_tunnel(next(iter(methods.values())).experiment)
    tags = [method.experiment.detector.tag for method in methods.values()]
    progress("flux of the beam as it is")
    every, known = count_with_modes(source, site, tags), dict[tuple[str, float], Counted]()
    moved = {}
    for name, method in methods.items():
        for error in method.errors:
            key = error.address, float(error.sigma)
            if key not in known:
                progress(f"flux with {key[0]} off by {100 * key[1]:g} %")
                known[key] = count(error.moved(source), site, tags)
        mesons = [] if method.mesons is None else with_eigenmodes(every, checked(method.mesons, source, name))
        moved[name] = *(known[error.address, float(error.sigma)] for error in method.errors), *mesons
    return unmoved(every), moved


def checked(mesons: Matrix, source: DecayTunnel, name: str) -> Matrix:
    """A covariance of as many pulls as the yields of the source have."""
    pulls = 0 if source.yields is None else len(source.yields.names)
    if len(mesons) != pulls:
        truth = f"The yields of the source have {pulls} pulls."
        raise InputError(f"methods.{name}.mesons", f"a covariance of {len(mesons)}", truth, "Give one of as many.")
    return mesons


def method_precision(
    parts: Float[np.ndarray, "pull factor tag"], axis: BeamEnergyAxis, strength: float, goal: float
) -> MethodPrecision:
    """Errors of the factors of one method, from its events by pull and factor."""
    events = Bilinear.at_start(parts, "method")
    free = [between(f"bin{i}", f"*.factors.{i}", 0.0, LARGEST_FACTOR, 1.0) for i in range(axis.bins)]
    pulls = [pull(f"pull{i}", f"*.pulls.{i}") for i in range(len(events.pulls))]
    information, edges = fisher(likelihood(events, [*free, *pulls])), np.asarray(axis.edges)
    alone = unfold(information, axis.bins, goal)
    smoothed = unfold(information, axis.bins, goal, curvature(edges, strength))
    return MethodPrecision(np.asarray(events.parts), information, alone, smoothed, middle_of(events, edges))


def middle_of(events: Bilinear, edges: Float[np.ndarray, " edge"]) -> tuple[float, float]:
    """Between which energies the middle 68 % of the events are, even within each bin."""
    by_bin = np.asarray(events.parts)[0, 1:].sum(axis=1)
    reached = np.concatenate([[0.0], np.cumsum(by_bin)]) / by_bin.sum()
    low, high = np.interp(MIDDLE, reached, edges)
    return float(low), float(high)
