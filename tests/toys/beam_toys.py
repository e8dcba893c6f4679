"""A beam of few rays, one made by hand, and pions that decay one by one in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ontarget.analysis.beam.beam_flux import BeamFlux, flux_of_lattices
from ontarget.io.entry import load_experiment
from ontarget.source.origin import Origin

FEW = {"source.daughters": [], "source.rays": 256, "source.repeats": 3, "source.precision": 0.99}

PION_MASS, MUON_MASS, C_TAU = 0.13957039, 0.1056583755, 7.8045  # GeV, GeV, m (ParticleDataGroup:2024cfk)


@cache
def loaded():
    """500 t of argon behind the parametrised beam, few rays, nothing followed."""
    return load_experiment("nuscope_lar", FEW)


@cache
def found() -> BeamFlux:
    """The lattices that the chain of `loaded` uses too."""
    return flux_of_lattices(loaded().noun, 3)


PIONS = Origin("pi+", (), "pi_munu", "nu_mu", "tunnel")
ORIGINS = (
    PIONS,
    Origin("pi+", (), "pi_munu", "nu_mu", "line"),
    Origin("K+", (), "k_munu", "nu_mu", "tunnel"),
    Origin("K+", (), "ke3", "nu_e", "tunnel"),
    Origin("K+", ("pi+",), "pi_munu", "nu_mu", "tunnel"),
    Origin("pi+", ("mu+",), "mu_nue", "nu_e", "tunnel"),
    Origin("pi+", ("mu+",), "mu_nue", "nu_e", "tunnel"),
)
"""Of two ways to the same: the last two are one."""


@cache
def by_hand() -> BeamFlux:
    """Made-up numbers of seven origins, at four nodes, in two rings and outside of them; nodes not evenly spaced."""
    rng = np.random.default_rng(5)
    flux, error, events = (rng.uniform(1.0, 2.0, (len(ORIGINS), 4, 3)) for _ in range(3))
    return BeamFlux(ORIGINS, np.array([1.0, 2.0, 4.0, 5.0]), np.array([0.0, 0.5, 2.0]), flux, error, events, 7000)


@dataclass(frozen=True)
class Neutrinos:
    """Muon neutrinos of pions at a detector.

    Attributes
    ----------
    energy : [ray] GeV
    radius : [ray] m, of a point evenly on its way through
    weight : [ray] neutrinos per m2 (of the detector's mean) and proton on target
    """

    energy: np.ndarray
    radius: np.ndarray
    weight: np.ndarray


@cache
def pion_neutrinos(spread: float, divergence: float, count: int = 400_000) -> Neutrinos:
    """Decays drawn as nature draws them, for the beam, tunnel and detector of `loaded`; the tunnel's wall is left out.

    The mean fluence in a volume is the length of the tracks in it over the volume: a point evenly along the depth,
    weighted by one over the cosine and the face. Of the package nothing is used: isotropic at rest, boosted.
    """
    rng = np.random.default_rng(11)
    momentum = 8.407 * (1 + spread * rng.standard_normal(count))
    axis = np.stack([*(divergence * rng.standard_normal((2, count))), np.ones(count)], axis=1)
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    start = 0.018 * rng.standard_normal((count, 2))
    decay_length, length = C_TAU * momentum / PION_MASS, 40.0 / axis[:, 2]
    decaying = -np.expm1(-length / decay_length)
    flown = -decay_length * np.log1p(-decaying * rng.random(count))
    energy, sent = _boosted(momentum, axis, rng)
    place = np.concatenate([start, np.zeros((count, 1))], axis=1) + flown[:, None] * axis
    forward = sent[:, 2] > 0.5  # others miss it
    at = 40.0 + 27.0 + 22.3 * rng.random(count)
    across = place[:, :2] + sent[:, :2] * ((at - place[:, 2]) / np.where(forward, sent[:, 2], 1.0))[:, None]
    hit = forward & (np.abs(across) < 2.0).all(axis=1)
    weight = 0.038 * 0.999877 / count * decaying / (sent[:, 2] * 16.0)
    return Neutrinos(energy[hit], np.hypot(*across[hit].T), weight[hit])


def _boosted(momentum: np.ndarray, axis: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Energies and directions of neutrinos that are isotropic in the rest frame of pions."""
    at_rest = (PION_MASS**2 - MUON_MASS**2) / (2 * PION_MASS)
    cosine, azimuth = rng.uniform(-1, 1, len(momentum)), rng.uniform(0, 2 * np.pi, len(momentum))
    gamma = np.sqrt(momentum**2 + PION_MASS**2) / PION_MASS
    along = at_rest * (gamma * cosine + momentum / PION_MASS)
    side = at_rest * np.sqrt(1 - cosine**2)
    first = np.cross(axis, [0.0, 1.0, 0.0])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    vector = along[:, None] * axis + side[:, None] * (
        np.cos(azimuth)[:, None] * first + np.sin(azimuth)[:, None] * second
    )
    energy = np.linalg.norm(vector, axis=1)
    return energy, vector / energy[:, None]
