"""The table of all classes of the package, so that a type is found by its name and nothing else is imported.

It is a file, ``classes.json``, that ``python tests/architecture/freeze_classes.py`` writes; a test compares it with the
classes themselves. Of each class it holds

* ``name``, ``module``; ``is``, the names of the class and of those that it inherits from; ``final``, has instances
* ``cite``, the keys of its docstring; ``usual``, the class that a mapping without 'type' stands for
* ``short``, the class whose rule reads a text in place of a mapping; ``odd``, it changes its fields when it is built;
  ``chooses``, it does so where a part in it, of this class, does not give this field
* ``fields`` in order: ``name``; ``form`` (number, numbers, noun, nouns, plain, groups, or odd), ``of`` which classes;
  ``dimension``; ``static``; ``default``, with what is shown of it and the keys of the classes in it
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("classes.json")
Row = Mapping[str, Any]


@functools.cache
def rows() -> tuple[Row, ...]:
    """One row for each class."""
    return tuple(json.loads(FILE.read_text(encoding="utf-8")))


@functools.cache
def below(ancestor: str) -> Mapping[str, Row]:
    """The rows of the final classes of the package that are an `ancestor`, by their names."""
    return {row["name"]: row for row in rows() if row.get("final") and ancestor in row["is"]}


@functools.cache
def row_of(name: str) -> Row:
    """The row of a class, abstract or final, whose name no other has."""
    found = [row for row in rows() if row["name"] == name]
    if len(found) != 1:
        raise KeyError(name)
    return found[0]


def class_of(row: Row) -> type:
    """The class that a row describes, imported."""
    found: type = getattr(importlib.import_module(row["module"]), row["name"])
    return found


class Finals(Mapping[str, type]):
    """Final classes by name, sorted; one of the package is imported when it is taken.

    Parameters
    ----------
    live : classes that are imported already
    known : the rows of others
    """

    def __init__(self, live: Mapping[str, type], known: Mapping[str, Row]) -> None:
        self.live, self.known = live, known

    def __getitem__(self, name: str) -> type:
        return class_of(self.known[name]) if name in self.known else self.live[name]

    def __contains__(self, name: object) -> bool:
        return name in self.live or name in self.known

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self.live, *self.known}))

    def __len__(self) -> int:
        return len({*self.live, *self.known})
