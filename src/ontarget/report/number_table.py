"""Every number of an entry: address, value in its unit, and where it came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ontarget.ground.errors import dimension_of
from ontarget.ground.noun import Noun
from ontarget.ground.units import Dimension
from ontarget.io import Loaded


def leaf_rows(loaded: Loaded[Any]) -> list[dict[str, Any]]:
    """One row per number or label of a noun, in the order of its fields."""
    rows = []
    for address, classes, value, dimension in leaves(loaded.noun):
        record = loaded.provenance.get(address)
        text = shown(value, dimension)
        rows.append(
            {
                "address": address,
                "classes": classes,
                "value": record.text if record and record.text and np.ndim(value) == 0 else text,
                "unit": dimension.unit if dimension else "",
                "cite": list(record.cite) if record else [],
                "note": record.note if record else "",
                "source": record.source if record else "",
                "default": record is None and dimension is not None,
            }
        )
    return rows


def leaves(noun: Noun, path: str = "", classes: tuple[str, ...] = ()) -> Iterator[tuple]:
    """(address, classes on the way, value, dimension) of every scalar, array and label in a noun."""
    for field in dataclasses.fields(noun):
        value = getattr(noun, field.name)
        address = f"{path}{field.name}"
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
            yield address, classes, value, dimension_of(noun, field.name)


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
