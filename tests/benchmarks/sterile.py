"""The scan for a sterile neutrino at two baselines: 50 splittings x 50 amplitudes, and the same in plain NumPy."""

from __future__ import annotations

import time
from dataclasses import dataclass

import equinox as eqx
import jax.numpy as jnp
import numpy as np

import ontarget as ot
from ontarget.analysis.oscillation.sterile_counts import (
    Disappearance,
    Distances,
    chi_square,
    disappearance_templates,
    seen,
)
from ontarget.ground.constants import hbar_c
from ontarget.ground.units import MeV, eV, m
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS

SPLITTINGS = np.geomspace(0.1, 100.0, 50)
AMPLITUDES = np.geomspace(1e-3, 1.0, 50)
NORMALISATION, BACKGROUND = 0.09, 1.0
SEARCH = Disappearance((0, 1), ("nu_e", "nu_mu", "nubar_mu"), binning=Distances())


def detectors() -> list[ot.Experiment]:
    """The two detectors of the study."""
    return [load_experiment(f"pip2_sterile_{name}").noun for name in ("near", "far")]


def scan(experiments: list[ot.Experiment]) -> np.ndarray:
    """Chi squared [splitting amplitude] from the numbers of the experiments: flux, recoils, phases, fits."""
    splittings = jnp.asarray(SPLITTINGS * float(eV**2))
    found = [disappearance_templates(one, one.propagation, splittings) for one in experiments]
    grams = SEARCH.grams(experiments, found, SEARCH.parts(), BACKGROUND)
    one = np.ones_like(AMPLITUDES)
    data, model = np.stack([one, 0 * one], axis=1), np.stack([one, AMPLITUDES], axis=1)
    return chi_square(grams, data, model, NORMALISATION, 0.0)


@dataclass(frozen=True)
class Nodes:
    """Counts [flavour energy path bin] of one detector on the nodes of its flux, in MeV and m."""

    energy: np.ndarray
    path: np.ndarray
    energy_cell: np.ndarray
    path_cell: np.ndarray
    counts: np.ndarray


@eqx.filter_jit
def _nodes(experiment: ot.Experiment):
    flux = experiment.flux()
    return flux, seen(experiment, flux)[:, :, None, None] * flux.values[..., :-1]


def nodes(experiment: ot.Experiment) -> Nodes:
    """The nodes of one detector, flavours that are not there left out."""
    flux, counts = _nodes(experiment)
    rows = [FLAVOURS.index(flavour) for flavour in SEARCH.oscillating]
    energies, paths = (np.asarray(one / MeV) for one in (flux.energy, flux.energy_cell)), (flux.path, flux.path_cell)
    (energy, energy_cell), (path, path_cell) = energies, (np.asarray(one / m) for one in paths)
    return Nodes(energy, path, energy_cell, path_cell, np.asarray(counts)[rows])


def reference(detectors: list[Nodes]) -> np.ndarray:
    """The scan in NumPy, splitting by splitting."""
    unit = float(eV**2 * m / (MeV * hbar_c)) / 2
    found = np.empty((len(SPLITTINGS), len(AMPLITUDES)))
    for i, dm2 in enumerate(SPLITTINGS):
        square, cross, total = 0.0, 0.0, NORMALISATION**-2
        for one in detectors:
            per = unit * dm2 / one.energy[:, None]
            left = np.sinc(per * one.path_cell / (2 * np.pi))
            left = left * np.sinc(per * one.path * (one.energy_cell / one.energy)[:, None] / (2 * np.pi))
            mean = 0.5 - 0.5 * np.cos(per * one.path) * left
            steady = one.counts.sum(axis=(0, 1, 2))
            lost = np.tensordot(mean, one.counts.sum(axis=0), ((0, 1), (0, 1)))
            model = steady - AMPLITUDES[:, None] * lost
            variance, away = (1 + BACKGROUND) * steady, steady - model
            square = square + (away**2 / variance).sum(axis=1)
            cross = cross + (away * model / variance).sum(axis=1)
            total = total + (model**2 / variance).sum(axis=1)
        found[i] = square - cross**2 / total
    return found


def solver(energies: np.ndarray, points: int = 20) -> float | None:
    """Seconds that nuSQuIDS takes for the scan's probabilities, scaled from a few points; None where it is missing.

    One path for each baseline and these energies (MeV), in vacuum, from muon neutrinos: no volume, no detector, no fit.
    """
    try:
        import nuSQuIDS as squids
    except ImportError:
        return None
    unit, amplitude, least = squids.Const(), 0.1, np.inf
    for dm2 in np.geomspace(SPLITTINGS[0], SPLITTINGS[-1], points):
        begun = time.perf_counter()
        for length in (15.0, 30.0):
            one = squids.nuSQUIDS(energies * unit.MeV, 4, squids.NeutrinoType.neutrino, False)
            for i in range(4):
                for j in range(i + 1, 4):
                    one.Set_MixingAngle(i, j, np.arcsin(np.sqrt(amplitude)) / 2 if (i, j) == (1, 3) else 0.0)
            for i, splitting in enumerate((1e-20, 2e-20, dm2), 1):
                one.Set_SquareMassDifference(i, splitting)
            one.Set_Body(squids.Vacuum())
            one.Set_Track(squids.Vacuum.Track(length * unit.meter))
            state = np.zeros((len(energies), 4))
            state[:, 1] = 1
            one.Set_initial_state(state, squids.Basis.flavor)
            one.EvolveState()
            found = np.array([one.EvalFlavorAtNode(1, i) for i in range(len(energies))])
            # 1.2669327 = m eV2 / (4 MeV hbar c)
            assert np.allclose(found, 1 - amplitude * np.sin(1.2669327 * dm2 * length / energies) ** 2, atol=1e-5)
        least = min(least, time.perf_counter() - begun)
    return least * len(SPLITTINGS) * len(AMPLITUDES)
