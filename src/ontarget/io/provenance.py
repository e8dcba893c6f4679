"""Where every number came from: the text as written, its value, its error and citation, the file and the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.units import Dimension
from ontarget.io import quantity
from ontarget.io.wording import nearest, quote
from ontarget.io.yaml import Address, Tree

ABOUT = ("cite", "note")
KEYS = ("value", "values", "unit", "error", *ABOUT)


@dataclass(frozen=True)
class Record:
    """One entry of the provenance.

    `value` and `error` are in internal units (None for an entry that is no number: the `cite:` of a whole mapping);
    `cite` holds INSPIRE keys.
    """

    text: str
    value: Any = None
    error: Any = None
    cite: tuple[str, ...] = ()
    note: str = ""
    file: str = ""
    line: int | None = None


def is_number_mapping(given: Any) -> bool:
    """Whether a mapping is a number with what is known of it, {value: ..., cite: ...} or {values: [...], unit: ...}."""
    return isinstance(given, Mapping) and ("value" in given or "values" in given)


def read_number(tree: Tree, given: Any, path: Address, dimension: Dimension) -> Record:
    """The record of a number or an array of numbers, whose `value` is in internal units."""
    where = tree.where(path)
    mark = tree.mark(path)
    place: dict[str, Any] = {"file": mark.label, "line": mark.line}
    if not isinstance(given, Mapping):
        return Record(quantity.tidy(given), quantity.parse_array(given, dimension, where), **place)
    for key in given:
        if key not in KEYS:
            raise InputError(tree.where((*path, key)), f"the unknown key {quote(key)}", "", nearest(str(key), KEYS))
    if ("value" in given) == ("values" in given):
        raise InputError(where, quote(given), "One of 'value' and 'values' is needed.", "Write 'value: ...'.")
    key = "values" if "values" in given else "value"
    unit = given.get("unit")
    if unit is not None and not isinstance(unit, str):
        raise InputError(tree.where((*path, "unit")), quote(unit), "A unit is a text.", "Write e.g. 'unit: keV'.")
    value = quantity.parse_array(given[key], dimension, tree.where((*path, key)), unit)
    error = _read_error(given.get("error"), value, dimension, tree.where((*path, "error")), unit)
    cite, note = read_about(tree, given, path)
    return Record(quantity.tidy(given[key]) + (f" {unit}" if unit else ""), value, error, cite, note, **place)


def _read_error(given: Any, value: Any, dimension: Dimension, where: str, unit: str | None) -> Any:
    """An error of the same dimension; one in per cent is relative."""
    if given is None:
        return None
    if isinstance(given, str) and given.strip().endswith("%"):
        relative = quantity.parse(given, quantity.units.NUMBER, where)
        return _scale(value, relative)
    return quantity.parse_array(given, dimension, where, unit)


def _scale(value: Any, factor: float) -> Any:
    return [_scale(item, factor) for item in value] if isinstance(value, list) else abs(value) * factor


def read_about(tree: Tree, given: Mapping[str, Any], path: Address) -> tuple[tuple[str, ...], str]:
    """The `cite:` (one key or a list of keys) and the `note:` of a mapping."""
    cite, note = given.get("cite"), given.get("note")
    keys = () if cite is None else tuple(cite) if isinstance(cite, list) else (cite,)
    for key in keys:
        if not isinstance(key, str) or not key.strip() or len(key.split()) > 1:
            truth = "A citation is an INSPIRE key, or a list of them."
            raise InputError(tree.where((*path, "cite")), quote(key), truth, "Write e.g. 'cite: Freedman:1973yd'.")
    if note is not None and not isinstance(note, str):
        raise InputError(tree.where((*path, "note")), quote(note), "A note is a text.", "Put it in quotes.")
    return keys, note or ""
