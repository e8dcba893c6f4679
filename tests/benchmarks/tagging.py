"""Tagging: how long a hundred thousand interactions take at the nominal point, from the spill to the fit, on two cores.

Run as a script; it prints JSON.
"""

from __future__ import annotations

import json
import os
import resource
import time

INTERACTIONS = 100_000
CORES = 2


def tagging() -> dict[str, float]:
    """Seconds, compilation apart; interactions are drawn within them."""
    from ontarget.analysis.tags.tag_campaign import tagging_campaign
    from ontarget.io.entry import load, load_experiment
    from ontarget.tagging import of_pions, performance
    from ontarget.tagging.campaign import Tagged
    from ontarget.tagging.interactions import BLOCK

    begun = time.perf_counter()
    made = tagging_campaign(load_experiment("nuscope_lar").noun, load("taggers/nuscope"), 1.0, 1)
    made.run(BLOCK)  # compiles; block 0 is not counted
    compilation = time.perf_counter() - begun
    begun = time.perf_counter()
    sizes = [min(BLOCK, INTERACTIONS - first) for first in range(0, INTERACTIONS, BLOCK)]
    parts = [made.part(i, size) for i, size in enumerate(sizes, 1)]
    seconds = time.perf_counter() - begun
    found = Tagged.joined([part for part in parts if part is not None])
    assert len(found) == INTERACTIONS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    efficiency = performance(found, of_pions(found, made.drawing.origins)).efficiency
    return {"seconds": seconds, "compilation": compilation, "efficiency": efficiency, "memory": peak}


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))  # before JAX counts the cores
    print(json.dumps(tagging()))
