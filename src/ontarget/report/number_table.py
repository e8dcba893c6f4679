"""Every number of an entry: address, value in its unit, and where it came from."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ontarget.ground.errors import find_dimension
from ontarget.ground.noun import Noun
from ontarget.ground.units import NUMBER, Dimension
from ontarget.io import Loaded
from ontarget.io.outline.leaf import Leaf


def leaves_of(loaded: Loaded[Any]) -> list[Leaf]:
    """Numbers and labels of an entry with where they came from, in the order of its fields."""
    found = []
    for address, classes, value, dimension in leaves(loaded.noun):
        record = loaded.provenance.get(address)
        given = record.text if record and np.ndim(value) == 0 else ""
        text, unit = given or shown(value, dimension), dimension.unit if dimension else ""
        if record:
            found.append(Leaf(address, classes, text, unit, tuple(record.cite), record.note, record.source))
        else:
            found.append(Leaf(address, classes, text, unit, default=dimension is not None))
    return found


def leaves(noun: Noun, path: str = "", classes: tuple[str, ...] = ()) -> Iterator[tuple]:
    """(address, classes on the way, value, dimension) of every scalar, array and label in a noun."""
    for field in dataclasses.fields(noun):
        yield from field_leaves(type(noun), field, getattr(noun, field.name), f"{path}{field.name}", classes)


def field_leaves(cls: type, field: Any, value: Any, address: str, classes: tuple[str, ...]) -> Iterator[tuple]:
    """The same of one field of a class, with a value."""
    if isinstance(value, Noun):
        inner = list(leaves(value, f"{address}.", (*classes, type(value).__name__)))
        yield from inner or [(f"{address}.type", (*classes, ""), type(value).__name__, None)]
    elif isinstance(value, tuple) and value and isinstance(value[0], Noun):
        for index, item in enumerate(value):
            name, kind = getattr(item, "name", "") or str(index), type(item).__name__
            inner = list(leaves(item, f"{address}.{name}.", (*classes, "", kind)))
            yield from inner or [(f"{address}.{name}.type", (*classes, "", ""), kind, None)]
    elif field.metadata.get("static"):
        if field.name not in ("name", "title") and value not in ("", (), None):
            yield address, classes, value, None
    elif value is not None and not isinstance(value, tuple):
        hint = typing.get_type_hints(cls, include_extras=True)[field.name]
        yield address, classes, value, find_dimension(hint) or NUMBER


def shown(value: Any, dimension: Dimension | None) -> str:
    """A value in its unit; long arrays by their ends."""
    if dimension is None and isinstance(value, Mapping):
        return "; ".join(f"{key}: {shown(inner, None)}" for key, inner in value.items())
    if dimension is None:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    array = np.asarray(value) / dimension.value
    if array.ndim == 0:
        return f"{float(array):.6g} {dimension.unit}".rstrip()
    return f"{array.size} values from {array.flat[0]:.6g} to {array.flat[-1]:.6g} {dimension.unit}".rstrip()
