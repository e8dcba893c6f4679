"""``ontarget cache`` shows what is kept, and where, and removes it on demand."""

import json

from ontarget.cli import run
from ontarget.ground import cache


def test_it_shows_and_clears(place, capsys):
    cache.write("results", "one", bytes(500_000))
    cache.write("results", "two", bytes(500_000))
    assert run(["cache"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"folder: {place}"
    assert shown[1].split()[:5] == ["results", "2", "files", "1.0", "MB"]
    assert run(["cache", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "folder": str(place),
        "kept": {"results": {"files": 2, "bytes": 1_000_064}},  # with 32 bytes of checksum each
    }
    assert run(["cache", "--clear"]) == 0
    assert capsys.readouterr().out == "2 files removed\n"
    assert not list(cache.kept())


def test_it_says_why_nothing_is_kept(place, monkeypatch, capsys):
    place.mkdir()
    place.chmod(0o777)
    assert run(["cache"]) == 0
    assert "not used: it is not yours alone" in capsys.readouterr().out
    monkeypatch.setenv(cache.SWITCH, "off")
    assert run(["cache"]) == 0
    assert capsys.readouterr().out.startswith("Nothing is kept")
