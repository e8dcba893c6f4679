"""Small experiments of oscillations: two detectors at stopped pions, and a table of fluxes at a short baseline."""

from __future__ import annotations

import dataclasses
from functools import cache

import jax.numpy as jnp
import numpy as np

import ontarget as ot
from ontarget.analysis.oscillation.sterile_counts import Disappearance, Distances
from ontarget.detector import Channel, Detector
from ontarget.ground.units import GeV, Hz, eV, kW, m, s, tonne
from ontarget.io import Loaded
from ontarget.io.entry import load_experiment
from ontarget.matter import Material
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import BeamEnergyAxis
from ontarget.propagation import Sterile31
from ontarget.source import (
    Facility,
    ProtonsOnTarget,
    Site,
    UniformPulse,
)
from ontarget.source.computed import PrecomputedFlux
from ontarget.source.flux import Flux

FEW = {
    "source.nodes": 16,
    "detector.tag.lengths.bins": 6,
    "detector.seen.bins": 1,
    "detector.channels.cevns.truth.bins": 60,
}
FAR = {
    "detector.site.baseline": "30 m",
    "detector.tag.lengths.start": "27 m",
    "detector.tag.lengths.stop": "33 m",
    "detector.tag.time.offset": "100 ns",
}
"""The far detector under the near one's name: one program serves both."""

POINTS = 55
SPLITTINGS = np.geomspace(0.5, 100.0, POINTS) * float(eV**2)
"""Of every test, so that one program serves all."""

SEARCHES = (
    Disappearance((0,), ("nu_mu",), ("nu_mu",), name="rates"),
    Disappearance((0,), ("nu_mu",), ("nu_mu",), Distances(), name="distances"),
    Disappearance((0,), ("nu_mu", "nubar_mu"), name="leak-in"),
    Disappearance((0,), ("nu_mu",), ("nu_mu",), uncorrelated=0.01, name="each"),
)


@cache
def detectors() -> dict[str, Loaded[ot.Experiment]]:
    """The near and the far detector of the catalog, few nodes and bins."""
    near = "pip2_sterile_near"
    return {near: load_experiment(near, FEW), "pip2_sterile_far": load_experiment(near, FEW | FAR)}


DISTANCE = 60.0  # m
ENERGIES = np.array([0.75, 1.25, 1.75, 2.25, 2.75, 3.25])  # GeV, the middles of the bins
MUONS, ELECTRONS = np.array([1.0, 3.0, 5.0, 4.0, 2.0, 1.0]) * 1e-7, np.array([1.0, 2.0, 3.0, 3.0, 2.0, 1.0]) * 1e-9


@cache
def table_experiment() -> ot.Experiment:
    """Two fluxes at six energies, counted in six bins about these, 60 m away."""
    axis = BeamEnergyAxis(0.5 * GeV, 3.5 * GeV, 6)
    values = np.zeros((6, 6, 1, 2))
    values[FLAVOURS.index("nu_e"), :, 0, 0], values[FLAVOURS.index("nu_mu"), :, 0, 0] = ELECTRONS / m**2, MUONS / m**2
    flux = Flux(jnp.asarray(ENERGIES * GeV), jnp.asarray(np.array([DISTANCE * m])), jnp.asarray(values))
    source = PrecomputedFlux(flux)
    channel = Channel(ot.load("cross_sections/ar23"), axis, name="cc")
    detector = Detector(Site(DISTANCE * m), 100 * tonne, Material("Ar"), axis, (channel,))
    facility = Facility(400 * GeV, 100 * kW, 0.1 * Hz, UniformPulse(4.8 * s))
    fourth = Sterile31(1 * eV**2)
    return ot.Experiment(facility, source, detector, ProtonsOnTarget(1e21), propagation=fourth, name="table")


def table_loaded() -> Loaded[ot.Experiment]:
    """The experiment as a study is handed it, under the provenance of another."""
    return dataclasses.replace(detectors()["pip2_sterile_near"], noun=table_experiment())
