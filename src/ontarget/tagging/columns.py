"""Tables of events, tracks or pairs: named columns over the same rows, and what is done to all of them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

import numpy as np

Table = TypeVar("Table", bound="Columns")


@dataclass(frozen=True)
class Columns:
    """A table. Every field of a subclass is an array [row ...], or a table with as many rows."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def only(self: Table, rows: np.ndarray | slice) -> Table:
        """These rows, by index or by truth values, as a table of the same kind."""

        def picked(column: Any) -> Any:
            return column.only(rows) if isinstance(column, Columns) else column[rows]

        return type(self)(**{one.name: picked(getattr(self, one.name)) for one in fields(self)})

    def columns(self, prefix: str = "") -> dict[str, np.ndarray]:
        """All arrays by name; a table within this one puts its name and a dot before those of its own."""
        found: dict[str, np.ndarray] = {}
        for one in fields(self):
            column = getattr(self, one.name)
            name = f"{prefix}{one.name}"
            found |= column.columns(f"{name}.") if isinstance(column, Columns) else {name: column}
        return found

    @classmethod
    def of_columns(cls: type[Table], columns: Mapping[str, np.ndarray], prefix: str = "") -> Table:
        """The table that `columns` took apart; KeyError where an array is missing."""
        kinds = get_type_hints(cls)

        def found(name: str) -> Any:
            if issubclass(kinds[name], Columns):
                return kinds[name].of_columns(columns, f"{prefix}{name}.")
            return columns[f"{prefix}{name}"]

        return cls(**{one.name: found(one.name) for one in fields(cls)})

    @classmethod
    def joined(cls: type[Table], parts: Sequence[Table]) -> Table:
        """All rows of these tables (at least one), one table after another."""
        each = [part.columns() for part in parts]
        return cls.of_columns({name: np.concatenate([one[name] for one in each]) for name in each[0]})
