"""A toy release of two small files, in a catalog of its own, with a cache and no mirror."""

import hashlib
from pathlib import Path

from ontarget.io import catalog, release

GOOD = {
    "counts.txt": b"# energy, counts\n1.0, 4\n3.0, 5\n",
    "shape+1.txt": b"Energy Time Weight\n1 0.25 0.5\n3 0.75 0.25\n",
}


def checksum(content: bytes, kind: str = "md5") -> str:
    return f"{kind}:{hashlib.new(kind, content).hexdigest()}"


def shelve(root: Path, monkeypatch, where: str = "url: http://nowhere.invalid/") -> release.Release:
    """Put the toy release on the shelf; it is the only one. No mirror, an empty cache."""
    shelf = root / "catalog" / "releases"
    shelf.mkdir(parents=True, exist_ok=True)
    (shelf / "toy.yaml").write_text(
        f"name: A toy release\n{where}\nlicence: none\ncite: Toy:2001aa\nfolder: toy-folder\naliases: [plaything]\n"
        f"files:\n  counts.txt: [{checksum(GOOD['counts.txt'])}]\n"
        f"  shape+1.txt:\n    - {checksum(b'another form of it')}\n    - {checksum(GOOD['shape+1.txt'], 'sha256')}\n"
    )
    monkeypatch.setattr(catalog, "ROOT", root / "catalog")
    monkeypatch.setattr(release, "cache", lambda one: root / "cache" / one.name)
    monkeypatch.delenv(release.MIRROR, raising=False)
    release.read_release.cache_clear()
    return release.find_release("toy")


def fill(folder: Path) -> Path:
    """A folder with the files of the release in it."""
    folder.mkdir(parents=True)
    for name, content in GOOD.items():
        (folder / name).write_bytes(content)
    return folder
