"""W11: three-flavour probabilities in matter, all nine of one kind of neutrino at each energy, on two cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ontarget.ground.units import GeV, cm, eV, g, km
from ontarget.propagation import ThreeFlavour

BLOCK, BLOCKS, CORES = 5000, 8, 2
MODEL = ThreeFlavour(density=2.8 * g / cm**3)
ENERGY = np.linspace(0.5, 5.0, BLOCK * BLOCKS)
PATH = 1300.0


@eqx.filter_jit
def block(model: ThreeFlavour, energy: jax.Array, path: jax.Array) -> jax.Array:
    """Neutrinos and antineutrinos: two matrices for each energy."""
    return model.among(energy, path)


def ours() -> np.ndarray:
    """Probabilities [final initial kind energy], in blocks that fit a cache, one thread for each core."""
    parts, path = np.split(ENERGY, BLOCKS), jnp.array([PATH]) * km
    with ThreadPoolExecutor(min(CORES, os.cpu_count() or 1)) as pool:
        found = list(pool.map(lambda part: np.asarray(block(MODEL, jnp.asarray(part) * GeV, path)), parts))
    return np.concatenate(found, axis=3)[..., 0]


def exact() -> Callable[[], np.ndarray] | None:
    """NuOscProbExact, stacked: [energy initial final] for neutrinos; None where it is not installed."""
    try:
        import globaldefs
        import hamiltonians3nu
        import oscprob3nu
    except ImportError:
        return None
    sines = [float(np.sqrt(one)) for one in (MODEL.sin2_12, MODEL.sin2_23, MODEL.sin2_13)]
    masses = [float(one / eV**2) for one in (MODEL.dm2_21, MODEL.dm2_31)]
    vacuum = np.asarray(hamiltonians3nu.hamiltonian_3nu_vacuum_energy_independent(*sines, float(MODEL.delta), *masses))
    matter = np.diag([float(MODEL.potential() / eV), 0.0, 0.0])
    path = PATH * globaldefs.CONV_KM_TO_INV_EV

    def call() -> np.ndarray:
        return np.asarray(oscprob3nu.probabilities_3nu(vacuum / (ENERGY * 1e9)[:, None, None] + matter, path))

    return call


def per_energy(least: Callable[[Callable[[], object]], float]) -> tuple[float, float | None, float | None]:
    """Seconds for each energy and kind of ours and of the peer (neutrinos alone), and how far they differ."""
    mine, peer = least(ours) / (2 * len(ENERGY)), exact()
    if peer is None:
        return mine, None, None
    theirs = peer().reshape(-1, 3, 3).transpose(2, 1, 0)  # theirs are by energy, initial and final flavour
    differ = float(np.abs(theirs - ours()[:, :, 0]).max())
    return mine, least(peer) / len(ENERGY), differ
