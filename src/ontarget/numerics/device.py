"""Where arrays are computed: the devices, their memory, and how many rows one call takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import jax

from ontarget.ground.errors import InputError

CACHE = 1 << 18
"""Bytes of the largest array of a block on processors: such a block stays in the cache of a core."""

SHARE = 64
"""The largest array of a block takes one part in so many of an accelerator's memory: programs hold many such."""

FEWEST = 8
MOST_CACHED, MOST = 128, 1 << 16
"""Rows of a block, at least and at most: more do not make a processor, or an accelerator, any faster."""

CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")
"""What a container may use, where the system says."""


class Device(NamedTuple):
    """One device of JAX.

    platform, kind : such as "cpu", and as its maker calls it; memory : bytes that arrays may take, 0 where it is not
    known; first : whether arrays go there by default
    """

    platform: str
    kind: str
    memory: int
    first: bool

    @property
    def budget(self) -> int:
        """Bytes that the largest array of a block may take there."""
        return CACHE if self.platform == "cpu" else max(CACHE, self.memory // SHARE)

    def rows(self, bytes_per_row: int) -> int:
        """Rows of a block whose largest array has so many bytes per row: a power of two."""
        most = MOST_CACHED if self.platform == "cpu" else MOST
        fitting = max(1, self.budget // max(1, bytes_per_row))
        return min(most, max(FEWEST, 1 << (fitting.bit_length() - 1)))


def devices() -> list[Device]:
    """All devices that JAX has, the one that it takes first."""
    try:
        found = list(jax.devices())
    except (RuntimeError, AssertionError):  # JAX asserts that it found one
        got = repr(os.environ.get("JAX_PLATFORMS", ""))
        truth = "JAX finds no device of that platform, or no jaxlib for it."
        raise InputError("JAX_PLATFORMS", got, truth, "Unset it, or install that jaxlib.") from None
    if all(one.platform != "cpu" for one in found):  # it is there beside an accelerator, and not listed
        found += _processors()
    given = getattr(jax.config, "jax_default_device", None)
    first = next((one for one in found if given in (one, one.platform)), found[0])
    every = [Device(one.platform, one.device_kind, memory(one), one is first) for one in found]
    return sorted(every, key=lambda one: not one.first)


def _processors() -> list[Any]:
    try:
        return list(jax.devices("cpu"))
    except RuntimeError:  # JAX was told to leave it out
        return []


def rows(bytes_per_row: int) -> int:
    """Rows of a block on the device that arrays go to."""
    return devices()[0].rows(bytes_per_row)


def memory(device: Any) -> int:
    """Bytes that arrays may take on a device of JAX; 0 where nobody says."""
    if device.platform == "cpu":
        return _of_the_machine()
    stats = device.memory_stats() or {}
    return int(stats.get("bytes_limit", stats.get("bytes_reservable_limit", 0)))


def _of_the_machine() -> int:
    """The machine's memory, or what its control group may use of it."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
    try:
        return min(whole, int(CONTROL_GROUP.read_text()))
    except (OSError, ValueError):  # no such group, or one without a limit
        return whole
