"""What is kept between calls: programs, compiled and traced, and expansions. All of it can be thrown away.

It lies in ``programs`` of the user's cache folder, which must be the user's own and closed to others. A folder that is
not, or that cannot be written, is passed over, and so is a file that is damaged: then things are made anew.
``ONTARGET_CACHE=off`` keeps nothing; ``ONTARGET_CACHE=/some/folder`` keeps it there.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import platform
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

SWITCH = "ONTARGET_CACHE"
LARGEST = 2_000_000_000
"""Bytes that are kept; what was used longest ago goes first."""

PACKAGE = Path(__file__).resolve().parent.parent
_SUM = hashlib.sha256().digest_size


def root() -> Path | None:
    """Where things are kept; None where nothing is, or the user has no home."""
    given = os.environ.get(SWITCH, "")
    if given.lower() in ("off", "0", "no", "false"):
        return None
    if given:
        return Path(given) / "programs"
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ontarget" / "programs"
    except RuntimeError:  # nobody's home
        return None


@functools.cache
def _own(folder: Path) -> bool:
    """Whether a folder, made if need be, is the user's own and closed to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, ValueError):
        return False
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return mine and not stat.S_IMODE(found.st_mode) & 0o022 and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def folder(kind: str) -> Path | None:
    """The folder of one kind of things, made if need be; None where nothing is kept."""
    top = root()
    if top is None or not _own(top) or not _own(top / kind):
        return None
    return top / kind


def read(kind: str, key: str) -> bytes | None:
    """What was kept under a key; None where there is nothing, or it is damaged."""
    place = folder(kind)
    if place is None:
        return None
    try:
        content = (place / key).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[_SUM:]).digest() != content[:_SUM]:
        return None
    with contextlib.suppress(OSError):
        os.utime(place / key)
    return content[_SUM:]


def write(kind: str, key: str, content: bytes) -> None:
    """Keep something: the whole file or none of it. What cannot be kept is not."""
    place = folder(kind)
    if place is None or len(content) > LARGEST // 20:
        return
    try:
        handle, name = tempfile.mkstemp(dir=place, prefix=".half-")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(content).digest() + content)
        os.replace(name, place / key)
        prune_at_exit()
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)


@functools.cache
def prune_at_exit() -> None:
    """See to it, once, that the size is looked at when the process ends."""
    atexit.register(prune)


def kept() -> Iterator[tuple[Path, os.stat_result]]:
    """Every file that is kept, and what the system says of it."""
    top = root()
    if top is None or not top.is_dir():
        return
    for path in top.rglob("*"):
        with contextlib.suppress(OSError):
            if not path.is_symlink() and path.is_file():
                yield path, path.stat()


def prune(largest: int | None = None) -> int:
    """Remove what was used longest ago until at most so many bytes are kept; how many files went."""
    found = sorted(kept(), key=lambda one: max(one[1].st_atime, one[1].st_mtime), reverse=True)
    total, gone = 0, 0
    for path, about in found:
        total += about.st_size
        if total > (LARGEST if largest is None else largest):
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
    return gone


def clear() -> int:
    """Remove all that is kept; how many files."""
    return prune(0)


def usable() -> bool:
    """Whether things are kept: the folder is the user's own, or can be made."""
    top = root()
    return top is not None and _own(top)


@functools.cache
def code() -> str:
    """A hash of the package's own code and catalog: what is kept of other code is never taken for this one's."""
    digest = hashlib.sha256()
    for base, folders, names in os.walk(PACKAGE):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        for name in sorted(names):
            content = Path(base, name).read_bytes()
            digest.update(f"{os.path.relpath(base, PACKAGE)}/{name} {len(content)};".encode())
            digest.update(content)
    return digest.hexdigest()


def processor() -> str:
    """A name for this kind of processor: compiled code of one kind must not run on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor())
    return f"{platform.machine()}-{hashlib.sha256(flags.encode()).hexdigest()[:8]}"
