"""A number, or an array of them, as written: bare, with what is known of it, or out of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.units import Dimension
from ontarget.io import quantity
from ontarget.io.provenance import ABOUT, Record, is_table_mapping, read_about
from ontarget.io.wording import nearest, quote
from ontarget.io.yaml import Address, Tree

KEYS = ("value", "values", "unit", "error", *ABOUT)


def read_number(tree: Tree, given: Any, path: Address, dimension: Dimension) -> Record:
    """The record of a number or an array of numbers, whose `value` is in internal units."""
    where = tree.where(path)
    mark = tree.mark(path)
    place: dict[str, Any] = {"file": mark.label, "line": mark.line}
    if is_table_mapping(given):
        from ontarget.io.tables.tabulated import tabulate  # with it comes NumPy

        taken = tabulate(tree, given, path, dimension)
        cite, note = read_about(tree, given, path)
        cite = tuple(dict.fromkeys((*cite, *taken.cite)))
        return Record(taken.text, taken.values, None, cite, note, source=taken.source, sha256=taken.sha256, **place)
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
        check_error(relative, given, where)
        return _scale(value, relative)
    error = quantity.parse_array(given, dimension, where, unit)
    check_error(error, given, where)
    return error


def check_error(error: Any, given: Any, where: str) -> None:
    """Refuse an error that is not above zero."""
    if isinstance(error, list):
        for one in error:
            check_error(one, given, where)
    elif not error > 0:
        raise InputError(where, quote(given), "An error is above zero.", "Leave it out where there is none.")


def _scale(value: Any, factor: float) -> Any:
    return [_scale(item, factor) for item in value] if isinstance(value, list) else abs(value) * factor
