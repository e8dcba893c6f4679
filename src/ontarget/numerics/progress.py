"""How an analysis computes what takes long, and to whom it says so, where nobody else sees to it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ontarget.numerics.job import AbstractJob, Done, complete


@runtime_checkable
class Complete(Protocol):
    """Computes all chunks of a job; `key` names it among others, `title` stands before its progress."""

    def __call__(self, key: str, job: AbstractJob, title: str) -> Done: ...


def in_memory(key: str, job: AbstractJob, title: str) -> Done:
    """All chunks, one after the other, kept nowhere."""
    return complete(job, lambda done: None)


def silent(line: str) -> None:
    """Says nothing."""
