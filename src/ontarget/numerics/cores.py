"""How many cores there are for this process."""

from __future__ import annotations

import os


def cores() -> int:
    """As many as NPROC says, which JAX heeds too; otherwise those that the system lets this process run on."""
    given = os.environ.get("NPROC", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
