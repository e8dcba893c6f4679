"""Releases: entries of the catalog, mirrors and the cache, checksums at every reading, and what is not here."""

import re

import pytest
from release_toys import GOOD, checksum, fill, shelve

from ontarget.ground.errors import InputError
from ontarget.io import catalog, references
from ontarget.io.release import (
    MIRROR,
    MissingRelease,
    find_release,
    locate,
    missing,
    present,
    read_file,
    read_release,
    releases_in,
)
from ontarget.io.yaml import parse_yaml


@pytest.fixture
def toy(tmp_path, monkeypatch):
    return shelve(tmp_path, monkeypatch)


def sentence(error) -> str:
    """What was raised, on one line."""
    text = str(error.value)
    assert len(text.splitlines()) == 1
    assert len(text) < 600
    return text


def test_an_entry(toy):
    assert (toy.name, toy.title, toy.folder) == ("toy", "A toy release", "toy-folder")
    assert toy.cite == ("Toy:2001aa",)
    assert toy.address == "http://nowhere.invalid/"
    assert toy.files["counts.txt"] == (checksum(GOOD["counts.txt"]),)
    assert find_release("plaything") is toy


def test_an_unknown_release(toy):
    with pytest.raises(InputError) as error:
        find_release("playthin")
    assert "Did you mean 'plaything'?" in sentence(error)


@pytest.mark.parametrize("folder", ["toy-folder", "toy"])
def test_a_mirror_has_either_name(folder, toy, tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    fill(mirror / folder)
    assert locate(toy, "counts.txt", mirror) == mirror / folder / "counts.txt"
    monkeypatch.setenv(MIRROR, str(mirror))
    assert read_file(toy, "counts.txt") == GOOD["counts.txt"]
    assert read_file(toy, "shape+1.txt") == GOOD["shape+1.txt"]  # its second checksum, of another kind


def test_the_mirror_comes_before_the_cache(toy, tmp_path):
    fill(tmp_path / "cache" / "toy")
    assert locate(toy, "counts.txt").parent == tmp_path / "cache" / "toy"
    mirror = fill(tmp_path / "mirror" / "toy").parent
    (mirror / "toy" / "shape+1.txt").unlink()
    assert locate(toy, "counts.txt", mirror).parent == mirror / "toy"
    assert locate(toy, "shape+1.txt", mirror).parent == tmp_path / "cache" / "toy"


@pytest.mark.parametrize("mirror", [None, "", "mirror"])
def test_what_is_not_here(mirror, toy, tmp_path, monkeypatch):
    if mirror is not None:
        monkeypatch.setenv(MIRROR, mirror and str(tmp_path / mirror))
    with pytest.raises(MissingRelease) as error:
        locate(toy, "counts.txt")
    for part in ("toy/counts.txt", "ontarget data get toy", MIRROR, "'toy-folder'"):
        assert part in sentence(error)
    assert present(toy, "counts.txt") is None
    assert isinstance(error.value.within("detector"), MissingRelease)  # seen from further out it is the same


def test_a_file_that_the_release_has_not(toy):
    with pytest.raises(InputError, match=r"Did you mean 'counts\.txt'") as error:
        locate(toy, "count.txt")
    assert not isinstance(error.value, MissingRelease)
    with pytest.raises(InputError, match="has no such file"):
        locate(toy, "../catalog/releases/toy.yaml")


def test_the_checksum_is_looked_at_every_time(toy, tmp_path):
    folder = fill(tmp_path / "cache" / "toy")
    locate(toy, "counts.txt")
    (folder / "counts.txt").write_bytes(GOOD["counts.txt"][:-1])
    with pytest.raises(InputError) as error:
        locate(toy, "counts.txt")
    assert not isinstance(error.value, MissingRelease)
    for part in (str(folder / "counts.txt"), f"{len(GOOD['counts.txt']) - 1} bytes", checksum(GOOD["counts.txt"])):
        assert part in sentence(error)


def test_releases_that_a_tree_names(toy, tmp_path):
    tree = parse_yaml(
        "a: [{release: plaything, file: counts.txt, column: 1}, {file: mine.txt}]\nrelease: 3\n", "x.yaml"
    )
    assert releases_in(tree) == (("plaything", "counts.txt"),)
    assert missing(tree) == ("toy",)
    fill(tmp_path / "cache" / "toy")
    assert missing(tree) == ()


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [
        ("licence", "license", "licence"),
        ("url: http://nowhere.invalid/", "licence2: x", "licence"),
        ("url:", "doi: 10.1/x\nurl:", "doi"),
        ("[md5:", "[md6:", "md5"),
        ("[md5:", "[md5:0", "md5"),
        ("counts.txt:", "../counts.txt:", "folder"),
    ],
)
def test_wrong_entries(was, now, word, toy):
    path = catalog.ROOT / "releases" / "toy.yaml"
    path.with_name("wrong.yaml").write_text(path.read_text().replace(was, now, 1))
    with pytest.raises(InputError) as error:
        read_release(path.with_name("wrong.yaml"))
    assert "catalog/releases/wrong.yaml" in sentence(error)
    assert word in sentence(error)


# ---------------------------------------------------------------------- the real ones

REAL = catalog.entries("releases")


@pytest.mark.parametrize("name", REAL)
def test_the_catalog_says_who_is_to_be_cited(name):
    entry = find_release(name)
    assert entry.cite
    assert set(entry.cite) <= set(references())
    assert entry.title
    assert entry.licence
    assert re.fullmatch(r"doi:10\.5281/zenodo\.\d+|https://arxiv\.org/src/\d{4}\.\d{5}v\d/anc/", entry.address)


def test_names_and_aliases_are_of_one_release_each():
    names = [word for name in REAL for word in (name, *find_release(name).aliases)]
    assert len(set(names)) == len(names)
    assert {"csi_2017", "lar_2020", "csi_2021"} <= set(names)


@pytest.mark.parametrize("name", REAL)
def test_the_mirror_has_what_was_published(name, mirror):
    entry = find_release(name)
    if not any((mirror / folder).is_dir() for folder in (entry.folder, entry.name)):
        pytest.skip(f"The mirror here does not hold {entry.folder!r}.")
    found = {file for file in entry.files if present(entry, file, mirror) is not None}
    assert found == set(entry.files)
    for file in entry.files:
        locate(entry, file, mirror)
