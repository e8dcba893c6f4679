"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows with equal keys; numbers to the right."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for key in rows[0]:
        numeric = any(isinstance(row[key], (int, float)) and not isinstance(row[key], bool) for row in rows)
        table.add_column(key, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(cell(value) for value in row.values()))
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(140, console.width))
    console.print(table)


def cell(value: Any) -> str:
    """A value as text, four or five significant digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
