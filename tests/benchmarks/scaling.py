"""Weak scaling and overhead per chunk: `python tests/benchmarks/scaling.py [seconds of a chunk]`.

Each worker gets equally many chunks, each of so much time of one core; with perfect scaling the wall time stays as it
is. Beyond the number of cores it cannot: then the efficiency is held against the cores, not the workers. The overhead
is that of chunks that take no time: memory, this process with a store, processes, a Dask cluster on this machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from busy import Busy

from ontarget.numerics.job import complete
from ontarget.work.campaign import carry_out
from ontarget.work.cluster import Dask
from ontarget.work.executor import AbstractExecutor, Serial
from ontarget.work.processes import Processes
from ontarget.work.store import open_store

EACH, EMPTY = 10, 100


def timed(job: Busy, executor: AbstractExecutor) -> tuple[float, float]:
    """Wall time of a job on a store of its own, and what this process took of a core."""
    with tempfile.TemporaryDirectory() as folder:
        begun, core = time.perf_counter(), time.process_time()
        carry_out(job, open_store(Path(folder) / "busy.zarr", job), executor)
        return time.perf_counter() - begun, time.process_time() - core


def warm(executor: AbstractExecutor, workers: int) -> None:
    """Start all workers."""
    timed(Busy(4 * workers, 0.2), executor)


def overhead() -> None:
    """Milliseconds for each chunk that takes none: of the clock, and of a core by this process, whatever the load."""
    job = Busy(EMPTY)
    begun = time.perf_counter()
    complete(job)
    print(f"| in memory | {1e3 * (time.perf_counter() - begun) / EMPTY:.2f} | |")
    for name, executor in (
        ("here", Serial()),
        ("processes, 2 workers", Processes(2)),
        ("dask, 2 workers", Dask("", 2)),
    ):
        with executor:
            warm(executor, 2)
            wall, core = np.min([timed(job, executor) for _ in range(3)], axis=0) * 1e3 / EMPTY
            print(f"| {name} | {wall:.2f} | {core:.2f} |", flush=True)


def scaling(seconds: float) -> None:
    """Wall time and efficiency with 1, 2, 4 workers."""
    cores = len(os.sched_getaffinity(0))
    for kind in (Processes, Dask):
        for workers in (1, 2, 4):
            executor = Processes(workers) if kind is Processes else Dask("", workers)
            with executor:
                warm(executor, workers)
                taken, _ = timed(Busy(EACH * workers, seconds), executor)
            ideal = EACH * seconds * max(1.0, workers / cores)
            print(f"| {kind.__name__.lower()} | {workers} | {taken:.2f} s | {100 * ideal / taken:.0f} % |", flush=True)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    load = os.getloadavg()[0]
    print(
        f"{len(os.sched_getaffinity(0))} cores, load {load:.1f} at the start, {EACH} chunks of {seconds} s per worker\n"
    )
    print("| chunks of no time | ms per chunk | of them this process' core |\n|---|---|---|")
    overhead()
    print("\n| executor | workers | wall time | of the ideal with these cores |\n|---|---|---|---|")
    scaling(seconds)


if __name__ == "__main__":
    main()
