"""The table of all classes of the package, so that a type is found by its name and nothing else is imported.

It is a file, ``classes.json``, that ``python tests/architecture/freeze_classes.py`` writes; a test compares it with the
classes themselves.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("classes.json")


@functools.cache
def rows() -> tuple[Mapping[str, Any], ...]:
    """One row per class: its name, its module, the names of what it is, and whether it has instances."""
    return tuple(json.loads(FILE.read_text(encoding="utf-8")))


@functools.cache
def below(ancestor: str) -> Mapping[str, str]:
    """The modules of the final classes of the package that are an `ancestor`, by their names."""
    return {row["name"]: row["module"] for row in rows() if row["final"] and ancestor in row["is"]}


class Finals(Mapping[str, type]):
    """Final classes by name, sorted; one of the package is imported when it is taken.

    Parameters
    ----------
    live : classes that are imported already
    modules : where the others are
    """

    def __init__(self, live: Mapping[str, type], modules: Mapping[str, str]) -> None:
        self.live, self.modules = live, modules

    def __getitem__(self, name: str) -> type:
        if name not in self.live and name in self.modules:
            found: type = getattr(importlib.import_module(self.modules[name]), name)
            return found
        return self.live[name]

    def __contains__(self, name: object) -> bool:
        return name in self.live or name in self.modules

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self.live, *self.modules}))

    def __len__(self) -> int:
        return len({*self.live, *self.modules})
