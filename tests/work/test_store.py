"""Stores: what is kept, what is refused, and what happens when a disk is full, read-only or damaged."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from work_toys import Deadly, Draws, Refusing

from ontarget.ground.errors import InputError
from ontarget.numerics.job import complete
from ontarget.work.campaign import carry_out
from ontarget.work.executor import Serial
from ontarget.work.fingerprint import feed, fingerprint
from ontarget.work.store import open_store, unfinished


@pytest.fixture(scope="module")
def whole():
    return complete(Draws())


def assert_same(done, whole):
    """Bit for bit, and nothing else than what was wanted."""
    assert done.status.tolist() == whole.status.tolist()
    assert 0 < whole.status.sum() < len(whole.status)
    for name, values in whole.arrays.items():
        assert done.arrays[name].dtype == values.dtype
        assert done.arrays[name].tobytes() == values.tobytes()


def test_fingerprint():
    """Every number and word counts, also the bits of arrays, their shape, and the class; nothing else does."""
    jobs = [Draws(), Draws(scale=2.0 + 2e-16 * 2), Draws(chunks=14), Refusing(chunks=12), Deadly(chunks=12)]
    jobs += [Deadly(chunks=12, marks="a"), Deadly(chunks=12, marks="b"), Draws(scale=-0.0), Draws(scale=0.0)]
    assert len({fingerprint(one) for one in jobs}) == len(jobs)
    assert fingerprint(Draws()) == fingerprint(pickle.loads(pickle.dumps(Draws())))
    for one, other in ((["ab", "c"], ["a", "bc"]), ([1, [2]], [[1], 2]), ({"a": 1}, {"a": 1.0}), ({1, 2}, {1, 3})):
        digests = [hashlib.sha256() for _ in range(2)]
        feed(digests[0], one)
        feed(digests[1], other)
        assert digests[0].digest() != digests[1].digest()


def after(count):
    """An executor that is interrupted after so many chunks."""

    class Interrupted(Serial):
        def each(self, job, chunks):
            for number, one in enumerate(super().each(job, chunks)):
                if number == count:
                    raise KeyboardInterrupt
                yield one

    return Interrupted()


def test_interrupted_and_resumed(tmp_path, whole):
    path = tmp_path / "chunks" / "draws.zarr"
    with pytest.raises(KeyboardInterrupt):
        carry_out(Draws(), open_store(path, Draws()), after(4))
    assert unfinished(path.parent) == [path]
    store = open_store(path, Draws())
    assert store.read().status.sum() == 4
    assert_same(carry_out(Draws(), store), whole)
    assert unfinished(path.parent) == []
    assert_same(open_store(path, Draws()).read(), whole)  # and once more, from the disk


KILLED = """
import sys
sys.path[:0] = sys.argv[2:]
from work_toys import Deadly, Draws, Refusing
from ontarget.work.campaign import carry_out
from ontarget.work.fingerprint import feed, fingerprint
from ontarget.work.store import open_store
carry_out(Draws(), open_store(sys.argv[1], Draws()))
"""


def started(path, marks, pause, share=(1, 1)):
    """A process that works on a store, alone or as one of several."""
    given = os.environ | {"TOYS_PAUSE": str(pause), "TOYS_MARKS": str(marks)}
    folders = [str(Path(__file__).parents[1] / "toys"), *sys.path]
    words = [str(path), *map(str, share), *folders]
    return subprocess.Popen([sys.executable, "-c", KILLED, *words], env=given)


def wait_for(what, seconds=60.0):
    """Until it holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_killed_and_resumed(tmp_path, whole, monkeypatch):
    """kill -9 after a few chunks: what was stored is not computed again, and the end is the same bit for bit."""
    path, marks = tmp_path / "draws.zarr", tmp_path / "marks"
    marks.mkdir()
    process = started(path, marks, 0.2)
    wait_for(lambda: len(list(path.glob("status/c.*"))) >= 3)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    store = open_store(path, Draws())
    before = store.read()
    assert 3 <= before.status.sum() < whole.status.sum()
    monkeypatch.setenv("TOYS_MARKS", str(marks))
    assert_same(carry_out(Draws(), store), whole)
    times = {int(one.name): len(one.read_text().splitlines()) for one in marks.iterdir()}
    assert set(times) == set(np.flatnonzero(whole.status))
    assert all(times[chunk] == 1 for chunk in np.flatnonzero(before.status))
    assert sum(times.values()) <= whole.status.sum() + 1  # the chunk in flight, no other


@pytest.mark.long
def test_killed_at_any_moment(tmp_path, whole):
    """Twenty times, two at once, wherever they happen to be: while they make the store, write a chunk or its status."""
    path, random = tmp_path / "draws.zarr", np.random.default_rng(11)
    (tmp_path / "marks").mkdir()
    for _ in range(20):
        members = [started(path, tmp_path / "marks", 0.02, (number, 2)) for number in (1, 2)]
        time.sleep(random.uniform(0.8, 2.5))
        for one in members:
            one.kill()
            one.wait()
    assert_same(carry_out(Draws(), open_store(path, Draws())), whole)


def test_damaged_chunks_are_computed_again(tmp_path, whole, monkeypatch):
    """As after a power failure: half a file, an empty one, other bits, a status without its arrays."""
    path = tmp_path / "draws.zarr"
    carry_out(Draws(), open_store(path, Draws()))
    (path / "draws" / "c.0.0").write_bytes((path / "draws" / "c.0.0").read_bytes()[:11])
    (path / "draws" / "c.2.0").write_bytes(b"")
    (path / "draws" / "c.4.0").write_bytes(bytes(24))
    (path / "number" / "c.6").unlink()
    (path / "status" / "c.8").write_bytes(b"half")
    store = open_store(path, Draws())
    assert set(np.flatnonzero(whole.status)) - set(np.flatnonzero(store.read().status)) == {0, 2, 4, 6, 8}
    assert_same(carry_out(Draws(), store), whole)
    assert_same(store.read(), whole)


def told(call):
    """The sentence of a refusal."""
    with pytest.raises(InputError) as error:
        call()
    text = str(error.value)
    assert "\n" not in text
    return text


def test_other_inputs_versions_and_folders_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "draws.zarr"
    open_store(path, Draws())
    assert "a store of other inputs. Chunks of different kinds" in told(lambda: open_store(path, Draws(scale=3.0)))
    assert "a store of other inputs" in told(lambda: open_store(path, Draws(chunks=14)))
    with monkeypatch.context() as patch:
        patch.setattr("ontarget.work.store.version", lambda _: "9.9")
        text = told(lambda: open_store(path, Draws()))
        assert "a store of another version of ontarget (" in text
        assert text.endswith(
            "here 9.9). Chunks of different kinds do not make one result. Remove it, or name another folder with -o."
        )
    empty = tmp_path / "empty.zarr"
    empty.mkdir()
    assert "a folder that is no whole store of chunks" in told(lambda: open_store(empty, Draws()))
    (path / "draws" / "zarr.json").unlink()
    assert "a store of another shape" in told(lambda: open_store(path, Draws()))


@contextlib.contextmanager
def largest_file(size):
    """The system refuses to write a file beyond this size, which is as near to a full disk as one gets unprivileged."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk(tmp_path, whole):
    """Real failures to write: of a chunk's arrays, and of a whole store. What was done is kept."""
    path = tmp_path / "draws.zarr"
    with pytest.raises(KeyboardInterrupt):
        carry_out(Draws(), open_store(path, Draws()), after(3))
    store = open_store(path, Draws())
    with largest_file(16):  # three numbers take 24 bytes
        text = told(lambda: carry_out(Draws(), store))
        assert "a failure to write (File too large). What was done before is kept. Free space or mend" in text
        other = tmp_path / "other" / "draws.zarr"
        assert "a failure to write (File too large)" in told(lambda: open_store(other, Draws()))
    assert list(other.parent.iterdir()) == []  # nothing half made
    assert not list(path.rglob("*.partial"))
    assert store.read().status.sum() == 3
    assert_same(carry_out(Draws(), store), whole)


@contextlib.contextmanager
def nobody():
    """Without the rights of root, if these are root's: a folder that may not be written then is not."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_read_only(whole):
    """A store that may not be written into any more, and a folder in which none can be made."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "draws.zarr"
        with pytest.raises(KeyboardInterrupt):
            carry_out(Draws(), open_store(path, Draws()), after(3))
        folders = [folder, path, *(one for one in path.rglob("*") if one.is_dir())]
        for one in folders:
            one.chmod(0o555)
        with nobody():
            store = open_store(path, Draws())
            assert "a failure to write (Permission denied). What was done" in told(lambda: carry_out(Draws(), store))
            assert "a failure to write (Permission denied)" in told(lambda: open_store(folder / "b.zarr", Draws()))
            assert store.read().status.sum() == 3
        for one in folders:
            one.chmod(0o755)
        assert_same(carry_out(Draws(), store), whole)
        with nobody():  # all is done: nothing is to be written
            assert_same(carry_out(Draws(), open_store(path, Draws())), whole)
