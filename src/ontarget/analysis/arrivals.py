"""When events of a pulsed source come, at one facility or another: by flavour, with what comes beside them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector import Detector
from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError
from ontarget.ground.units import us, year
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import TimeAxis
from ontarget.source import AbstractTag, ArrivalTime, Facility, RunningTime, Site, StoppedPion

DELAYED = ("nu_e", "nubar_mu")
"""Flavours that follow the muon's clock; the muon neutrino follows the pion's."""


@dataclass(frozen=True)
class Arrivals:
    """Events per calendar year in successive bins of time, which is zero when the first neutrino can arrive.

    Attributes
    ----------
    edges : [edge] in microseconds
    neutrinos : by flavour [bin]
    backgrounds : by name [bin]
    """

    edges: np.ndarray
    neutrinos: dict[str, np.ndarray]
    backgrounds: dict[str, np.ndarray]

    @property
    def prompt(self) -> np.ndarray:
        """Neutrinos on the pion's clock."""
        return self.neutrinos["nu_mu"]

    @property
    def delayed(self) -> np.ndarray:
        """Neutrinos on the muon's clock."""
        return sum((self.neutrinos[flavour] for flavour in DELAYED), np.zeros(len(self.edges) - 1))

    @property
    def background(self) -> np.ndarray:
        """What is no neutrino."""
        return sum(self.backgrounds.values(), np.zeros(len(self.edges) - 1))


def check_clocks(name: str, experiment: Experiment) -> None:
    """Refuse an experiment whose flavours do not tell the clock that they follow."""
    source = experiment.source
    if not isinstance(source, StoppedPion) or source.contamination or not isinstance(experiment.detector.site, Site):
        truth = "Only in the plain decays of stopped pions and muons does a flavour come by one clock."
        raise InputError(f"{name}.source", type(source).__name__, truth, "Give a StoppedPion without contamination.")


def per_neutrino(experiment: Experiment, counts: Counts) -> dict[str, float]:
    """Events seen at any time, for one neutrino of each flavour that the source makes."""
    source, detector = experiment.source, experiment.detector
    assert isinstance(source, StoppedPion)
    assert isinstance(detector.site, Site)
    prompt, delayed = (float(one.sum()) for one in in_time(detector, experiment.facility, source, detector.tag)[:2])
    made = float(source.neutrinos_per_proton * experiment.exposure.protons(experiment.facility))
    seen = sum(np.asarray(channel.values).sum(axis=(1, 2)) for channel in counts.channels)
    inside = {"nu_mu": prompt, **dict.fromkeys(DELAYED, delayed)}
    return {flavour: float(seen[FLAVOURS.index(flavour)]) / share / made for flavour, share in inside.items()}


@eqx.filter_jit
def in_time(
    detector: Detector, facility: Facility, source: StoppedPion, tag: AbstractTag
) -> tuple[Float[Array, " bin"], Float[Array, " bin"], dict[str, Float[Array, " bin"]]]:
    """Shares of prompt and of delayed neutrinos in the bins of a tag, and backgrounds there in a calendar year."""
    assert isinstance(detector.site, Site)
    prompt, delayed = source.arrival(facility.pulse, detector.site, tag)
    running = RunningTime(jnp.asarray(year)).running(facility)
    backgrounds = {
        one.name: one.expected(detector.mass, running, tag, detector.seen.edges).sum(axis=1)
        for one in detector.backgrounds
    }
    return prompt[:-1], delayed[:-1], backgrounds


def arrivals(
    experiment: Experiment, seen: dict[str, float], facility: Facility, source: StoppedPion, axis: TimeAxis
) -> Arrivals:
    """The detector of an experiment at a facility, with the events `seen` for each neutrino."""
    site = experiment.detector.site
    assert isinstance(site, Site)
    tag = ArrivalTime(axis, site.baseline / c)
    found = in_time(experiment.detector, dataclasses.replace(facility, name=""), source, tag)
    prompt, delayed, backgrounds = jax.tree.map(np.asarray, found)
    made = float(source.neutrinos_per_proton * facility.protons_per_time * year)
    neutrinos = {name: made * seen[name] * (delayed if name in DELAYED else prompt) for name in seen}
    return Arrivals(np.asarray(axis.edges) / us, neutrinos, backgrounds)
