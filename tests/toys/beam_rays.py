"""Rays, compiled calls and Dirac algebra that the tests of decays share."""

from __future__ import annotations

import jax
import numpy as np

from ontarget.ground.noun import on_host
from ontarget.matter import PARTICLES

_emit = jax.jit(lambda decay, momentum, spin, u: decay.emit(momentum, spin, u))
_born = jax.jit(lambda daughter, momentum, u: daughter.emit(momentum, u))
_emit_towards = jax.jit(lambda decay, momentum, spin, direction, u: decay.emit_towards(momentum, spin, direction, u))


def emit(decay, momentum, spin, u):
    return on_host(_emit(decay, momentum, spin, u))


def born(daughter, momentum, u):
    return on_host(_born(daughter, momentum, u))


def emit_towards(decay, momentum, spin, direction, u):
    return on_host(_emit_towards(decay, momentum, spin, direction, u))


RAYS = 20_000  # one number for most tests: each shape is compiled anew


def numbers(seed, rays, dimensions):
    return np.random.default_rng(seed).random((rays, dimensions))


def same(vector, rays):
    return np.tile(np.asarray(vector, float), (rays, 1))


def directions(seed, rays):
    n = np.random.default_rng(seed).normal(size=(rays, 3))
    return n / np.linalg.norm(n, axis=1, keepdims=True)


def draw(decay, momentum, spin=(0.0, 0.0, 0.0), rays=RAYS, seed=1):
    """Analogue decays of one momentum."""
    return emit(decay, same(momentum, rays), same(spin, rays), numbers(seed, rays, decay.dimensions))


def fourvector(momentum, mass):
    p = np.asarray(momentum)
    return np.concatenate([np.sqrt((p**2).sum(axis=1, keepdims=True) + mass**2), p], axis=1)


def invariant(p):
    return p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(axis=1)


def boost_matrix(momentum, mass):
    """The textbook's matrix from the rest frame of a particle to the frame in which it has this momentum."""
    p = np.asarray(momentum, float)
    beta = p / np.sqrt(p @ p + mass**2)
    gamma = np.sqrt(p @ p + mass**2) / mass
    matrix = np.eye(4)
    matrix[0] = matrix[:, 0] = [gamma, *(gamma * beta)]
    if beta @ beta:
        matrix[1:, 1:] += (gamma - 1) * np.outer(beta, beta) / (beta @ beta)
    return matrix


def parts(decay, emission, momentum):
    """Four-vectors of the parent, the neutrino, the charged lepton and of all that is left."""
    parent = fourvector(momentum, PARTICLES[decay.parent].mass)
    neutrino = fourvector(emission.neutrino, 0.0)
    lepton = fourvector(emission.lepton, PARTICLES[decay.lepton].mass)
    return parent, neutrino, lepton, parent - neutrino - lepton


# Dirac matrices: an independent way from the current to the polarisation.
_s = [np.array(m, complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])]
_one, _zero = np.eye(2), np.zeros((2, 2))
GAMMA = [np.block([[_one, _zero], [_zero, -_one]])] + [np.block([[_zero, m], [-m, _zero]]) for m in _s]
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT = np.eye(4) - GAMMA5


def slash(p):
    return p[0] * GAMMA[0] - p[1] * GAMMA[1] - p[2] * GAMMA[2] - p[3] * GAMMA[3]


def rate_to_lepton(current, neutrino, lepton, mass, spin, charge):
    """|M|^2 of a hadron current on neutrino and charged lepton with a spin four-vector, by traces.

    u-bar(nu) H-slash (1 - g5) v(l+), or u-bar(l-) H-slash (1 - g5) v(nubar).
    """
    pure = (slash(lepton) - charge * mass * np.eye(4)) @ (np.eye(4) + GAMMA5 @ slash(spin)) / 2
    h = slash(current)
    conjugate = GAMMA[0] @ (h @ LEFT).conj().T @ GAMMA[0]
    first, last = (slash(neutrino), pure) if charge > 0 else (pure, slash(neutrino))
    return np.trace(first @ h @ LEFT @ last @ conjugate).real


def polarisation_of_lepton(current, neutrino, lepton, mass, charge):
    """The vector, in the rest frame reached by a pure boost, along which spins are found up more often than down."""
    matrix = boost_matrix(lepton[1:], mass)
    found = []
    for axis in range(3):
        spin = matrix @ np.eye(4)[axis + 1]
        up, down = (rate_to_lepton(current, neutrino, lepton, mass, sign * spin, charge) for sign in (1, -1))
        found.append((up - down) / (up + down))
    return np.array(found)
