"""What an experiment expects to count: by channel, flavour and background, in all and along what is reconstructed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.counts import ChannelCounts, Counts
from ontarget.ground.units import year
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis

ROUNDING = 1e-12
"""Share of the interactions below which what lies outside the axes is rounding of sums."""


@dataclass(frozen=True)
class ExpectedChannel:
    """Events of one channel over the whole exposure.

    Attributes
    ----------
    name : of the channel
    counts : [flavour tag seen] events, by the flavour that interacts; a second observable is summed over
    outside : events detected outside the axes
    interactions : in the target, before any response
    """

    name: str
    counts: Float[np.ndarray, "flavour tag seen"]
    outside: float
    interactions: float

    @property
    def total(self) -> float:
        """Events of all flavours within the axes."""
        return float(self.counts.sum())

    @property
    def by_flavour(self) -> dict[str, float]:
        """Events within the axes, of the flavours that have any."""
        every = self.counts.sum(axis=(1, 2))
        return {name: float(n) for name, n in zip(FLAVOURS, every, strict=True) if n > 0}


@dataclass(frozen=True)
class ExpectedLeptons:
    """Particles of one decay mode over the whole exposure, by what counts leptons.

    Attributes
    ----------
    name : parent, mode and particle
    counts : [tag seen] particles; a second observable is summed over
    """

    name: str
    counts: Float[np.ndarray, "tag seen"]

    @property
    def total(self) -> float:
        """Particles within the axes."""
        return float(self.counts.sum())


@dataclass(frozen=True)
class ExpectedBackground:
    """Events of one background over the whole exposure: [tag seen], a second observable summed over."""

    name: str
    counts: Float[np.ndarray, "tag seen"]

    @property
    def total(self) -> float:
        """Events within the axes."""
        return float(self.counts.sum())


@dataclass(frozen=True)
class Expectation:
    """What an experiment expects over its whole exposure.

    Attributes
    ----------
    experiment : whose counts they are
    years : the exposure in calendar years
    tag, seen : the axes of the arrays; no tag axis where there is one bin
    channels, backgrounds : events of each
    leptons : channels of what counts leptons
    """

    experiment: AbstractExperiment
    years: float
    tag: AbstractAxis | None
    seen: AbstractAxis
    channels: tuple[ExpectedChannel, ...]
    backgrounds: tuple[ExpectedBackground, ...]
    leptons: tuple[ExpectedLeptons, ...] = ()

    def spectra(self) -> Float[np.ndarray, "flavour seen"]:
        """Events of all channels and tags by flavour, per display unit of the seen axis."""
        shape = len(FLAVOURS), self.seen.bins
        return sum((one.counts.sum(axis=1) for one in self.channels), np.zeros(shape)) / np.diff(self.seen.shown())

    def lepton_spectra(self) -> dict[str, Float[np.ndarray, " seen"]]:
        """Particles of all tags by decay mode, per display unit of the seen axis."""
        return {one.name: one.counts.sum(axis=0) / np.diff(self.seen.shown()) for one in self.leptons}

    def background_spectrum(self) -> Float[np.ndarray, " seen"]:
        """Events of all backgrounds and tags, per display unit of the seen axis."""
        counts = sum((one.counts.sum(axis=0) for one in self.backgrounds), np.zeros(self.seen.bins))
        return counts / np.diff(self.seen.shown())


def expected_counts(experiment: AbstractExperiment, counts: Counts | None = None) -> Expectation:
    """Expected counts of an experiment; `counts` are its own, where they are known already."""
    counts = experiment.expected() if counts is None else counts
    return Expectation(
        experiment,
        float(experiment.exposure.calendar(experiment.facility)) / year,
        counts.tag,
        counts.seen,
        tuple(channel_of(one, counts) for one in counts.channels),
        tuple(ExpectedBackground(one.name, np.asarray(counts.along_seen(one.values))) for one in counts.backgrounds),
        tuple(ExpectedLeptons(one.name, np.asarray(counts.along_seen(one.values))) for one in counts.leptons),
    )


def channel_of(channel: ChannelCounts, counts: Counts) -> ExpectedChannel:
    """One channel, with what is only rounding taken for nothing."""
    outside, interactions = float(channel.outside.sum()), float(channel.interactions.sum())
    return ExpectedChannel(
        channel.name,
        np.asarray(counts.along_seen(channel.values)),
        outside if outside > ROUNDING * interactions else 0.0,
        interactions,
    )
