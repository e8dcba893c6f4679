"""Columns of a table as they are shown: which is the error of which, what is the same in all rows, digits and units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ontarget.report.digits import LOST, NOTHING, USUAL, given_digits, interval, is_number, measured, text_of

Rows = Sequence[Mapping[str, Any]]
"""One mapping per row, with equal keys in the same order."""


@dataclass(frozen=True)
class Column:
    """What is to be known of a column besides its name, which is that of the CSV and JSON files.

    Attributes
    ----------
    label : the header, the name by default
    unit : stands in the header
    error_of : the column whose error this is; both are shown as one, value ± error
    end_of : the column that lies within the interval of which this is an end, or any name that both ends share
    decimals : the most that are worth showing, where the scale is known beforehand
    unit_in : the column that holds the unit of each row, which stands beside the number
    like : the column beside which this one is read: it has no fewer digits than was given there
    stays : a column also where all rows hold the same
    hidden : in files and reports alone, and not on a terminal
    """

    label: str = ""
    unit: str = ""
    error_of: str = ""
    end_of: str = ""
    decimals: int | None = None
    unit_in: str = ""
    like: str = ""
    stays: bool = False
    hidden: bool = False


SIGMAS = Column(decimals=2)
"""A column in standard deviations: a pull, a significance."""

HIDDEN = Column(hidden=True)
"""A column of files and reports, such as a long note."""


@dataclass(frozen=True)
class Shown:
    """A column as texts, one per row; `values` tells rows apart."""

    label: str
    unit: str
    cells: Sequence[str]
    values: Sequence[Any]
    numeric: bool
    stays: bool = False

    @property
    def header(self) -> str:
        """Label and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def same(self) -> bool:
        """Whether all rows hold the same, which then stands in the title."""
        return not self.stays and all(one == self.values[0] for one in self.values)

    def constant(self) -> str:
        """What all rows hold, in words."""
        return " ".join(part for part in (self.label, self.cells[0], self.unit) if part)


def shown_columns(rows: Rows, columns: Mapping[str, Column], hidden: bool = False) -> list[Shown]:
    """The columns that hold anything, errors beside their values; the hidden ones only if wanted."""
    names = dict.fromkeys(name for row in rows for name in row)
    told = {name: columns.get(name, Column()) for name in names}
    errors = {one.error_of: name for name, one in told.items() if one.error_of in names}
    units = {one.unit_in for one in told.values()}
    found = []
    for name, one in told.items():
        values = [row.get(name) for row in rows]
        if (
            (one.hidden and not hidden)
            or name in units
            or errors.get(one.error_of) == name
            or all(value is None for value in values)
        ):
            continue
        error = [row.get(errors[name]) if name in errors else None for row in rows]
        cells = [cell(row, name, told, e) for row, e in zip(rows, error, strict=True)]
        pairs = list(zip(values, error, strict=True))
        label = one.label or name
        found.append(Shown(label, one.unit, cells, pairs, any(is_number(value) for value in values), one.stays))
    return found


def cell(row: Mapping[str, Any], name: str, columns: Mapping[str, Column], error: Any) -> str:
    """A cell as text."""
    value: Any = row.get(name)
    column = columns[name]
    group = column.end_of or name
    if not is_number(value):
        return text_of(value)
    if math.isinf(value) and name.startswith("error"):
        return LOST
    unit = f" {row[column.unit_in]}" if column.unit_in and row.get(column.unit_in) else ""
    if is_number(error):
        return measured(float(value), float(error)) + unit
    ends: list[Any] = [row.get(other) for other, one in columns.items() if one.end_of == group]
    if len(ends) > 1 and all(map(is_number, ends)):
        return interval([float(value), *map(float, ends)])[0] + unit
    beside: Any = row.get(column.like)
    digits = max(USUAL, given_digits(float(beside)) or USUAL) if is_number(beside) else USUAL
    return text_of(value, column.decimals, digits) + unit


def apart(found: Sequence[Shown]) -> tuple[list[Shown], list[Shown]]:
    """What is the same in all rows, and what is not; all columns stay where no column tells the rows apart."""
    several = found and len(found[0].cells) > 1
    same = [one for one in found if several and one.same]
    if not same or len(same) == len(found):
        return [], list(found)
    return same, [one for one in found if not one.same]


def titled(title: str, same: Sequence[Shown]) -> str:
    """A title with what all rows have in common."""
    words = ", ".join(one.constant() for one in same if one.cells[0] != NOTHING)
    return f"{title}: {words}" if words and title else title or words
