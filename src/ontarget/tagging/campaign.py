"""Tagging of any number of interactions: part by part, the same whatever the parts are shared out to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from ontarget.numerics.cores import cores
from ontarget.tagging.background_tracks import Stream
from ontarget.tagging.interactions import BLOCK, Drawing, Interactions, joined
from ontarget.tagging.tag import CHUNK, Tags, joined_tags, tag
from ontarget.tagging.tagger import Tagger


@dataclass(frozen=True)
class Tagged:
    """Interactions, and what came of each."""

    events: Interactions
    tags: Tags

    def __len__(self) -> int:
        return len(self.events)

    def only(self, chosen: np.ndarray | slice) -> Tagged:
        """Some of them."""
        return Tagged(self.events.only(chosen), self.tags.only(chosen))

    def columns(self) -> dict[str, np.ndarray]:
        """All arrays by name."""
        both = [(name, part) for name, part in (("events", self.events), ("tags", self.tags))]
        return {f"{name}.{one.name}": getattr(part, one.name) for name, part in both for one in fields(part)}


def tagged_of(columns: dict[str, np.ndarray]) -> Tagged:
    """What `columns` says, put together again."""
    events = Interactions(*(columns[f"events.{one.name}"] for one in fields(Interactions)))
    return Tagged(events, Tags(*(columns[f"tags.{one.name}"] for one in fields(Tags))))


def joined_tagged(parts: list[Tagged]) -> Tagged:
    """All parts, one after another."""
    return Tagged(joined([part.events for part in parts]), joined_tags([part.tags for part in parts]))


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
        return joined_tagged(done).only(slice(size)) if len(done) == len(starts) else None

    def run(self, events: int) -> Tagged:
        """Tag so many interactions."""
        sizes = [min(BLOCK, events - first) for first in range(0, events, BLOCK)]
        return joined_tagged([part for i, size in enumerate(sizes) if (part := self.part(i, size)) is not None])
