"""A small monitored beam: a detector behind a small tunnel, and counters, all on the same uncertain mesons."""

from __future__ import annotations

import dataclasses
from functools import cache

import equinox as eqx
import numpy as np
from counter_toys import KAONS, PIONS, calorimeter, range_meter, source

from ontarget.analysis.monitored.counted_pulls import CountedPulls
from ontarget.beam.yields import MesonYield, Yields
from ontarget.experiment import Experiment, LeptonMonitor
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, m, mrad
from ontarget.inference.likelihood import Gaussian, Scale
from ontarget.io.entry import load, load_experiment
from ontarget.numerics import LengthAxis
from ontarget.source import Flux, ProtonsOnTarget, Radius, VariedFlux
from ontarget.study.context import Context

EFFICIENCY, F = 0.01, 0.02
ONE_MESON = Yields((MesonYield(np.array([5.0, 8.0, 12.0]) * GeV, np.array([0.0, 100.0]) * mrad, name="pi+"),))
METER = Scale("efficiency", "behind.instrument.efficiency", 0.9, 1.05, prior=Gaussian(1.0, EFFICIENCY))
HALO = Scale("halo", "behind.instrument.halo", 0.1, 3.0, prior=Gaussian(1.0, 0.3))


def flux() -> VariedFlux:
    """Three energies and one bin of a tag beside what is outside; each bin of the yields makes some of each."""
    parts = np.random.default_rng(4).uniform(0.5, 1.5, size=(2, 6, 3, 1, 2)) / m**2
    parts[:, 3:] = 0
    factor = np.linalg.cholesky(np.asarray(ONE_MESON.covariance()))
    modes = np.einsum("ba,b...->a...", factor, parts)
    energy, path = np.array([0.5, 2.0, 4.0]) * GeV, np.array([50.0]) * m
    given = Flux(as_array(energy), as_array(path), as_array(parts.sum(axis=0)))
    return VariedFlux(given, as_array(modes), ONE_MESON)


def counted() -> CountedPulls:
    """One counter of four bins, each of which one efficiency moves as a whole."""
    factor = np.linalg.cholesky(np.asarray(ONE_MESON.covariance()))
    parts = np.array([[8e12, 1e12], [2e12, 7e12], [5e12, 5e12], [1e12, 9e12]])
    mean = parts.sum(axis=1)
    slopes = np.concatenate([mean[:, None], parts @ factor], axis=1)
    return CountedPulls(ONE_MESON.names, {"efficiency": EFFICIENCY}, {"counter": (mean, slopes)})


@cache
def detector() -> Experiment:
    """The liquid argon of the catalog with two rings and few bins, behind the small tunnel."""
    few = {"detector.seen.bins": 5, "detector.channels.cc.truth.bins": 20}
    found = load("experiments/nuscope_lar", few)
    found = eqx.tree_at(lambda one: one.source, found, source(PIONS, KAONS))
    return eqx.tree_at(lambda one: one.detector.tag, found, Radius(LengthAxis(0.0, 2.8 * m, 2)))


@cache
def monitors() -> tuple[LeptonMonitor, LeptonMonitor]:
    """A range meter behind the dump with some halo, and a calorimeter that counts muons on the wall."""
    facility, exposure = load("facilities/nuscope"), ProtonsOnTarget(1e10)
    behind = LeptonMonitor(facility, source(PIONS), range_meter(halo=1e-6), exposure, name="behind")
    return behind, LeptonMonitor(facility, source(KAONS), calorimeter(particles=("mu+",)), exposure, name="wall")


@cache
def asked() -> Context:
    """What tasks are handed by a study of these."""
    every = {"lar": dataclasses.replace(detector(), name="lar")} | {one.name: one for one in monitors()}
    found = load_experiment("nuscope_lar")
    loaded = {name: dataclasses.replace(found, noun=noun) for name, noun in every.items()}
    return Context(loaded, (METER, HALO), lambda line: None)
