"""Long computations cut into chunks: the contract that lets stores, processes and clusters share one of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from ontarget.ground.noun import Noun


class Layout(NamedTuple):
    """One array of a chunk."""

    shape: tuple[int, ...]
    dtype: str = "float64"


class Done(NamedTuple):
    """What was computed so far.

    status : [chunk], whether a chunk is done; arrays : by name, [chunk, ...], of no meaning where it is not. They may
    lie on a disk: take rows, not all.
    """

    status: Bool[np.ndarray, " chunk"]
    arrays: Mapping[str, np.ndarray]


class AbstractJob(Noun):
    """A computation in chunks. What a chunk holds depends on the job and on its number alone, whoever computes it.

    So chunks may be computed in any order, by several processes, or again after one of them died, and the result is
    the same bit for bit.
    """

    @property
    @abstractmethod
    def chunks(self) -> int:
        """How many there may be; not all need be wanted in the end."""

    @abstractmethod
    def layout(self) -> Mapping[str, Layout]:
        """The arrays of each chunk, by name."""

    @abstractmethod
    def compute(self, chunk: int) -> Mapping[str, np.ndarray]:
        """The arrays of one chunk."""

    def wanted(self, done: Done) -> Sequence[int]:
        """Which chunks to compute next, in this order; asked again when they are done, none when all is finished.

        All that are not done by default; a job whose further chunks depend on what came out overrides it. The answer
        may depend only on chunks wanted before.
        """
        return np.flatnonzero(~done.status).tolist()


def empty(job: AbstractJob) -> Done:
    """Nothing done yet, in memory."""
    arrays = {name: np.zeros((job.chunks, *one.shape), one.dtype) for name, one in job.layout().items()}
    return Done(np.zeros(job.chunks, bool), arrays)


def complete(job: AbstractJob, progress: Callable[[float], None] | None = None) -> Done:
    """Compute all that is wanted, one after the other, in memory; `progress` is told the fraction of each round."""
    done = empty(job)
    while chunks := list(job.wanted(done)):
        for count, chunk in enumerate(chunks, 1):
            for name, values in job.compute(chunk).items():
                done.arrays[name][chunk] = values
            done.status[chunk] = True
            if progress is not None:
                progress(count / len(chunks))
    return done
