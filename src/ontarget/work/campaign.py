"""Campaigns: all that a job wants, from a store and whoever computes, with the time that is left."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ontarget.ground.errors import InputError
from ontarget.numerics.job import AbstractJob, Done
from ontarget.work.executor import AbstractExecutor, Serial
from ontarget.work.store import Store, open_store

SAID_EVERY = 2.0


@dataclass(frozen=True)
class Share:
    """One of several that work on the same store: it takes its own chunks first, then helps the others.

    So nobody waits for anybody, one that died is made good by those that live, and the last one finds all done. What
    two compute at the same moment is the same bit for bit.

    Attributes
    ----------
    number : 1 .. of
    of : how many share
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            got = f"{self.number}/{self.of}"
            raise InputError("--share", got, "It is I/N with I from 1 to N.", "Number the shares from 1.")

    def order(self, chunks: Sequence[int]) -> list[int]:
        """Its own chunks as they come, then those of the next ones from their ends."""
        mine = [chunk for chunk in chunks if self.ahead(chunk) == 0]
        theirs = [chunk for chunk in reversed(chunks) if self.ahead(chunk) != 0]
        return [*mine, *sorted(theirs, key=self.ahead)]

    def ahead(self, chunk: int) -> int:
        """How many shares further the one is that a chunk belongs to."""
        return (chunk - self.number + 1) % self.of


class Pace:
    """Says now and then how far a job is, how fast, and for how long."""

    def __init__(self, title: str, say: Callable[[str], None]) -> None:
        self.title, self.say = title, say
        self.said = time.monotonic()
        self.times: deque[float] = deque(maxlen=100)  # the first chunks wait for compilers: they are soon forgotten

    def begin(self, done: int, wanted: int) -> None:
        """So many were stored when it began, and so many are to be computed."""
        parts = [f"{wanted} chunks to compute"] if wanted else []
        parts += [f"{done} were done before"] if done else []
        self.say(f"{self.title}: {', '.join(parts)}")

    def __call__(self, done: int, wanted: int) -> None:
        """One more is made here; `done` of those wanted so far are."""
        now = time.monotonic()
        self.times.append(now)
        if now - self.said < SAID_EVERY and done < wanted:
            return
        self.said, line = now, f"{self.title}: {done} of {wanted} chunks"
        if len(self.times) > 1 and now > self.times[0]:
            rate = (len(self.times) - 1) / (now - self.times[0])
            line += f", {rate:.3g} chunks/s"
            line += f", about {(wanted - done) / rate:.0f} s left" if done < wanted else ""
        self.say(line)


def carry_out(
    job: AbstractJob,
    store: Store,
    executor: AbstractExecutor | None = None,
    pace: Pace | None = None,
    share: Share = Share(),
) -> Done:
    """Compute what a job wants and a store has not; all chunks, whoever made them.

    Each chunk is stored before the next is looked at: what ends this process loses what was in flight, no more.
    """
    executor, done = executor or Serial(), store.read()
    wanted = list(job.wanted(done))
    if pace is not None:
        pace.begin(int(done.status.sum()), len(wanted))
    while wanted:
        for chunk, arrays in executor.each(job, untouched(store, done, wanted, share)):
            for name, values in store.write(chunk, arrays).items():
                done.arrays[name][chunk] = values
            done.status[chunk] = True
            if pace is not None:
                pace(int(done.status.sum()), int(done.status.sum() + (~done.status[wanted]).sum()))
        wanted = list(job.wanted(done))
    store.finish()
    return done


def untouched(store: Store, done: Done, wanted: Sequence[int], share: Share) -> Iterator[int]:
    """The chunks to compute, in the order of a share, without those that another one has done meanwhile."""
    for chunk in share.order(wanted):
        if share.of > 1:
            store.refresh(done, [chunk])
        if not done.status[chunk]:
            yield chunk


@dataclass(frozen=True)
class Campaign:
    """Where the chunks of a study's jobs are kept, who computes them, and which are this process's own.

    Attributes
    ----------
    folder : holds one store per job, by its key
    executor : computes; closed by who made it
    share : this process among those that work on the same stores
    """

    folder: Path
    executor: AbstractExecutor = field(default_factory=Serial)
    share: Share = Share()
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def complete(self, key: str, job: AbstractJob, title: str, say: Callable[[str], None]) -> Done:
        """All chunks of a job, those that are stored and those that are not yet. One job at a time."""
        store = open_store(self.folder / f"{quote(key, safe=' ')}.zarr", job)
        with self.busy:
            return carry_out(job, store, self.executor, Pace(title, say), self.share)
