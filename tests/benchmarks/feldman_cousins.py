"""A plane by the construction of Feldman and Cousins: 50 x 50 points, 500 toys each, two fits of every toy.

`python feldman_cousins.py [points] [toys]`: the mixture of `toys.py`, signal against prompt component, the other
two profiled. Prints what was done, how fast, and how the critical values compare with the quantile of chi squared.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

import toys as profiled
from ontarget.inference.fit import threshold
from ontarget.inference.toys import belt_of, construction
from ontarget.numerics.job import complete

LEVEL = 0.90


def plane(points: int, toys: int) -> Any:
    """The job."""
    likelihood = profiled.build(profiled.templates())
    grids = {"signal": np.linspace(0.5, 1.5, points), "prompt": np.linspace(0.2, 1.8, points)}
    return construction(likelihood, grids, 1, toys=toys, levels=(LEVEL,))


def main(points: int = 50, toys: int = 500) -> None:
    begun = time.perf_counter()
    job = plane(points, toys)
    job.compute(0)  # compiles
    ready, told = time.perf_counter(), [0.0]

    def tell(done: float) -> None:
        if done - told[0] >= 0.1:
            told[0] = done
            spent = time.perf_counter() - ready
            print(f"  {100 * done:.0f} %, {spent:.0f} s, {spent / done - spent:.0f} s left", flush=True)

    belt = belt_of(job, complete(job, tell))
    spent, fits = time.perf_counter() - ready, 2 * int(belt.toys.sum())
    cores = len(os.sched_getaffinity(0))
    print(f"{points} x {points} points, {fits:.3g} fits in {spent:.1f} s: {fits / spent:.3g} fits/s")
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f}; before, profile and compilation: {ready - begun:.1f} s")
    print(f"not converged {belt.unconverged.sum()}, q below zero {belt.negative.sum()} of {fits // 2} toys")
    print(
        f"critical values {belt.critical.min():.3f} to {belt.critical.max():.3f}, chi squared {threshold(LEVEL, 2):.3f}"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
