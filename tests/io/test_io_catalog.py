"""Files of the catalog are parsed once, and read anew when they change; what is used stays bounded for each tree."""

from __future__ import annotations

import pytest

from ontarget.io import catalog


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()
    (tmp_path / "detectors").mkdir()
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    return tmp_path


def test_a_file_of_the_catalog_is_parsed_once_until_it_changes(root):
    file = root / "sources" / "one.yaml"
    file.write_text("a: 1\n")
    first = catalog.parsed(file)
    assert catalog.parsed(file) is first
    file.write_text("a: 2\n")
    assert catalog.parsed(file).data == {"a": 2}
    assert first.data == {"a": 1}


def test_files_of_a_user_are_parsed_each_time(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("a: 1\n")
    assert catalog.parsed(file) is not catalog.parsed(file)


def test_one_resolver_reads_what_many_would(root):
    (root / "sources" / "base.yaml").write_text("a: 1\nb: {c: [1, 2]}\n")
    for name in ("one", "two"):
        (root / "detectors" / f"{name}.yaml").write_text(f"use: sources/base\nname: {name}\nb: {{d: 3}}\n")
    resolver = catalog.Resolver()
    for name in ("one", "two"):
        file = root / "detectors" / f"{name}.yaml"
        assert resolver.read(file) == catalog.read(file)
        assert resolver.read(file).where(("b", "d")) == f"catalog/detectors/{name}.yaml line 3, b.d"
        assert resolver.read(file).where(("b", "c", 1)) == "catalog/sources/base.yaml line 2, b.c.1"


def test_what_one_tree_uses_is_not_counted_against_the_next(root, monkeypatch):
    monkeypatch.setattr(catalog, "MAX_NODES", 12)
    (root / "sources" / "base.yaml").write_text("a: [1, 2, 3, 4, 5, 6, 7]\n")
    resolver = catalog.Resolver()
    for name in ("one", "two", "three"):
        file = root / "detectors" / f"{name}.yaml"
        file.write_text(f"use: sources/base\nname: {name}\n")
        assert resolver.read(file).data["name"] == name
    file.write_text("x: {use: sources/base}\ny: {use: sources/base}\n")
    with pytest.raises(catalog.InputError, match="a larger tree"):
        catalog.Resolver().read(file)
