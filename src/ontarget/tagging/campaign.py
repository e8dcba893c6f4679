"""Tagging of any number of interactions: part by part, the same whatever the parts are shared out to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ontarget.numerics.cores import cores
from ontarget.tagging.background_tracks import Stream
from ontarget.tagging.columns import Columns
from ontarget.tagging.interactions import BLOCK, Drawing, Interactions
from ontarget.tagging.tag import CHUNK, Tags, tag
from ontarget.tagging.tagger import Tagger


@dataclass(frozen=True)
class Tagged(Columns):
    """Interactions, and the tag of each, if it has one."""

    events: Interactions
    tags: Tags


@dataclass(frozen=True)
class Campaign:
    """A beam, what flows with it, and a tagger. Chunk i has random numbers of its own, made from the seed and i."""

    drawing: Drawing
    flow: Stream
    tagger: Tagger

    def chunk(self, events: Interactions, number: int) -> Tagged:
        """Tag the interactions of one chunk."""
        random = np.random.default_rng((self.drawing.seed, 2**20, number))
        length = float(self.drawing.source.tunnel.length)
        return Tagged(events, tag(events, self.flow, self.tagger, length, random))

    def part(self, number: int, size: int = BLOCK, stop: Callable[[], bool] = lambda: False) -> Tagged | None:
        """The first `size` interactions of a block; None if `stop` says so before it is done."""
        events = self.drawing.block(number)
        starts = range(0, size, CHUNK)

        def one(start: int) -> Tagged | None:
            chunk = (number * BLOCK + start) // CHUNK
            return None if stop() else self.chunk(events.only(slice(start, start + CHUNK)), chunk)

        with ThreadPoolExecutor(cores()) as pool:
            done = [part for part in pool.map(one, starts) if part is not None]
        return Tagged.joined(done).only(slice(size)) if len(done) == len(starts) else None

    def run(self, events: int) -> Tagged:
        """Tag so many interactions."""
        sizes = [min(BLOCK, events - first) for first in range(0, events, BLOCK)]
        return Tagged.joined([part for i, size in enumerate(sizes) if (part := self.part(i, size)) is not None])
