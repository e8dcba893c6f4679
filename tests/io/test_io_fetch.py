"""Fetching, with a server of our own for the other side: nothing here goes beyond this machine."""

import http.server
import json
import threading

import pooch.downloaders
import pytest
from release_toys import GOOD, fill, shelve

from ontarget.ground.errors import InputError
from ontarget.io import fetch as fetching
from ontarget.io.fetch import copy, fetch
from ontarget.io.release import locate


class Remote:
    """What the other side answers, path by path: (status, body, the length that it claims); and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict = {}
        self.asked: list[str] = []
        self.patience = threading.Event()
        remote = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                remote.asked.append(self.path)
                status, body, length = remote.answers.get(self.path, (404, b"", 0))
                if body is None:
                    remote.patience.wait(10)
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def gives(self, path: str, body: bytes | None, status: int = 200, length: int | None = None) -> None:
        self.answers[path] = (status, body, len(body or b"") if length is None else length)

    def close(self) -> None:
        self.patience.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def remote(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    found = Remote()
    found.gives("/data/counts.txt", GOOD["counts.txt"])
    found.gives("/data/shape%2B1.txt", GOOD["shape+1.txt"])
    yield found
    found.close()


@pytest.fixture
def toy(remote, tmp_path, monkeypatch):
    release = shelve(tmp_path, monkeypatch, f"url: {remote.url}/data/")
    monkeypatch.setattr(fetching, "cache", lambda one: tmp_path / "cache" / one.name)
    return release


def refused(toy, lines=None) -> str:
    """The sentence with which a fetch ends."""
    with pytest.raises(InputError) as error:
        fetch(toy, (lines if lines is not None else []).append)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 600
    return str(error.value)


def files(tmp_path) -> set[str]:
    """Everything in the cache, folders too."""
    return {str(path.relative_to(tmp_path / "cache")) for path in (tmp_path / "cache").rglob("*")}


def test_a_good_fetch_and_a_second_one_that_fetches_nothing(toy, remote, tmp_path):
    lines: list[str] = []
    folder = fetch(toy, lines.append)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == GOOD
    assert remote.asked == ["/data/counts.txt", "/data/shape%2B1.txt"]
    assert [line.split()[:3] for line in lines] == [["toy", "1/2", "counts.txt:"], ["toy", "2/2", "shape+1.txt:"]]
    for file in GOOD:
        assert locate(toy, file).parent == folder
    fetch(toy, lines.append)
    assert len(remote.asked) == 2
    assert all(line.endswith("here already") for line in lines[2:])
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"body": GOOD["shape+1.txt"][:20]}, ("20 bytes with md5:", "shape+1.txt", "removed")),
        ({"body": GOOD["shape+1.txt"] + b" "}, ("sha256:", "removed")),
        ({"body": b""}, ("0 bytes", "removed")),
        ({"body": GOOD["shape+1.txt"][:20], "length": 500}, ("shape+1.txt", "broke off")),
        ({"body": b"gone", "status": 404}, ("shape+1.txt", "404")),
        ({"body": b"later", "status": 503}, ("503",)),
        ({"body": None}, ("no answer within 0.3 s", "--mirror")),
    ],
    ids=["truncated", "wrong", "empty", "broken off", "404", "503", "silence"],
)
def test_a_bad_file_is_named_and_does_not_stay(answer, words, toy, remote, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
    remote.gives("/data/shape%2B1.txt", **answer)
    said = refused(toy)
    for word in words:
        assert word in said
    assert files(tmp_path) == {"toy", "toy/counts.txt"}
    # once the other side is well again, it goes on where it stopped
    remote.gives("/data/shape%2B1.txt", GOOD["shape+1.txt"])
    remote.asked.clear()
    fetch(toy, [].append)
    assert remote.asked == ["/data/shape%2B1.txt"]


def test_a_wrong_file_in_the_cache_is_removed_and_fetched_anew(toy, remote, tmp_path):
    (fill(tmp_path / "cache" / "toy") / "counts.txt").write_bytes(b"1, 2\n")
    lines: list[str] = []
    fetch(toy, lines.append)
    assert remote.asked == ["/data/counts.txt"]
    assert "counts.txt: what was here had a wrong checksum and is removed" in lines[0]
    assert locate(toy, "counts.txt").read_bytes() == GOOD["counts.txt"]


def test_nobody_there(toy, remote, tmp_path):
    remote.server.shutdown()
    remote.server.server_close()
    assert "no connection" in refused(toy)
    assert not files(tmp_path)


def test_a_full_disk(toy, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetching.os, "replace", fail)
    assert "No space left on device" in refused(toy)
    assert not files(tmp_path)


def test_an_interrupt(toy, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(toy, [].append)
    assert not files(tmp_path)


def test_a_file_far_too_large(toy, remote, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 3000)
    remote.gives("/data/counts.txt", b"1" * 100_000)
    assert "more than" in refused(toy)
    assert not files(tmp_path)


# ---------------------------------------------------------------------- a DOI: the archive's list of files comes first


@pytest.fixture
def archived(remote, toy, tmp_path, monkeypatch):
    """The toy release behind a DOI of Zenodo; both are played by the server here."""
    monkeypatch.setattr(pooch.downloaders, "doi_to_url", lambda doi, **_: f"https://zenodo.org/records/{doi[-2:]}")
    monkeypatch.setattr(pooch.downloaders.ZenodoRepository, "base_api_url", f"{remote.url}/api")
    listed = [{"key": key, "links": {"self": f"{remote.url}/api/42/{i}/content"}} for i, key in enumerate(GOOD)]
    remote.gives("/api/42", json.dumps({"id": 42, "files": listed}).encode())
    for i, content in enumerate(GOOD.values()):
        remote.gives(f"/api/42/{i}/content", content)
    return shelve(tmp_path, monkeypatch, "doi: 10.5281/zenodo.42")


def test_a_doi_is_resolved_once(archived, remote):
    folder = fetch(archived, [].append)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == GOOD
    assert remote.asked == ["/api/42", "/api/42/0/content", "/api/42/1/content"]
    remote.asked.clear()
    fetch(archived, [].append)
    assert remote.asked == []


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b"<html>", "doi:10.5281/zenodo.42"),
        (b"{}", "no list of files"),
        (b'{"files": []}', "counts.txt"),
        (b"[]", "no"),
    ],
)
def test_an_archive_that_answers_something_else(answer, word, archived, remote, tmp_path):
    remote.gives("/api/42", answer)
    assert word in refused(archived)
    assert not files(tmp_path)


# ---------------------------------------------------------------------- from a mirror


def test_copy_from_a_mirror(toy, remote, tmp_path):
    mirror = fill(tmp_path / "mirror" / "toy-folder").parent
    folder = copy(toy, mirror, [].append)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == GOOD
    assert remote.asked == []


def test_a_mirror_with_a_wrong_file_and_one_without(toy, tmp_path):
    mirror = fill(tmp_path / "mirror" / "toy").parent
    (mirror / "toy" / "shape+1.txt").write_bytes(b"1 2 3\n")
    with pytest.raises(InputError, match="6 bytes with md5") as error:
        copy(toy, mirror, [].append)
    assert "shape+1.txt" in str(error.value)
    assert files(tmp_path) == {"toy", "toy/counts.txt"}
    (mirror / "toy" / "shape+1.txt").unlink()
    with pytest.raises(InputError, match="no such file"):
        copy(toy, mirror, [].append)
    with pytest.raises(InputError, match="has a folder 'toy-folder' or 'toy'"):
        copy(toy, tmp_path / "elsewhere", [].append)
