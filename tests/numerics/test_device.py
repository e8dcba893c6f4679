"""Blocks from memory: small enough for a cache or a memory, never more rows than help."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import pytest

from ontarget.cli import run
from ontarget.ground.errors import InputError
from ontarget.numerics import device


def made_up(gigabytes, platform="gpu"):
    """A device as JAX shows it."""
    stats = {"bytes_limit": int(gigabytes * 2**30)}
    return SimpleNamespace(platform=platform, device_kind="made up", memory_stats=lambda: stats)


def test_blocks_grow_with_the_memory(monkeypatch):
    few, many = 40 * 8, 4000 * 8  # bytes per row
    here = device.Device("cpu", "cpu", 2**36, True)
    assert here.rows(few) == 128
    assert here.rows(many) == 8  # 256 KiB hold 8 rows of 32 kB, and a bit more
    assert here.rows(10**9) == 8  # never less: a row at a time would be slower than what is saved
    small, large = (device.Device("gpu", "", memory * 2**30, True) for memory in (4, 80))
    assert small.rows(many) == 2048  # a 64th of 4 GiB is 64 MiB
    assert large.rows(many) == 32768
    assert large.rows(few) == 1 << 16
    for one in (here, small, large):
        assert one.rows(many) * many <= one.budget


def test_memory_is_what_the_device_says(monkeypatch, tmp_path):
    cpu = jax.devices("cpu")
    monkeypatch.setattr(jax, "devices", lambda *one: cpu if one else [made_up(16), made_up(8)])
    first, second, third = device.devices()
    assert third.platform == "cpu"
    assert (first.memory, second.memory) == (16 * 2**30, 8 * 2**30)
    assert (first.first, second.first) == (True, False)
    assert device.rows(32_000) == first.rows(32_000) == 8192
    silent = SimpleNamespace(platform="gpu", device_kind="", memory_stats=lambda: None)
    assert device.memory(silent) == 0
    assert device.Device("gpu", "", 0, True).rows(32_000) == 8
    group = tmp_path / "memory.max"
    monkeypatch.setattr(device, "CONTROL_GROUP", group)
    whole = device.memory(made_up(1, "cpu"))
    for text, expected in (("max\n", whole), ("1073741824\n", 2**30)):
        group.write_text(text)
        assert device.memory(made_up(1, "cpu")) == expected


def test_the_command_says_what_there_is(capsys, monkeypatch):
    assert run(["devices"]) == 0
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("cpu"))
    assert line.split()[1] == "yes"  # it is the one that is used
    assert "precision double" in out
    assert 'pip install "jax[cuda13]"' in out
    monkeypatch.setattr(jax, "devices", lambda *one: [made_up(80)])
    assert run(["devices"]) == 0
    out = capsys.readouterr().out
    assert "memory (GiB) 80" in out
    assert "pip install" not in out


def test_a_platform_that_is_not_there_is_one_sentence(monkeypatch):
    def none(*one):
        raise RuntimeError("Unknown backend cuda.")

    monkeypatch.setattr(jax, "devices", none)
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    with pytest.raises(InputError, match="JAX_PLATFORMS: got 'cuda'"):
        device.devices()
