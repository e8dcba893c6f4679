"""A folder of results, read again: its tables, with what identifies their rows and what are errors of what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line

UNIT = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")


@dataclass(frozen=True)
class ResultTable:
    """Rows with equal keys."""

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self.rows[0]) if self.rows else []

    def about(self) -> list[str]:
        """The columns that say what a row is about: all texts, and as many of the first numbers as tell rows apart."""
        texts = [one for one in self.columns if any(isinstance(row[one], str) for row in self.rows)]
        found = list(texts)
        for column in self.columns:
            if len({tuple(row[one] for one in found) for row in self.rows}) == len(self.rows) and found:
                break
            found += [] if column in found else [column]
        return [one for one in self.columns if one in found]

    def errors(self, about: Sequence[str] | None = None) -> dict[str, str]:
        """Of columns that are errors: the column whose error each is; `about` is what identifies rows, if known."""
        keys = self.about() if about is None else about
        numbers = [one for one in self.columns if one not in keys]
        base = {one: named(one)[0] for one in numbers}
        found: dict[str, str] = {}
        for index, column in enumerate(numbers):
            word, before = base[column], [one for one in numbers[:index] if one not in found]
            if word in ("error", "error of it") and before:
                found[column] = before[-1]
            for owner in before:
                if word in (f"{base[owner]} error", f"{base[owner]}_error", f"error of {base[owner]}"):
                    found[column] = owner
        return found


@dataclass(frozen=True)
class Results:
    """What a study left: its title, its record, its tables."""

    title: str
    record: Mapping[str, Any]
    tables: Sequence[ResultTable]


def named(column: str) -> tuple[str, str]:
    """Name and unit of a column: 'threshold (keV)' is a threshold in keV."""
    found = UNIT.match(column)
    return (found[1], found[2]) if found else (column, "")


def read_results(folder: str | Path) -> Results:
    """The results in a folder that `ontarget run` wrote."""
    folder = Path(folder)
    where, remedy = one_line(folder), "Name a folder that 'ontarget run' wrote."
    files = sorted((folder / "tables").glob("*.json")) if folder.is_dir() else []
    if not files or not (folder / "run.json").is_file():
        raise InputError(where, "no tables and run.json in it", "Results are a folder of both.", remedy)
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        given = record.get("tables", {})
        rows = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
        tables = [ResultTable(name, given.get(name, name.replace("_", " ")), one) for name, one in rows.items() if one]
        for table in tables:
            if any(list(row) != table.columns for row in table.rows):
                raise ValueError
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        raise InputError(where, "tables that are no results", "", remedy) from None
    return Results(record.get("title") or folder.name, record, tables)
