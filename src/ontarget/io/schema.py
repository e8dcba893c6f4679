"""What the annotations of a noun's fields say: which form fits them, what they are in words, what one may write."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from jaxtyping import AbstractArray

from ontarget.ground.errors import find_dimension
from ontarget.ground.units import NUMBER, Dimension
from ontarget.io.kind import called, finals, is_noun
from ontarget.io.provenance import is_number_mapping
from ontarget.io.wording import named


def is_number(hint: Any) -> bool:
    """Whether an annotation is a float or an array."""
    return isinstance(hint, type) and (hint is float or issubclass(hint, AbstractArray))


def fits(hint: Any, given: Any) -> bool:
    """Whether what was given has the form that an annotation asks for; its content is checked elsewhere."""
    if typing.get_origin(hint) is typing.Annotated:
        return fits(typing.get_args(hint)[0], given)
    if is_noun(hint):
        if isinstance(given, str):
            return hasattr(hint, "read") or given in finals(hint) or ":" in given
        return isinstance(given, Mapping) and not is_number_mapping(given)
    if is_number(hint):
        if is_number_mapping(given):
            return True
        rank = len(hint.dims) if issubclass(hint, AbstractArray) else 0
        depth, inner = 0, given
        while isinstance(inner, list):
            depth, inner = depth + 1, inner[0] if inner else None
        if isinstance(given, str):
            return rank == 0 and given.lstrip()[:1] in tuple("+-.0123456789")
        return isinstance(given, (int, float, list)) and not isinstance(given, bool) and depth == rank
    if typing.get_origin(hint) is tuple:
        return isinstance(given, (list, Mapping))
    if typing.get_origin(hint) in (dict, Mapping):
        return isinstance(given, Mapping)
    return not isinstance(hint, type) or isinstance(given, hint)


def describe(hint: Any, dimension: Dimension | None = None) -> str:
    """An annotation in words."""
    dimension = find_dimension(hint) or dimension
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return describe(arguments[0], dimension)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(describe(arm, dimension) for arm in arguments if arm is not type(None))
    if is_pair(hint):
        return f"a pair of a name and {describe(arguments[1])}"
    if origin is tuple:
        return f"a list, each {describe(arguments[0])}" if arguments else "a list"
    if is_noun(hint):
        return called(hint)
    if is_number(hint):
        what = named((dimension or NUMBER).name)
        several = issubclass(hint, AbstractArray) and bool(hint.dims)
        return f"an array [{hint.dim_str}], each {what}" if several else what
    return {str: "a text", int: "a whole number", bool: "true or false"}.get(hint, "a value")


def example_of(hint: Any, dimension: Dimension | None = None) -> str:
    """What one may write for an annotation."""
    dimension, origin = find_dimension(hint) or dimension, typing.get_origin(hint)
    if origin is typing.Annotated or origin in (typing.Union, types.UnionType):
        return example_of(typing.get_args(hint)[0], dimension)
    if is_number(hint) or dimension is not None:
        return f"3 {(dimension or NUMBER).unit}".rstrip()
    if is_noun(hint):
        return f"{{type: {next(iter(finals(hint)), hint.__name__)}}}" if next(iter(finals(hint)), "") else "..."
    return {str: "text", int: "3", bool: "true"}.get(hint, "...")


def is_pair(hint: Any) -> bool:
    """Whether an annotation is a name and something of it, which a mapping says as well: {Ge76: 0.87}."""
    arguments = typing.get_args(hint)
    return typing.get_origin(hint) is tuple and len(arguments) == 2 and arguments[0] is str


def fields_of(cls: type, fields: Iterable[str]) -> str:
    """The fields of a class, for who asks for one that there is not."""
    names = [name for name in fields if name != "name"]
    return f"It has {', '.join(names)}." if names else f"{cls.__name__} has no fields."


def axes(hint: Any) -> list[str]:
    """The names of an array annotation's axes; '' for one without a name."""
    if typing.get_origin(hint) is typing.Annotated:
        return axes(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next((found for arm in typing.get_args(hint) if (found := axes(arm))), [])
    if not (isinstance(hint, type) and issubclass(hint, AbstractArray)):
        return []
    return [getattr(dim, "name", "") or "" for dim in hint.dims]


def freeze(parsed: Any) -> Any:
    """Nested lists as nested tuples, which can be hashed."""
    return tuple(freeze(item) for item in parsed) if isinstance(parsed, list) else parsed
