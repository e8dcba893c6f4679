"""Decays in flight: how many a second on one core, and how long a flux takes that is exact to 0.3 % in every node.

Run as a script, with "rates" (on one core, whatever the machine has), "flux" or "memory"; it prints JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

PRECISION = 3e-3
PEERS = {"pi_munu": 1.3e7, "ke3": 7.6e6}
"""Decays per second of TGenPhaseSpace (C++) on one core, told and not measured here: flat phase space, no weights."""

RAYS = 2**14  # a block that stays in the cache


def fastest(call: Callable[[], Any], budget: float = 2.0) -> float:
    """Least wall time; the first call compiles."""
    call()
    times: list[float] = []
    while len(times) < 5 or sum(times) < budget:
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def rates() -> dict[str, float]:
    """Decays per second, matrix elements and all, neutrino and lepton in the laboratory; numbers u are made as well."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from ontarget.beam import decays_of
    from ontarget.ground.units import GeV
    from ontarget.numerics.lattice import lattice, shifts

    found = {}
    momentum = jnp.tile(jnp.array([0.0, 0.0, 8.5]) * GeV, (RAYS, 1))
    ahead = jnp.tile(jnp.array([0.01, 0.0, 1.0]), (RAYS, 1)) / np.hypot(1, 0.01)
    for parent, name in (("pi+", "pi_munu"), ("K+", "ke3")):
        (decay,) = (one for one in decays_of(parent) if one.name == name)
        shift = jnp.asarray(shifts((1,), decay.dimensions))

        def drawn(momentum: Any, shift: Any, decay: Any = decay) -> Any:
            u = lattice(jnp.zeros((), np.uint64), RAYS, shift)
            return decay.emit(momentum, 0 * momentum, u)

        def forced(momentum: Any, shift: Any, decay: Any = decay) -> Any:
            u = lattice(jnp.zeros((), np.uint64), RAYS, shift)
            return decay.emit_towards(momentum, 0 * momentum, ahead, u)

        for way in (drawn, forced):
            compiled = jax.jit(way)
            seconds = fastest(lambda run=compiled, shift=shift: jax.block_until_ready(run(momentum, shift)))
            found[f"{name}, {way.__name__}"] = RAYS / seconds
    return found


def simulation(**given: Any) -> Any:
    """The whole flux of the catalog's beam through the front face of its detector, untagged."""
    from ontarget.io.entry import load_experiment
    from ontarget.source import Untagged
    from ontarget.source.tunnel.simulation import Simulation

    settings = {f"source.{name}": value for name, value in given.items()}
    experiment = load_experiment("nuscope_lar_face", {"detector.tag": "Untagged", **settings}).noun
    return Simulation(experiment.source, experiment.detector.site, Untagged())


def flux(sampling: str = "Forced", rays: str = "65536") -> dict[str, float]:
    """Seconds to the precision, compilation apart, and how many rays it took."""
    from ontarget.source.tunnel.simulation import PILOT, simulate

    begun = time.perf_counter()
    warm = simulation(sampling=sampling, rays=int(rays))
    warm.left = [(i, unit) for i in range(len(warm.components)) for unit in range(PILOT)]
    while warm.left:
        warm.count()
    warm.learn(PRECISION)
    compilation = time.perf_counter() - begun
    counted = simulation(sampling=sampling, rays=int(rays))
    begun = time.perf_counter()
    simulate(counted, PRECISION)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "rays": counted.rays, "error": counted.error(), "compilation": compilation}


def memory() -> dict[str, float]:
    """Peak memory (MB) after a million pions, and after a hundred million."""
    found = {}
    one = simulation(rays=2**17, daughters=[])
    for last in (8, 763):
        one.left = [(0, unit) for unit in range(one.tallies[0].units, last)]
        while one.left:
            one.count()
        found[f"{one.rays:.2g}"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "rates" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before JAX counts the cores
    print(json.dumps({"rates": rates, "flux": flux, "memory": memory}[what](*rest)))
