"""Numbers written with their unit, below the package that reads units; which module does so is said from above."""

from __future__ import annotations

import importlib
from typing import Any

_READER: list[str] = []


def reads_units(module: str) -> None:
    """Name the module that reads units; it is imported when a unit is first met."""
    _READER[:] = [module]


def reader() -> Any:
    """The module that reads units: `split_own`, `scale_of`, `check_kind`."""
    return importlib.import_module(_READER[0])
