"""Packages whose names are imported when they are first used."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import ontarget
from ontarget.ground.lazy import LazyPackage

SRC = Path(ontarget.__file__).parent
PACKAGES = sorted(
    path.parent.relative_to(SRC).as_posix().replace("/", ".")
    for path in SRC.rglob("__init__.py")
    if "TYPE_CHECKING:" in path.read_text()
)


def package(name: str):
    return importlib.import_module(f"ontarget.{name}")


def for_checkers(name: str) -> set[tuple[str, str]]:
    """The names, with their modules, that a checker of types and a reader see."""
    tree = ast.parse(Path(package(name).__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {(each.name, node.module) for node in block.body for each in node.names}


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_imported_is_what_checkers_see(name):
    where = {
        one: importlib.util.resolve_name(place.partition(":")[0], f"ontarget.{name}")
        for one, place in package(name)._where.items()
    }
    assert set(where.items()) == for_checkers(name)
    assert package(name).__all__ == sorted(where)


@pytest.mark.parametrize("name", ["", *PACKAGES, "analysis"])
def test_every_name_is_there(name):
    module = importlib.import_module(f"ontarget.{name}".rstrip("."))
    assert isinstance(module, LazyPackage)
    assert all(getattr(module, one) is not None for one in module.__all__)
    assert set(module.__all__) <= set(dir(module))


def test_a_module_does_not_hide_the_function_in_it():
    code = (
        "import ontarget.inference.fit.fit, ontarget.inference.fit as package; from ontarget.inference.fit import fit;"
        "print(callable(fit), package.fit is fit)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_an_unknown_name_is_none_of_it():
    with pytest.raises(AttributeError, match=r"module 'ontarget\.io' has no attribute 'laod'"):
        package("io").laod  # noqa: B018


def test_a_name_may_be_put_in_its_place(monkeypatch):
    monkeypatch.setattr(package("io"), "find", 3)
    assert package("io").find == 3
