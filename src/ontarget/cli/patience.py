"""A line on the terminal while one waits: that something is computed, and that it is compiled for the first time."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

import click

Context = Callable[[], contextlib.AbstractContextManager[None]]
SOON = 0.5
"""Seconds before anything is said."""


def say(line: str) -> None:
    """A line to whoever watches; a file or a pipe gets results and errors alone."""
    if sys.stderr.isatty():
        click.echo(line, err=True)


@contextlib.contextmanager
def waiting(name: str, show: Callable[[str], None] = say, doing: str = "computing") -> Iterator[Context]:
    """Say after half a second that one is at `name`, `doing` what. It gives a context in which compilation is said too.

    The context imports JAX; this function does not.
    """
    timer = threading.Timer(SOON, show, (f"{doing} {name} …",))
    timer.daemon = True
    timer.start()
    said: list[str] = []

    def compiling(_: str) -> None:
        timer.cancel()
        if not said:
            said.append(name)
            show(f"compiling {name} … (once; the next time it takes a second)")

    def watched() -> contextlib.AbstractContextManager[None]:
        from ontarget.ground.program import tracing_shown

        return tracing_shown(compiling)

    try:
        yield watched
    finally:
        timer.cancel()
