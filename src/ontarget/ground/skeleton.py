"""What an object is made of without its numbers, as plain data: enough to know its kind again and to build it anew."""

from __future__ import annotations

import dataclasses
import enum
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

HOMES = ("ontarget", "jax", "numpy", "builtins")
"""Packages whose classes and functions may be named: their code is known by hash or by version."""


KINDS: dict[str, tuple[type, ...]] = {
    "member": (enum.Enum,),
    "row": (tuple, list),
    "mapping": (dict,),
    "set": (set, frozenset),
}
"""What a container of each kind must be, for nothing else is called while something is built anew."""


class NotPlain(Exception):
    """Something in an object cannot be said in plain data."""


def is_array(one: Any) -> bool:
    """Whether something is a number or an array that a program takes as its input."""
    return isinstance(one, (jax.Array, np.ndarray, np.generic))


def describe(one: Any, leaf: Callable[[Any], Any]) -> Any:
    """An object as lists, texts and numbers that JSON keeps, its arrays replaced by what `leaf` says of them.

    Raises
    ------
    NotPlain : for what is neither built of dataclasses, containers, texts and numbers, nor a name in the package
    """
    if one is None or isinstance(one, (bool, str)) or type(one) is int:
        return one
    if type(one) is float:
        return ["float", one.hex()]
    if isinstance(one, enum.Enum):
        return ["member", name_of(type(one)), one.name]
    if is_array(one):
        return ["leaf", leaf(one)]
    if isinstance(one, (tuple, list)):
        kind = name_of(type(one))
        return ["row", kind, hasattr(one, "_fields"), [describe(inner, leaf) for inner in one]]
    if isinstance(one, Mapping):
        if not all(isinstance(key, str) for key in one):
            raise NotPlain(repr(one))
        return ["mapping", name_of(type(one)), [[key, describe(inner, leaf)] for key, inner in one.items()]]
    if isinstance(one, (frozenset, set)):
        return ["set", name_of(type(one)), sorted((describe(inner, leaf) for inner in one), key=repr)]
    if is_plain(type(one)):
        fields = [[each.name, describe(getattr(one, each.name), leaf)] for each in dataclasses.fields(one)]
        return ["object", name_of(type(one)), fields]
    return ["name", name_of(one)]


def is_plain(one: Any) -> bool:
    """Whether something is a class of data: its fields are all that it is."""
    return isinstance(one, type) and dataclasses.is_dataclass(one)


def name_of(one: Any) -> str:
    """'module:name' of a class or function that can be found again by it."""
    module, name = getattr(one, "__module__", None), getattr(one, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module.split(".")[0] not in HOMES:
        raise NotPlain(repr(one))
    text = f"{module}:{name}"
    if found(text) is not one:
        raise NotPlain(repr(one))
    return text


def found(text: str) -> Any:
    """The class or function that 'module:name' stands for; one of the packages above, or nothing."""
    module, _, name = text.partition(":")
    if module.split(".")[0] not in HOMES:
        raise NotPlain(text)
    try:
        inner: Any = importlib.import_module(module)
        for part in name.split("."):
            inner = getattr(inner, part)
    except (ImportError, AttributeError):
        raise NotPlain(text) from None
    return inner


def rebuild(said: Any, leaves: Callable[[Any], Any]) -> Any:
    """The object that was described, with `leaves` in the places of its arrays."""
    if not isinstance(said, list):
        return said
    kind, rest = said[0], said[1:]
    if kind == "float":
        return float.fromhex(rest[0])
    if kind == "leaf":
        return leaves(rest[0])
    if kind == "name":
        return found(rest[0])
    made = found(rest[0])
    if not (
        (isinstance(made, type) and issubclass(made, KINDS.get(kind, ()))) or (kind == "object" and is_plain(made))
    ):
        raise NotPlain(rest[0])
    if kind == "member":
        return made[rest[1]]
    if kind == "row":
        inner = [rebuild(one, leaves) for one in rest[2]]
        return made(*inner) if rest[1] else made(inner)
    if kind == "mapping":
        return made({key: rebuild(one, leaves) for key, one in rest[1]})
    if kind == "set":
        return made(rebuild(one, leaves) for one in rest[1])
    blank = object.__new__(made)
    for name, one in rest[1]:
        object.__setattr__(blank, name, rebuild(one, leaves))
    return blank
