"""The text of a MAD-X file as statements: comments gone, text in quotes kept apart from what stands outside of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ontarget.ground.errors import InputError
from ontarget.io.wording import cut, quote

ENDS = re.compile("return|stop|exit|quit")
"""Statements behind which MAD-X reads nothing more of a file."""

_PIECE = re.compile(r"""/\*.*?(?:\*/|\Z)|//[^\n]*|![^\n]*|"[^"]*"|'[^']*'|["';{}]""", re.S)
_BROKEN = re.compile(r"(?<=\d[eEdD])\n(?=[+-]\d)")  # MAD-X itself saves such numbers
_BLOCK = re.compile(r"(if|while|elseif|else)\b|[a-z_][\w.]*\s*(\([^)]*\))?\s*:\s*macro\b")


def statements(text: str, label: str) -> Iterator[tuple[str, str]]:
    """Each statement in small letters, with its place, up to the one that ends the file.

    Of a text in quotes letters, digits and what may stand in a name are kept; all else in it becomes '_', so that it
    means nothing to who reads the statement.

    Raises
    ------
    InputError : a quote or a brace that does not end
    """
    text = _BROKEN.sub("", text)
    parts: list[str] = []
    begun, depth, line, position = 1, 0, 1, 0

    def taken() -> tuple[str, str] | None:
        statement = "".join(parts)
        parts.clear()
        before = len(statement) - len(statement.lstrip())
        place = f"{label}, line {begun + statement[:before].count(chr(10))}"
        return (place, statement.strip().lower()) if statement.strip() else None

    for found in _PIECE.finditer(text):
        piece = found.group()
        between = text[position : found.start()]
        parts.append(between)
        line, position = line + between.count("\n"), found.end()
        depth += {"{": 1, "}": -1}.get(piece, 0)
        ended = piece == ";" and depth <= 0
        if piece in ('"', "'"):
            raise InputError(f"{label}, line {line}", f"a quote {piece} that does not end", "", f"Write {piece} twice.")
        if not ended:
            parts.append(_kept(piece))
        block = piece == "}" and depth <= 0 and _BLOCK.match("".join(parts).strip().lower())
        line += piece.count("\n")
        if ended or block:
            depth = 0
            one = taken()
            begun = line
            if one is not None and ENDS.fullmatch(one[1]):
                return
            if one is not None:
                yield one
    parts.append(text[position:])
    last = taken()
    if last is not None and depth > 0:
        raise InputError(last[0], quote(cut(last[1])), "A brace is not closed.", "Write '}'.")
    if last is not None and not ENDS.fullmatch(last[1]):
        yield last


def _kept(piece: str) -> str:
    """What a statement keeps of a comment (its lines), a text in quotes, or a brace."""
    if piece[0] in "/!":
        return " " + "\n" * piece.count("\n")
    if piece[0] in "\"'":
        return piece[0] + re.sub(r"[^\w.$+\- \n]", "_", piece[1:-1]) + piece[0]
    return piece


def parts_of(text: str) -> list[str]:
    """What stands between commas, but for those within parentheses and braces; without blanks and empty ones."""
    found, depth, begun = [], 0, 0
    for position, letter in enumerate(text):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append(text[begun:position])
            begun = position + 1
    return [one.strip() for one in (*found, text[begun:]) if one.strip()]
