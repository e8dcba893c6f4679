"""What is kept between calls: the user's own, whole or not at all, and no more than a stated size."""

from __future__ import annotations

import os

import pytest

from ontarget.ground import cache


def test_what_was_kept_is_read_again_and_belongs_to_its_owner(place):
    cache.write("results", "key", b"something")
    assert cache.read("results", "key") == b"something"
    assert cache.read("results", "other") is None
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "results" / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("switch", ["off", "OFF", "0", "no"])
def test_the_switch_keeps_nothing(switch, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(cache.SWITCH, switch)
    cache.write("results", "key", b"something")
    assert cache.read("results", "key") is None
    assert not list(tmp_path.iterdir())


def test_without_a_home_nothing_is_kept(monkeypatch):
    for name in (cache.SWITCH, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def homeless():
        raise RuntimeError("no home")

    monkeypatch.setattr(cache.Path, "home", homeless)
    assert cache.root() is None
    cache.write("results", "key", b"something")


@pytest.mark.parametrize(
    "damage", [lambda old: old[:-1], lambda old: old[:-1] + b"?", lambda old: b"", lambda old: b"x"]
)
def test_a_damaged_file_is_passed_over(place, damage):
    cache.write("results", "key", b"something")
    file = place / "results" / "key"
    file.write_bytes(damage(file.read_bytes()))
    assert cache.read("results", "key") is None


def test_a_folder_that_others_may_write_is_passed_over(place):
    place.mkdir()
    place.chmod(0o777)
    cache.write("results", "key", b"something")
    assert cache.read("results", "key") is None
    assert not cache.usable()
    assert not list(place.iterdir())


def test_a_folder_of_somebody_else_is_passed_over(place, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 123456)
    cache.write("results", "key", b"something")
    assert cache.read("results", "key") is None


def test_a_file_in_the_place_of_the_folder_is_passed_over(place):
    place.write_text("not a folder")
    cache.write("results", "key", b"something")
    assert cache.read("results", "key") is None
    assert place.read_text() == "not a folder"


def test_no_half_written_file_is_left(place, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    cache.write("results", "first", b"something")
    monkeypatch.setattr(os, "replace", full)
    cache.write("results", "key", b"something")
    assert [path.name for path in (place / "results").iterdir()] == ["first"]


def test_what_was_used_longest_ago_goes_first(place):
    for age, name in enumerate(("newest", "middle", "oldest")):
        cache.write("results", name, bytes(1000))
        os.utime(place / "results" / name, (1e9 - age, 1e9 - age))
    assert cache.prune(2200) == 1
    assert {path.name for path in (place / "results").iterdir()} == {"newest", "middle"}
    assert cache.clear() == 2
    assert not list(cache.kept())


def test_links_are_left_alone(place, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    cache.write("results", "key", b"something")
    (place / "results" / "link").symlink_to(mine)
    cache.clear()
    assert mine.read_text() == "precious"
