"""Releases: data that others published, known by DOI and checksum, on this machine in a mirror or in the cache folder.

Nothing here reaches for the network; `fetch` does, when it is asked to. A mirror is a folder that holds each release
in a folder of its own; it is given as an argument or by ONTARGET_DATA_MIRROR, and is looked into before the cache.
The checksum is looked at whenever a file is read, for the files are small.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.io import catalog
from ontarget.io.wording import nearest, one_line, quote
from ontarget.io.yaml import Tree, read_yaml

MIRROR = "ONTARGET_DATA_MIRROR"
LARGEST = 50_000_000  # bytes of one file
_DIGITS = {"md5": 32, "sha256": 64}
_FILE = re.compile(r"[A-Za-z0-9][\w.+-]*")
_KEYS = ("name", "doi", "url", "licence", "cite", "folder", "aliases", "files")


class MissingRelease(InputError):
    """A file of a release is not on this machine."""


@dataclass(frozen=True)
class Release:
    """Data that others published.

    Attributes
    ----------
    name : in the catalog, and in commands
    title : one line
    doi : of the Zenodo record; "" where the files lie at `url`
    url : the address before the file's name; "" where there is a DOI
    licence : as published
    cite : keys of those to be cited
    folder : the name that a mirror may use instead of `name`
    aliases : other names in commands
    files : the accepted checksums, 'md5:...' or 'sha256:...', by file
    """

    name: str
    title: str
    doi: str
    url: str
    licence: str
    cite: tuple[str, ...]
    folder: str
    aliases: tuple[str, ...]
    files: Mapping[str, tuple[str, ...]]

    @property
    def address(self) -> str:
        """Where it was published: the DOI, or the URL."""
        return f"doi:{self.doi}" if self.doi else self.url


def find_release(name: str, where: str = "release") -> Release:
    """The release of that name or alias."""
    known = catalog.entries("releases")
    if name in known:
        return read_release(catalog.ROOT / "releases" / f"{name}.yaml")
    aliases = {alias: entry for entry in known for alias in find_release(entry).aliases}
    if name in aliases:
        return find_release(aliases[name])
    truth = "The catalog has no such release."
    raise InputError(where, quote(name), truth, nearest(str(name), (*known, *aliases), "See 'ontarget data list'."))


@functools.lru_cache(maxsize=64)
def read_release(file: Path) -> Release:
    """The release that an entry of the catalog describes."""
    tree = read_yaml(file, label=catalog.label_of(file))
    data = tree.data
    for key in data:
        if key not in _KEYS:
            raise InputError(tree.where((key,)), "an unknown key", "", nearest(key, _KEYS))
    if ("doi" in data) == ("url" in data):
        raise InputError(tree.where(()), "both or neither of 'doi' and 'url'", "One says where it is.", "Keep one.")
    files = {name: _checksums(tree, name, given) for name, given in data.get("files", {}).items()}
    return Release(
        name=file.stem,
        title=str(data.get("name", file.stem)),
        doi=str(data.get("doi", "")),
        url=str(data.get("url", "")),
        licence=str(data.get("licence", "")),
        cite=_words(data.get("cite", ())),
        folder=str(data.get("folder", file.stem)),
        aliases=_words(data.get("aliases", ())),
        files=FrozenDict(files),
    )


def _words(given: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in ((given,) if isinstance(given, str) else given))


def _checksums(tree: Tree, name: str, given: Any) -> tuple[str, ...]:
    checksums = _words(given)
    place = tree.where(("files", name))
    if not _FILE.fullmatch(name):
        raise InputError(place, quote(name), "A file's name has no folder in it.", "Mend the name.")
    for one in checksums:
        kind, _, digits = one.partition(":")
        if kind not in _DIGITS or not re.fullmatch(f"[0-9a-f]{{{_DIGITS[kind]}}}", digits):
            raise InputError(place, quote(one), "A checksum is 'md5:...' or 'sha256:...'.", "Mend it.")
    if not checksums:
        raise InputError(place, "no checksum", "A file is known by its checksum.", "Give it.")
    return checksums


# ---------------------------------------------------------------------- where the files are


def cache(release: Release) -> Path:
    """The folder in the user's cache that holds a release once it was fetched."""
    import pooch

    return Path(pooch.os_cache("ontarget")) / "releases" / release.name


def folders(release: Release, mirror: Path | None = None) -> Iterator[Path]:
    """The folders that may hold a release: of the mirror, under either name, then of the cache."""
    given = mirror or (Path(os.environ[MIRROR]).expanduser() if os.environ.get(MIRROR) else None)
    if given is not None:
        yield from (given / name for name in dict.fromkeys((release.folder, release.name)))
    yield cache(release)


def present(release: Release, file: str, mirror: Path | None = None) -> Path | None:
    """Where a file of a release lies, its content not looked at; None where it is not on this machine."""
    return next((each / file for each in folders(release, mirror) if (each / file).is_file()), None)


def locate(release: Release, file: str, mirror: Path | None = None) -> Path:
    """Where a file of a release lies, after its checksum was looked at. See `read_file`."""
    return _read(release, file, mirror)[0]


def read_file(release: Release, file: str, mirror: Path | None = None) -> bytes:
    """The content of a file of a release.

    Raises
    ------
    MissingRelease : it is not on this machine
    InputError : the release has no such file, or what is here is not what was published
    """
    return _read(release, file, mirror)[1]


def _read(release: Release, file: str, mirror: Path | None) -> tuple[Path, bytes]:
    if file not in release.files:
        truth = f"The release {release.name} has no such file."
        raise InputError("release", f"the file {quote(file)}", truth, nearest(str(file), release.files))
    path = present(release, file, mirror)
    if path is None:
        truth = "It is not on this machine."
        remedy = f"Run 'ontarget data get {release.name}', or let {MIRROR} name a folder with {release.folder!r} in it."
        raise MissingRelease(f"{release.name}/{file}", "no file", truth, remedy)
    content = read_small(path, one_line(path))
    if (wrong := mismatch(release, file, content)) is not None:
        remedy = f"Remove it and run 'ontarget data get {release.name}'."
        raise InputError(one_line(path), *wrong, remedy)
    return path, content


def mismatch(release: Release, file: str, content: bytes) -> tuple[str, str] | None:
    """What is wrong with the content of a file, in two phrases; None where it is what was published."""
    accepted = release.files[file]
    found = {kind: f"{kind}:{hashlib.new(kind, content, usedforsecurity=False).hexdigest()}" for kind in _DIGITS}
    if not set(accepted).isdisjoint(found.values()):
        return None
    kind = accepted[0].partition(":")[0]
    truth = f"{release.name} has {file} with {' or '.join(accepted)}."
    return f"{len(content)} bytes with {found[kind]}", truth


def read_small(path: Path, label: str, largest: int = LARGEST) -> bytes:
    """The bytes of a regular file that is not too large."""
    try:
        if not path.is_file():
            what = "a folder or a device" if path.exists() else "no such file"
            raise InputError(label, what, "A table is a text file.", "Check the name and the folder.")
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = one_line(getattr(error, "strerror", None) or error)
        remedy = "Mend the path or its rights."
        raise InputError(label, "a file that cannot be read", f"{reason}.", remedy) from None
    if len(content) > largest:
        truth = f"A table has at most {largest // 1_000_000} MB."
        raise InputError(label, "a larger file", truth, "Keep the rows that are needed.")
    return content


def releases_in(tree: Tree) -> tuple[tuple[str, str], ...]:
    """Every (release, file) that is named in a tree, each once."""
    found: dict[tuple[str, str], None] = {}
    pending = [tree.data]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            release, file = one.get("release"), one.get("file")
            if isinstance(release, str) and isinstance(file, str):
                found[release, file] = None
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
    return tuple(sorted(found))


def missing(tree: Tree) -> tuple[str, ...]:
    """The releases that a tree names and that are not, or not wholly, on this machine."""
    wanted = [(find_release(name), file) for name, file in releases_in(tree)]
    return tuple(sorted({release.name for release, file in wanted if present(release, file) is None}))
