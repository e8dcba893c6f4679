"""When events of a pulsed source come, at one facility or another: by flavour, with what comes beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.facility.pion_facility import StoppedPionFacility
from ontarget.detector import Detector
from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import site_of, source_of, with_channels
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError
from ontarget.ground.program import program
from ontarget.ground.units import us, year
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import TimeAxis
from ontarget.source import AbstractTag, ArrivalTime, Facility, RunningTime, Site, StoppedPion

PROMPT, DELAYED = "nu_mu", ("nu_e", "nubar_mu")
"""The flavour on the pion's clock, and those on the muon's."""

ONE_CLOCK = "Only in the plain decays of stopped pions and muons does a flavour come by one clock."


@dataclass(frozen=True)
class Arrivals:
    """Events per calendar year in successive bins of time, which is zero when the first neutrino can arrive.

    Attributes
    ----------
    edges : [edge] microseconds
    neutrinos : by flavour [bin] events
    backgrounds : by name [bin] events
    """

    edges: Float[np.ndarray, " edge"]
    neutrinos: dict[str, Float[np.ndarray, " bin"]]
    backgrounds: dict[str, Float[np.ndarray, " bin"]]

    @property
    def prompt(self) -> np.ndarray:
        """Neutrinos on the pion's clock."""
        return self.neutrinos[PROMPT]

    @property
    def delayed(self) -> np.ndarray:
        """Neutrinos on the muon's clock."""
        return sum((self.neutrinos[flavour] for flavour in DELAYED), np.zeros(len(self.edges) - 1))

    @property
    def background(self) -> np.ndarray:
        """What is no neutrino."""
        return sum(self.backgrounds.values(), np.zeros(len(self.edges) - 1))


def check_clocks(experiment: Experiment) -> None:
    """Refuse an experiment whose flavours do not tell the clock that they follow."""
    with_channels(experiment, "Windows are chosen for the neutrinos of each flavour.")
    source = source_of(experiment, StoppedPion, ONE_CLOCK)
    site_of(experiment, Site, ONE_CLOCK)
    if source.contamination:
        got = f"{len(source.contamination)} contaminations"
        raise InputError(f"{experiment.name}.source", got, ONE_CLOCK, "Give a StoppedPion without contamination.")


def per_neutrino(experiment: Experiment, counts: Counts) -> dict[str, float]:
    """Events seen at any time, for one neutrino of each flavour that the source makes."""
    source, tag = source_of(experiment, StoppedPion, ONE_CLOCK), experiment.detector.tag
    prompt, delayed = (float(one.sum()) for one in in_time(experiment, experiment.facility, source, tag)[:2])
    made = float(source.neutrinos_per_proton * experiment.exposure.protons(experiment.facility))
    seen = sum(np.asarray(channel.values).sum(axis=(1, 2)) for channel in counts.channels)
    inside = {PROMPT: prompt, **dict.fromkeys(DELAYED, delayed)}
    return {flavour: float(seen[FLAVOURS.index(flavour)]) / share / made for flavour, share in inside.items()}


def in_time(
    experiment: Experiment, facility: Facility, source: StoppedPion, tag: AbstractTag
) -> tuple[Float[Array, " bin"], Float[Array, " bin"], dict[str, Float[Array, " bin"]]]:
    """Shares of prompt and of delayed neutrinos in the bins of a tag, and backgrounds there in a calendar year.

    The detector is that of the experiment, at a facility with a source.
    """
    site = site_of(experiment, Site, ONE_CLOCK)
    one = dataclasses.replace(facility, name=""), dataclasses.replace(source, nodes=8, name="")
    return shares_in_time(experiment.detector, site, *one, tag)  # times ask for no energies, and compile once


@program
def shares_in_time(
    detector: Detector, site: Site, facility: Facility, source: StoppedPion, tag: AbstractTag
) -> tuple[Float[Array, " bin"], Float[Array, " bin"], dict[str, Float[Array, " bin"]]]:
    """`in_time`, compiled."""
    prompt, delayed = source.arrival(facility.train, site, tag)
    running = RunningTime(jnp.asarray(year)).running(facility)
    backgrounds = {
        one.name: one.expected(detector.mass, running, tag, detector.seen.edges).sum(axis=1)
        for one in detector.backgrounds
    }
    return prompt[:-1], delayed[:-1], backgrounds


def arrivals(experiment: Experiment, seen: Mapping[str, float], at: StoppedPionFacility, axis: TimeAxis) -> Arrivals:
    """The detector of an experiment at a facility, with the events `seen` for each neutrino that is made."""
    tag = ArrivalTime(axis, site_of(experiment, Site, ONE_CLOCK).baseline / c)
    found = in_time(experiment, at.facility, at.source, tag)
    prompt, delayed, backgrounds = jax.tree.map(np.asarray, found)
    made = at.neutrinos_per_year
    neutrinos = {name: made * one * (delayed if name in DELAYED else prompt) for name, one in seen.items()}
    return Arrivals(np.asarray(axis.edges) / us, neutrinos, backgrounds)
