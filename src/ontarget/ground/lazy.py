"""Packages whose names are imported when they are first used, so that a command imports only what it computes with."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from typing import Any


class LazyPackage(types.ModuleType):
    """A package that knows in which module each of its public names is.

    A module with the name of a function in it (``fit`` in ``inference/fit/fit.py``) does not hide the function.
    """

    _where: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        where = self.__dict__.get("_where", {}).get(name)
        if where is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module, _, attribute = where.partition(":")
        found: Any = importlib.import_module(module, self.__name__)
        found = getattr(found, attribute) if attribute else found
        self.__dict__[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, types.ModuleType) and name in self._where:
            return  # the import system, which binds each module that it has imported to its package
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self._where})


def lazy(package: str, names: Mapping[str, str]) -> None:
    """Make a package lazy, from its ``__init__``.

    Parameters
    ----------
    package : its ``__name__``
    names : the public names, with blanks between, by the module that has them ('.axis', or absolute); a module without
        names is itself meant, under the last part of its name
    """
    module: Any = sys.modules[package]
    where = {name: f"{place}:{name}" for place, words in names.items() for name in words.split()}
    itself = {place.rpartition(".")[2]: place for place, words in names.items() if not words}
    below = {name for name, place in itself.items() if place == f".{name}"}  # a package in it is no name of its own
    module.__dict__.update(_where=where | itself, __all__=sorted({*where, *itself} - below))
    module.__class__ = LazyPackage
