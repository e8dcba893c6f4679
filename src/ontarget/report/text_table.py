"""Tables as text. A number is never cut, wrapped or moved to another line than its label."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ontarget.report.column import Column, Rows, Shown, apart, shown_columns, titled
from ontarget.report.digits import NOTHING

GAP = "  "
GLUE = "\u00a0"
"""A blank at which no line ends."""

LEAST_TEXT = 12
"""Characters that a column of text has at least, or its longest text."""

LONGEST_HEADING = 80
"""Characters of a text that may stand in the heading of a block."""

MOST_LINES = 4
"""Lines of a cell or a header; where more were needed, each row becomes a block."""


@dataclass(frozen=True)
class TextTable:
    """Lines of a title and lines below it."""

    title: Sequence[str]
    body: Sequence[str]

    def __str__(self) -> str:
        return "\n".join([*self.title, *self.body])


def text_table(
    title: str, rows: Rows, columns: Mapping[str, Column] | None = None, width: int | None = None
) -> TextTable:
    """Rows as a table no wider than `width` (unlimited by default), or as one block per row where that is too wide.

    What is the same in all rows stands in the title.
    """
    same, others = apart(shown_columns(rows, columns or {}))
    body = ["none"] if not others else table_lines(others, width) or block_lines(others, width)
    return TextTable(wrapped(titled(title, same), width), body)


def wrapped(text: str, width: int | None, first: str = "", then: str = "") -> list[str]:
    """Lines that end between words; a value and its error, or its unit, stay together."""
    if width is None:
        return [first + text.replace(GLUE, " ")] if text else []
    glued = text.replace(" ± ", f"{GLUE}±{GLUE}")
    lines = textwrap.wrap(
        glued,
        max(width, len(then) + 1),
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(GLUE, " ") for line in lines]


def table_lines(columns: Sequence[Shown], width: int | None) -> list[str]:
    """Headers, a rule, one line per row or several where texts are wrapped; nothing if it does not fit."""
    sizes = widths(columns, width)
    if sizes is None:
        return []
    headers = [wrapped(one.header, size) or [""] for one, size in zip(columns, sizes, strict=True)]
    deepest = max(map(len, headers))
    top = [[""] * (deepest - len(header)) + header for header in headers]
    bodies = [
        [[text] if one.numeric else wrapped(text, size) or [""] for text in one.cells]
        for one, size in zip(columns, sizes, strict=True)
    ]
    if width is not None and max(deepest, *(len(text) for body in bodies for text in body)) > MOST_LINES:
        return []
    lines = [joined(columns, sizes, [header[i] for header in top]) for i in range(deepest)]
    lines.append(GAP.join("-" * size for size in sizes))
    for row in zip(*bodies, strict=True):
        for i in range(max(map(len, row))):
            lines.append(joined(columns, sizes, [text[i] if i < len(text) else "" for text in row]))
    return lines


def joined(columns: Sequence[Shown], sizes: Sequence[int], texts: Sequence[str]) -> str:
    """One line: numbers and their headers to the right."""
    every = zip(columns, sizes, texts, strict=True)
    return GAP.join(text.rjust(size) if one.numeric else text.ljust(size) for one, size, text in every).rstrip()


def widths(columns: Sequence[Shown], width: int | None) -> list[int] | None:
    """Characters of each column; None if they cannot share the width."""
    most = [max(len(one.header), *map(len, one.cells)) for one in columns]
    if width is None:
        return most
    left = width - len(GAP) * (len(columns) - 1)
    sizes = [least_width(one) for one in columns]
    if sum(sizes) > left:
        return None
    cells = [max(size, *map(len, one.cells)) for one, size in zip(columns, sizes, strict=True)]
    return grown(grown(sizes, cells, left), most, left)  # texts have their room before headers


def grown(sizes: Sequence[int], wanted: Sequence[int], left: int) -> list[int]:
    """Sizes that grow towards what is wanted, all by the same share, as far as there is room."""
    spare, more = left - sum(sizes), sum(wanted) - sum(sizes)
    share = min(1.0, spare / more) if more else 0.0
    return [low + int(share * (high - low)) for low, high in zip(sizes, wanted, strict=True)]


def least_width(column: Shown) -> int:
    """Its longest word or number."""
    words = [len(word) for word in column.header.split()]
    if column.numeric:
        return max(*words, *map(len, column.cells), 1)
    longest = [len(word) for text in column.cells for word in text.replace(" ± ", "___").split()]
    return max([*words, *longest, min(LEAST_TEXT, max(map(len, column.cells)))], default=1)


def block_lines(columns: Sequence[Shown], width: int | None) -> list[str]:
    """One block per row: a heading of what the row is about, then label and value, one below the other."""
    lead = leading(columns)
    lines: list[str] = []
    for row in range(len(columns[0].cells)):
        heading = ", ".join(one.cells[row] for one in columns[:lead] if one.cells[row] not in ("", NOTHING))
        lines += wrapped(heading or labelled(columns[0], row), width)
        for one in columns[max(lead, 1) :]:
            if one.cells[row] not in ("", NOTHING):
                lines += wrapped(labelled(one, row), width, GAP, GAP * 2)
    return lines


def labelled(column: Shown, row: int) -> str:
    """A cell behind its label, a number before its unit."""
    text = column.cells[row]
    if column.numeric:
        text = text.replace(" ", GLUE) + (f"{GLUE}{column.unit}" if column.unit else "")
    return f"{column.label}: {text}" if column.label else text


def leading(columns: Sequence[Shown]) -> int:
    """How many columns of short text stand at the beginning: they head a block."""
    count = 0
    for one in columns[:3]:
        if one.numeric or max(map(len, one.cells)) > LONGEST_HEADING:
            break
        count += 1
    return count
