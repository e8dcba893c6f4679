"""A tank of argon at the SNS with made-up counts, a ring of other protons, and their closed forms in time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from scipy.stats import exponnorm
from study_toys import written

from ontarget.analysis.facility.pion_facility import StoppedPionFacility
from ontarget.detector import AfterPulse, BeamNeutrons, BetaDecays, ExponentialRecoils, UniqueFirstForbidden
from ontarget.experiment import BackgroundCounts, ChannelCounts, Counts, Experiment
from ontarget.ground.units import MW, GeV, Hz, keV, kg, ns
from ontarget.io.entry import load
from ontarget.matter.flavour import FLAVOURS
from ontarget.source import Facility, StoppedPion, UniformPulse

BACKGROUNDS = (
    BetaDecays(1 * Hz / kg, UniqueFirstForbidden(565 * keV, 19.0), name="argon39"),
    BeamNeutrons(1e-24 / kg, ExponentialRecoils(20 * keV), AfterPulse(100 * ns, 200 * ns), name="neutrons"),
)
PI, MU = 26.033, 2196.9811
"""Lifetimes in ns."""

YEAR = 365.25 * 86400
PROTONS = 1.4e6 / 1.602176634e-10
"""Per second at the SNS, while it runs; in 5000 of the 8766 hours of a year."""

RING = StoppedPionFacility(
    "ring",
    Facility(0.8 * GeV, 0.13 * MW, 100 * Hz, UniformPulse(320 * ns), operation=0.75, name="A ring"),
    StoppedPion(0.12),
    error=0.02,
)


def tank(folder: Path) -> Experiment:
    """60 kg of argon, 20 m from the SNS, for 3e23 protons, with backgrounds that are known at any facility."""
    found = load(written(folder) / "tank.yaml")
    return dataclasses.replace(found, detector=dataclasses.replace(found.detector, backgrounds=BACKGROUNDS))


def counts_of(experiment: Experiment) -> Counts:
    """Round numbers on the axes of an experiment, three bins of time and four of recoil energy."""
    values, truth = np.zeros((6, 3, 4)), np.zeros((6, 3))
    for flavour, scale in (("nu_mu", 1.0), ("nu_e", 0.5), ("nubar_mu", 2.0)):
        values[FLAVOURS.index(flavour)] = scale * np.array([[40, 20, 10, 5], [8, 6, 4, 2], [4, 3, 2, 1]])
        truth[FLAVOURS.index(flavour)] = scale * np.array([600.0, 300.0, 100.0])
    channel = ChannelCounts("cevns", values, 10 * np.ones(6), np.array([0.0, 1.0, 4.0, 9.0]) * keV, truth)
    beside = (
        BackgroundCounts("argon39", np.array([[6.0, 4, 2, 0]] * 3)),
        BackgroundCounts("neutrons", np.array([[9.0, 6, 3, 0], [3, 2, 1, 0], [0, 0, 0, 0]])),
    )
    return Counts((channel,), beside, experiment.detector.seen, experiment.detector.tag.axis)


def h(t: np.ndarray, tau: float) -> np.ndarray:
    """Integral of what has decayed, for a proton at time zero."""
    return np.where(t > 0, t - tau * -np.expm1(-np.maximum(t, 0) / tau), 0.0)


def spread(t: np.ndarray, tau: float, width: float = 320.0) -> np.ndarray:
    """Share that has decayed by a time in ns, for protons spread evenly."""
    return (h(t, tau) - h(t - width, tau)) / width


def reached(t: np.ndarray, width: float = 320.0) -> tuple[np.ndarray, np.ndarray]:
    """Prompt and delayed shares by a time in ns, for protons spread evenly."""
    pi, mu = (spread(t, tau, width) for tau in (PI, MU))
    return pi, (MU * mu - PI * pi) / (MU - PI)


def reached_at_the_sns(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prompt and delayed shares by a time in ns, for protons in a Gaussian of 150 ns about 440 ns."""
    pi, mu = (exponnorm.cdf(t, tau / 150.0, loc=440.0, scale=150.0) for tau in (PI, MU))
    return pi, (MU * mu - PI * pi) / (MU - PI)
