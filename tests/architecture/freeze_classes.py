"""``python tests/architecture/freeze_classes.py`` rewrites the table of classes from which types are found by name.

It is ``src/ontarget/io/outline/classes.json``, a line for each class; a test compares it with the classes themselves.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from census import is_abstract, nouns
from jaxtyping import AbstractArray

from ontarget.ground import units
from ontarget.ground.errors import find_dimension
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, as_array
from ontarget.io.bibliography import classes_in, keys_of_class
from ontarget.io.outline.classes import FILE
from ontarget.report.number_table import field_leaves, shown

DIMENSIONS = {value: name for name, value in vars(units).items() if isinstance(value, units.Dimension)}
MISSING = dataclasses.MISSING


def described(cls: type) -> dict[str, Any]:
    """What the table says of a class."""
    own = [one for one in cls.__mro__ if "__post_init__" in vars(one) and one.__module__.startswith("ontarget.")]
    row = {
        "name": cls.__name__,
        "module": cls.__module__,
        "is": [one.__name__ for one in cls.__mro__ if one in nouns() or one is Noun],
        "final": not is_abstract(cls),
        "cite": keys_of_class(cls),
        "usual": getattr(cls, "USUAL", None),
        "short": next((one.__name__ for one in cls.__mro__ if "read" in vars(one)), None),
        "chooses": [list(pair) for pair in getattr(cls, "CHOOSES", ())],
        "odd": (bool(own) and not hasattr(cls, "CHOOSES")) or isinstance(getattr(cls, "name", None), property),
        "fields": [] if is_abstract(cls) else [of_field(cls, field) for field in dataclasses.fields(cls)],
    }
    return {key: value for key, value in row.items() if value not in (None, False, [], ())}


def of_field(cls: type, field: dataclasses.Field) -> dict[str, Any]:
    """What the table says of a field: see `ontarget.io.outline.classes`."""
    hint = typing.get_type_hints(cls, include_extras=True)[field.name]
    known = field.metadata.get("converter") in (None, as_array, FrozenDict) and field.init
    form, of = form_of(hint) if known else ("odd", [])
    row: dict[str, Any] = {"name": field.name, "form": form, "of": of}
    row["dimension"] = DIMENSIONS.get(find_dimension(hint))
    row["static"] = bool(field.metadata.get("static"))
    if field.default is not MISSING or field.default_factory is not MISSING:
        value = field.default if field.default is not MISSING else field.default_factory()
        converter = field.metadata.get("converter")
        row["default"] = of_default(cls, field, value if converter is None else converter(value))
    return {key: value for key, value in row.items() if value not in (None, False, [])}


def form_of(hint: Any) -> tuple[str, list[str]]:
    """Which form a field has, and of which classes."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return form_of(arguments[0])
    if origin in (typing.Union, types.UnionType):
        forms = [form_of(one) for one in arguments if one is not type(None)]
        if len(forms) == 1 or all(form == "noun" for form, _ in forms):
            return forms[0][0], [name for _, names in forms for name in names]
        return ("plain", []) if all(form == "plain" for form, _ in forms) else ("odd", [])
    if isinstance(hint, type) and issubclass(hint, Noun):
        return "noun", [hint.__name__]
    if isinstance(hint, type) and (hint is float or issubclass(hint, AbstractArray)):
        return "number", []
    if origin is tuple:
        inner = [form_of(one) for one in arguments if one is not Ellipsis]
        forms = {form for form, _ in inner}
        if forms == {"noun"} and Ellipsis in arguments:
            return "nouns", inner[0][1]
        return {"number": "numbers", "plain": "plain"}.get(forms.pop() if len(forms) == 1 else "", "odd"), []
    if origin is Mapping:
        several = typing.get_origin(arguments[1]) is tuple
        return ("odd" if form_of(arguments[1])[0] != "plain" else "groups" if several else "plain"), []
    return "plain" if hint in (str, int, bool, Any) else "odd", []


def of_default(cls: type, field: dataclasses.Field, value: Any) -> dict[str, Any]:
    """What is shown of a default: [address below the field, classes on the way, text, name of the dimension]."""
    rows = [
        [address, classes, shown(one, dimension), DIMENSIONS.get(dimension)]
        for address, classes, one, dimension in field_leaves(cls, field, value, "", ())
    ]
    found = {"leaves": rows, "cite": sorted({key for one in classes_in(value) for key in keys_of_class(one)})}
    return {key: inner for key, inner in found.items() if inner}


def table() -> str:
    """The text of the table."""
    rows = sorted((described(cls) for cls in nouns()), key=lambda row: (row["name"], row["module"]))
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
    print(f"{FILE.name}: {len(nouns())} classes")
