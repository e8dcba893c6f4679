"""Who computes the chunks of a job: the contract, and the process that asks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ontarget.numerics.job import AbstractJob

Chunk = tuple[int, Mapping[str, np.ndarray]]


class AbstractExecutor(ABC):
    """Computes chunks. What a chunk holds depends on the job and its number alone, so nobody sees who did."""

    @abstractmethod
    def each(self, job: AbstractJob, chunks: Iterable[int]) -> Iterator[Chunk]:
        """The arrays of these chunks, each with its number, in any order, as they come.

        Chunks are taken one by one, when there is somebody to compute them.
        """

    def close(self) -> None:
        """Let go of workers."""
        return

    def __enter__(self) -> AbstractExecutor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class Serial(AbstractExecutor):
    """This process, one chunk after the other."""

    def each(self, job: AbstractJob, chunks: Iterable[int]) -> Iterator[Chunk]:
        for chunk in chunks:
            yield chunk, job.compute(chunk)
