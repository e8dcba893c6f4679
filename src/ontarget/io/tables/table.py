"""Tables of numbers in text: columns apart by commas, semicolons or white space, at most one header line of words.

Comments begin with '#'; '%', '!' and '//' begin one at the start of a line. Numbers have a point; an exponent may be
Fortran's, 1.0D+01. A line with commas between digits and white space beside them may have decimal commas: refused.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.io.release import read_small
from ontarget.io.wording import quote

MOST_ROWS = 2_000_000
_APART = re.compile(r"\s*,\s*|\s+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eEdD][-+]?[0-9]+)?")
_MEANT_AS_NUMBER = re.compile(r"[-+−]?\.?[0-9][-+−0-9.,:_eEdD]*")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]")
_COMMENTS = ("#", "%", "!", "//")
_EXPONENT = str.maketrans("dD", "eE")
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Finite numbers [row column], the name they go by in messages, and the sha256 of the file."""

    label: str
    values: np.ndarray
    sha256: str


def read_table(path: Path, label: str) -> Table:
    """The table in a file."""
    return parse_table(read_small(path, label), label)


def parse_table(content: bytes, label: str) -> Table:
    """The table in the content of a file.

    Raises
    ------
    InputError : no numbers, a ragged row, a cell that is no finite number; with file and line
    """
    rows: list[list[str]] = []
    lines: list[int] = []  # of each row, for messages
    headed = False
    for number, line in enumerate(_lines(content, label), 1):
        text = line.partition("#")[0].strip()
        if not text or text.startswith(_COMMENTS):
            continue
        cells = cells_of(text, f"{label} line {number}")
        if not rows and not any(_MEANT_AS_NUMBER.fullmatch(c) or _NOT_FINITE.fullmatch(c) for c in cells):
            if headed:
                truth = "A cell is a finite number, but for one line of words, and one stands before."
                raise InputError(f"{label} line {number}", quote(cells[0]), truth, "Begin it with '#'.")
            headed = True
            continue
        if rows and len(cells) != len(rows[0]):
            truth = f"The rows above have {len(rows[0])}."
            raise InputError(f"{label} line {number}", f"{len(cells)} columns", truth, "Complete or cut the row.")
        if len(rows) == MOST_ROWS:
            raise InputError(f"{label} line {number}", "more rows", f"A table has at most {MOST_ROWS}.", "Cut it.")
        rows.append(cells)
        lines.append(number)
    if not rows:
        raise InputError(label, "no numbers", "A table has at least one row of them.", "Mend the file.")
    return Table(label, _numbers(rows, lines, label), hashlib.sha256(content).hexdigest())


def cells_of(text: str, where: str) -> list[str]:
    """The cells of a line; refused where commas may be those of decimals."""
    quoted = '"' in text or "'" in text
    inside = re.findall(r"""["']([^"']*)["']""", text) if quoted else []
    text = re.sub(r"""["']""", "", text) if quoted else text
    apart = text.split(";") if ";" in text else None
    doubtful = any(_DECIMAL_COMMA.search(one) for one in apart or inside)
    if doubtful or (_DECIMAL_COMMA.search(text) and re.search(r"\s", text) and text.lstrip("+-.")[:1].isdigit()):
        truth = "A comma between digits may be that of a decimal."
        raise InputError(where, quote(text), truth, "Write 18.95 for 18,95, or put nothing but commas between cells.")
    return [one.strip() for one in apart] if apart else _APART.split(text)


def _lines(content: bytes, label: str) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        truth, remedy = "A table is text in UTF-8.", "Save it so, or name the right file."
        raise InputError(f"{label} line {line}", "bytes that are no text", truth, remedy) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _numbers(rows: list[list[str]], lines: list[int], label: str) -> np.ndarray:
    """The cells as numbers, or the first that is none."""
    for row, line in zip(rows, lines, strict=True):
        for cell in row:
            if not _NUMBER.fullmatch(cell):
                what = "an empty cell" if not cell else quote(cell)
                remedy = "Mend the row." if cell or row[-1] else "Take the comma off the end of the row."
                raise InputError(f"{label} line {line}", what, "A cell is a finite number.", remedy)
    values = np.array([[cell.translate(_EXPONENT) for cell in row] for row in rows], dtype=float)
    if not np.isfinite(values).all():
        first = int(np.argwhere(~np.isfinite(values))[0][0])
        raise InputError(f"{label} line {lines[first]}", "a number beyond 1.8e308", "It is infinite.", "Mend the row.")
    return values
