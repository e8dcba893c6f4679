"""Jobs of arithmetic, with workers that die and chunks that take their time."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Number, quantity, static
from ontarget.numerics.job import AbstractJob, Layout


class Draws(AbstractJob):
    """Normal numbers of a seed for each chunk, in two rounds: odd chunks where the even one before is above zero.

    The environment says how long a chunk takes, and where it leaves a mark: neither makes it another job.
    """

    scale: Number = quantity(default=2.0)
    chunks: int = static(default=12)

    def layout(self):
        return {"draws": Layout((3,)), "number": Layout((), "int64")}

    def compute(self, chunk):
        time.sleep(float(os.environ.get("TOYS_PAUSE", 0)))
        if "TOYS_MARKS" in os.environ:
            with (Path(os.environ["TOYS_MARKS"]) / f"{chunk}").open("a") as stream:
                stream.write(f"{os.getpid()}\n")
        random = np.random.default_rng([7, chunk])
        return {"draws": float(self.scale) * random.normal(size=3), "number": np.array(chunk)}

    def wanted(self, done):
        even = [i for i in range(0, self.chunks, 2) if not done.status[i]]
        odd = [i + 1 for i in range(0, self.chunks - 1, 2) if done.arrays["draws"][i, 0] > 0]
        return even or [i for i in odd if not done.status[i]]


class Deadly(AbstractJob):
    """One chunk ends its process: the first time, or always."""

    marks: str = static(default="")
    chunks: int = static(default=6)
    chunk: int = static(default=3)
    always: bool = static(default=False)

    def layout(self):
        return {"square": Layout(())}

    def compute(self, chunk):
        mark = Path(self.marks) / "died"
        if chunk == self.chunk and (self.always or not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"square": np.array(float(chunk) ** 2)}


class Refusing(AbstractJob):
    """Says no, in a sentence."""

    chunks: int = static(default=2)

    def layout(self):
        return {"nothing": Layout(())}

    def compute(self, chunk):
        raise InputError("chunk", str(chunk), "It is none.", "Take another.")
