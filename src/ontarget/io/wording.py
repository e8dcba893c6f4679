"""How the doors speak: whatever a user gave is quoted on one line, short, and with no control characters."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

LONGEST = 60


def quote(given: Any) -> str:
    """A user's value for a message: `repr`, cut to one short line; containers by what they are."""
    if given is None:
        return "nothing"
    if isinstance(given, dict):
        return (
            f"a mapping with {len(given)} keys"
            if len(given) != 1
            else f"a mapping with the key {quote(next(iter(given)))}"
        )
    if isinstance(given, (list, tuple)):
        return f"a list of {len(given)}"
    if isinstance(given, int) and given.bit_length() > 200:
        return "a very large integer"
    return cut(one_line(repr(given)))


def cut(text: str) -> str:
    """The beginning of a text that is too long for a sentence."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def one_line(text: object) -> str:
    """Any text on one line: every run of white space is one space, what cannot be printed is escaped."""
    words = " ".join(str(text).split())
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in words)


def named(name: str) -> str:
    """A quantity with its article: 'a length', 'an energy', 'a quantity in 1/keV' for nameless ones."""
    if not name[:1].isalpha():
        return f"a quantity of dimension {name}"
    if name == "dimensionless":
        return "a dimensionless number"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def nearest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A remedy for an unknown word: the nearest known one; else `otherwise`, or the first of the known ones."""
    known = sorted({one_line(name) for name in known})
    near = [name for name in known if name.lower() == word.lower()]
    near = near or difflib.get_close_matches(word[:LONGEST], known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if otherwise or not known:
        return otherwise
    return f"Known: {', '.join(known[:20])}{', ...' if len(known) > 20 else ''}."


def yaml_text(text: str) -> str:
    """A text as YAML takes it in one line."""
    return "'" + one_line(text).replace("'", "''") + "'"
