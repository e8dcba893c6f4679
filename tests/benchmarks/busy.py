"""Jobs for `scaling.py`, in a module that workers can import."""

from __future__ import annotations

import time

import numpy as np

from ontarget.ground.noun import static
from ontarget.numerics.job import AbstractJob, Layout


class Busy(AbstractJob):
    """Chunks that keep one core busy for so many seconds of its own time, and hold a hundred toys."""

    chunks: int = static(default=100)
    seconds: float = static(default=0.0)

    def layout(self):
        return {"q": Layout((100,)), "unconverged": Layout((100,), "bool")}

    def compute(self, chunk):
        begun, x = time.thread_time(), np.linspace(0.0, 1.0, 1000)
        while time.thread_time() - begun < self.seconds:
            x = np.sin(x)
        return {"q": x[:100] + chunk, "unconverged": np.zeros(100, bool)}
