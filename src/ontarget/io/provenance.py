"""Where every number came from: the text as written, its value, its error and citation, the file and the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.wording import quote
from ontarget.io.yaml import Address, Tree

ABOUT = ("cite", "note")


@dataclass(frozen=True)
class Record:
    """One entry of the provenance.

    `value` and `error` are in internal units (None for an entry that is no number: the `cite:` of a whole mapping);
    `cite` holds INSPIRE keys. Numbers out of a table say which in `source` ('coherent_csi_2017/promptPDF.txt', or the
    user's own file), and have the sha256 of that file.
    """

    text: str
    value: Any = None
    error: Any = None
    cite: tuple[str, ...] = ()
    note: str = ""
    file: str = ""
    line: int | None = None
    source: str = ""
    sha256: str = ""


def is_number_mapping(given: Any) -> bool:
    """Whether a mapping is a number with what is known of it.

    {value: ..., cite: ...}, {values: [...], unit: ...}, or numbers out of a table; not a noun with such a field,
    {type: ConstantQuenching, value: ...}.
    """
    if not isinstance(given, Mapping) or "type" in given:
        return False
    return "value" in given or "values" in given or is_table_mapping(given)


def is_table_mapping(given: Any) -> bool:
    """Whether a mapping stands for numbers out of a table, {release: ..., file: ..., column: 1}."""
    named = isinstance(given, Mapping) and "file" in given
    return named and ("release" in given or "column" in given or "over" in given)


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
