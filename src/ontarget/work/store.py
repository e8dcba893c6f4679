"""Stores of jobs: zarr arrays with one chunk for each chunk of a job, and a status that is written last."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line
from ontarget.io.write import version
from ontarget.numerics.job import AbstractJob, Done, empty
from ontarget.work.fingerprint import fingerprint

if TYPE_CHECKING:
    import zarr

FORMAT = 1
KEPT = "What was done before is kept."
AGAIN = "Remove it, or name another folder with -o."
DAMAGE = (OSError, ValueError, KeyError, TypeError, IndexError, RuntimeError)
"""What reading a chunk that is no chunk, or half of one, may raise."""


class Store:
    """What was computed of one job, on a disk.

    A chunk counts when its status is there, and its status is written when its arrays are. The status is 1 + the
    CRC-32 of the arrays: what a power failure or a network left half written is seen and computed again. Each chunk is
    a file of its own, put in its place whole, so that several processes may write into one store; two that write the
    same chunk write the same bits.
    """

    def __init__(self, path: Path, group: zarr.Group, job: AbstractJob) -> None:
        self.path, self.group, self.layout = path, group, job.layout()
        self.arrays: dict[str, Any] = {name: group[name] for name in self.layout}
        self.status: Any = group["status"]
        self.blank = empty(job)

    def read(self) -> Done:
        """All that is whole."""
        done = Done(self.blank.status.copy(), {name: values.copy() for name, values in self.blank.arrays.items()})
        self.refresh(done, range(len(done.status)))
        return done

    def refresh(self, done: Done, chunks: Iterable[int]) -> None:
        """Add to `done` those of these chunks that were stored since."""
        chunks = [chunk for chunk in chunks if not done.status[chunk]]
        every = len(chunks) == len(done.status)
        status = rows(self.status, None if every else chunks)
        stored = [(chunk, value) for chunk, value in zip(chunks, status, strict=True) if value]
        wanted = [chunk for chunk, _ in stored]
        # many at once, where nearly all are asked for: zarr then reads them side by side
        whole = every and 2 * len(wanted) > len(done.status)
        found = {name: rows(array, None if whole else wanted) for name, array in self.arrays.items()}
        for place, (chunk, value) in enumerate(stored):
            at = chunk if whole else place
            if value == checksum({name: np.asarray(values[at]) for name, values in found.items()}):
                for name, values in found.items():
                    done.arrays[name][chunk] = values[at]
                done.status[chunk] = True

    def write(self, chunk: int, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Store one chunk: its arrays, then its status; returns the arrays as they are read again."""
        kept = {name: np.asarray(arrays[name], one.dtype).reshape(one.shape) for name, one in self.layout.items()}
        with failing_as_one_sentence(self.path):
            for name, values in kept.items():
                self.arrays[name][chunk] = values
            self.status[chunk] = checksum(kept)
        return kept

    @property
    def finished(self) -> bool:
        """Whether the job has nothing left to do."""
        return bool(self.group.attrs.get("finished", False))

    def finish(self) -> None:
        """Remember that the job has nothing left to do."""
        if not self.finished:
            with failing_as_one_sentence(self.path):
                self.group.update_attributes({"finished": True})


def checksum(arrays: Mapping[str, np.ndarray]) -> int:
    """1 + CRC-32 of the arrays of a chunk; never zero."""
    crc = 0
    for values in arrays.values():
        crc = zlib.crc32(np.ascontiguousarray(values).tobytes(), crc)
    return 1 + crc


def rows(array: Any, chunks: list[int] | None) -> np.ndarray:
    """Some rows of an array on a disk, all by default; zeros for what cannot be read."""
    if chunks is None:
        with contextlib.suppress(*DAMAGE):
            return np.asarray(array[...])
        chunks = list(range(array.shape[0]))
    found = np.zeros((len(chunks), *array.shape[1:]), array.dtype)
    for place, chunk in enumerate(chunks):
        with contextlib.suppress(*DAMAGE):
            found[place] = array[chunk]
    return found


@contextlib.contextmanager
def failing_as_one_sentence(path: Path) -> Iterator[None]:
    """A full disk, a read-only folder, a file system that went away: one sentence, and nothing is lost."""
    try:
        yield
    except OSError as error:
        reason = one_line(error.strerror or error)
        remedy = "Free space or mend the folder, then go on with --resume."
        raise InputError(one_line(path), f"a failure to write ({reason})", KEPT, remedy) from None


def open_store(path: str | Path, job: AbstractJob) -> Store:
    """The store of a job: the one that is there, if it is of the same job and version, else a new one.

    Several processes may open it at the same moment: one of them makes it.
    """
    path = Path(path)
    if not path.exists():
        create(path, job)
    return reopen(path, job)


def create(path: Path, job: AbstractJob) -> None:
    """Make an empty store beside its place and put it there whole, unless somebody else was faster."""
    import zarr

    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    said: dict[str, Any] = {"format": FORMAT, "job": type(job).__name__}
    said |= {"version": version("ontarget"), "digest": fingerprint(job)}
    try:
        with failing_as_one_sentence(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            group = zarr.open_group(beside, mode="w-", zarr_format=3, attributes=said)
            for name, one in job.layout().items():
                add(group, name, (job.chunks, *one.shape), one.dtype)
            add(group, "status", (job.chunks,), "uint64")
            with contextlib.suppress(FileExistsError):
                put(beside, path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def add(group: zarr.Group, name: str, shape: tuple[int, ...], dtype: str) -> None:
    """An array with a chunk for each of its rows, one file each, all in one folder."""
    separator: dict[str, Any] = {"name": "default", "separator": "."}
    group.create_array(
        name,
        shape=shape,
        chunks=(1, *(max(1, size) for size in shape[1:])),
        dtype=dtype,
        chunk_key_encoding=separator,
        compressors=None,
        dimension_names=("chunk", *(f"{name}_{i}" for i in range(len(shape) - 1))),
        config={"write_empty_chunks": True},  # a chunk of zeros is as good as any
    )


def put(beside: Path, path: Path) -> None:
    """Rename a folder; FileExistsError where there is one already."""
    try:
        os.rename(beside, path)
    except OSError:
        if path.exists():  # the system calls it 'not empty'
            raise FileExistsError(str(path)) from None
        raise


def reopen(path: Path, job: AbstractJob) -> Store:
    """The store that is there; refused where it is of another version, other inputs, or no store."""
    import zarr

    where = one_line(path)
    try:
        group = zarr.open_group(path, mode="r+", zarr_format=3)
        made = dict(group.attrs)
        if made["format"] != FORMAT:
            raise ValueError
        of = {"version": str(made["version"]), "digest": str(made["digest"])}
    except DAMAGE:
        raise InputError(where, "a folder that is no whole store of chunks", "", AGAIN) from None
    here = {"version": version("ontarget"), "digest": fingerprint(job)}
    names = {"version": "version of ontarget", "digest": "inputs"}
    for what, wanted in here.items():
        if of[what] != wanted:
            shown = "" if what == "digest" else f" ({of[what]}, here {wanted})"
            got = f"a store of another {names[what]}{shown}" if what == "version" else f"a store of other {names[what]}"
            raise InputError(where, got, "Chunks of different kinds do not make one result.", AGAIN)
    try:
        store = Store(path, group, job)
        shapes = {name: ((job.chunks, *one.shape), np.dtype(one.dtype)) for name, one in job.layout().items()}
        if {name: (array.shape, array.dtype) for name, array in store.arrays.items()} != shapes:
            raise ValueError
    except DAMAGE:
        raise InputError(where, "a store of another shape", "", AGAIN) from None
    return store


def unfinished(folder: str | Path) -> list[Path]:
    """The stores in a folder whose jobs are not known to be finished."""
    return [path for path in sorted(Path(folder).glob("*.zarr")) if not is_finished(path)]


def is_finished(path: Path) -> bool:
    """Whether a folder is a store whose job has nothing left to do."""
    import zarr

    try:
        return bool(zarr.open_group(path, mode="r").attrs.get("finished", False))
    except DAMAGE:
        return False
