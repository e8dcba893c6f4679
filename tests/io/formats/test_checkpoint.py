"""Checkpoints: whole or not there, and refused where they are of something else."""

import dataclasses

import numpy as np
import pytest
from tunnel_toys import SITE, source

from ontarget.ground.errors import InputError
from ontarget.io import read_checkpoint, write_checkpoint
from ontarget.source import Untagged
from ontarget.source.tunnel.simulation import Simulation

SOURCE = source(rays=32)


def fresh(**given):
    return Simulation(dataclasses.replace(SOURCE, **given), SITE, Untagged())


@pytest.fixture
def counted():
    """A simulation that looks as if it had counted."""
    found, random = fresh(), np.random.default_rng(1)
    for tally in found.tallies:
        tally.units, tally.sums, tally.squares = (
            5,
            random.normal(size=tally.sums.shape),
            random.normal(size=tally.squares.shape),
        )
    found.left = [(0, 7), (0, 9)]
    return found


def test_what_is_written_is_what_is_read(counted, tmp_path):
    path, again = write_checkpoint(tmp_path / "a" / "flux.npz", counted, "digest"), fresh()
    read_checkpoint(path, again, "digest")
    assert again.left == counted.left
    for one, other in zip(again.tallies, counted.tallies, strict=True):
        assert one.units == other.units
        assert one.sums.tobytes() == other.sums.tobytes()
        assert one.squares.tobytes() == other.squares.tobytes()
    assert [one.name for one in path.parent.iterdir()] == ["flux.npz"]  # nothing else stays beside it
    with np.load(path, allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


@pytest.mark.parametrize(
    ("change", "digest", "sentence"),
    [
        ({}, "another", "got a checkpoint of other inputs. Rays of different kinds cannot be added. Remove it, or"),
        ({"seed": 4}, "digest", "got a checkpoint of other seed (1, here 4)."),
    ],
)
def test_of_something_else(counted, tmp_path, change, digest, sentence):
    path = write_checkpoint(tmp_path / "flux.npz", counted, "digest")
    with pytest.raises(InputError) as error:
        read_checkpoint(path, fresh(**change), digest)
    assert sentence in str(error.value)


def test_of_another_version(counted, tmp_path, monkeypatch):
    monkeypatch.setattr("ontarget.io.formats.checkpoint.version", lambda _: "0.0")
    path = write_checkpoint(tmp_path / "flux.npz", counted, "digest")
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"of other version of ontarget \(0\.0, here"):
        read_checkpoint(path, fresh(), "digest")


def damaged(content: bytes):
    """Files that are no checkpoint, or no whole one."""
    middle = len(content) // 2
    yield b""
    yield b"rays"
    yield content[:middle]
    yield content[:-1]
    yield content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
    yield b"\x93NUMPY\x01\x00" + content


@pytest.mark.parametrize("number", range(6))
def test_damaged(counted, tmp_path, number):
    path = write_checkpoint(tmp_path / "flux.npz", counted, "digest")
    path.write_bytes(list(damaged(path.read_bytes()))[number])
    target = fresh()
    with pytest.raises(InputError, match=r"got a file that is no whole checkpoint\. Remove it, or name another"):
        read_checkpoint(path, target, "digest")
    assert target.rays == 0


def test_other_arrays_and_no_file(counted, tmp_path):
    path = write_checkpoint(tmp_path / "flux.npz", counted, "digest")
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **{name: one for name, one in arrays.items() if name != "units"})
    with pytest.raises(InputError, match="no whole checkpoint"):
        read_checkpoint(path, fresh(), "digest")
    np.savez(path, **(arrays | {"sums_0": arrays["sums_0"][:, :, 1:]}))
    with pytest.raises(InputError, match="another shape"):
        read_checkpoint(path, fresh(), "digest")
    with pytest.raises(InputError, match=r"got no file\. There is no checkpoint to go on from\. Leave --resume out\."):
        read_checkpoint(tmp_path / "nowhere.npz", fresh(), "digest")
