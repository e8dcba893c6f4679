"""Every noun is frozen, abstract or final, and described; so is every public function of physics."""

from __future__ import annotations

import importlib
import inspect

import pytest
from census import PHYSICS, SRC, docstrings, files, is_abstract, module_name, nouns

from ontarget.ground.noun import Noun


def test_there_are_nouns():
    assert len(nouns()) > 50  # a census that finds nothing would pass every law below


def broken(law) -> list[str]:
    """The nouns that do not keep a law, and why; one test for all of them, for there are hundreds."""
    found = []
    for cls in nouns():
        try:
            law(cls)
        except AssertionError as error:
            found.append(f"{cls.__module__}.{cls.__qualname__}: {error}")
    return found


def test_classes_are_frozen():
    """No class picks the lock; that the lock holds is tried on every specimen."""

    def law(cls):
        assert cls.__setattr__ is Noun.__setattr__
        assert cls.__delattr__ is Noun.__delattr__

    assert broken(law) == []


def test_classes_are_abstract_or_final():
    def law(cls):
        if is_abstract(cls):
            return
        assert not inspect.isabstract(cls), f"{cls.__name__} leaves out {sorted(cls.__abstractmethods__)}"
        heirs = [other.__name__ for other in nouns() if other is not cls and issubclass(other, cls)]
        assert heirs == [], "what has instances has no subclasses: hold it, or share an abstract class"

    assert broken(law) == []


def test_classes_have_docstrings():
    def law(cls):
        assert (cls.__dict__.get("__doc__") or "").strip()
        assert not cls.__doc__.startswith(f"{cls.__name__}("), "that is the dataclass's own text"

    assert broken(law) == []


def undescribed(path) -> list[str]:
    """Public functions and methods of a file without a docstring, their own or that of the contract they fulfil."""
    module = importlib.import_module(module_name(path))
    missing = []
    for name, text in docstrings(path):
        parts = name.split(".")
        if text or not name or any(part.startswith("_") for part in parts):
            continue
        owner = getattr(module, parts[0], None)
        if len(parts) == 2 and inspect.isclass(owner):
            if any(getattr(base.__dict__.get(parts[1]), "__doc__", None) for base in owner.__mro__):
                continue
        elif len(parts) > 1:
            continue  # a function inside a function
        missing.append(f"{module.__name__}.{name}")
    return missing


@pytest.mark.parametrize("room", PHYSICS)
def test_physics_is_described(room):
    missing = [name for path in files() if path.relative_to(SRC).parts[0] == room for name in undescribed(path)]
    assert missing == []


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SRC)))
def test_file_says_what_it_is(path):
    assert next(docstrings(path))[1]
