"""Who is to be cited: the BibTeX of the package, and the keys that a noun and its numbers rest upon."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.provenance import Record
from ontarget.io.wording import nearest, quote
from ontarget.io.yaml import Tree

FILE = Path(__file__).resolve().parent.parent / "ground" / "references.bib"
# INSPIRE texkeys (Freedman:1973yd), local keys (Sprung:1997-JPA30, Alekou:2022-arXiv2203.08803); and at the head of a
# line those of software (jax2018github)
KEY = re.compile(
    r"[^\W\d][\w.'’+-]*:[0-9]{4}(?:-[\w.]*\w|[A-Za-z]{1,4}\b)|^[ \t]*[a-z]+[0-9]{4}[a-z]+\b",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^@(\w+)\s*\{\s*([^\s,{}]+)\s*,", re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*References[ \t]*\n[ \t]*-{3,}[ \t]*\n", re.MULTILINE)
_NEXT = re.compile(r"^[ \t]*\S[^\n]*\n[ \t]*-{3,}[ \t]*$", re.MULTILINE)


def references() -> Mapping[str, str]:
    """Every BibTeX entry of the package by its key, as written."""
    return entries_in(FILE)


@functools.lru_cache(maxsize=8)
def entries_in(file: Path) -> Mapping[str, str]:
    """Every BibTeX entry of a file by its key."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        raise InputError(file.name, "no such file", "The bibliography is missing.", "Reinstall the package.") from None
    found: dict[str, str] = {}
    for match in _ENTRY.finditer(text):
        if match[1].lower() in ("comment", "string", "preamble"):
            continue
        line = text.count("\n", 0, match.start()) + 1
        if match[2] in found:
            raise InputError(f"{file.name} line {line}", f"{match[2]!r} twice", "A key is unique.", "Remove one.")
        found[match[2]] = text[match.start() : _end(text, match.start(), f"{file.name} line {line}")]
    return found


def _end(text: str, start: int, where: str) -> int:
    """The position behind the brace that closes an entry."""
    depth = 0
    for match in re.compile(r"(?<!\\)[{}]").finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    raise InputError(where, "an entry that is not closed", "Every '{' has its '}'.", "Mend the file.")


def bibtex(keys: Iterable[str]) -> str:
    """The BibTeX of some keys, each once, sorted.

    Raises
    ------
    InputError : a key that the bibliography lacks
    """
    known = references()
    wanted = sorted(set(keys))
    for key in wanted:
        if key not in known:
            truth, otherwise = "The bibliography has no such key.", "Add it to references.bib."
            raise InputError("cite", quote(key), truth, nearest(key, known, otherwise))
    return "".join(f"{known[key]}\n\n" for key in wanted).rstrip("\n") + ("\n" if wanted else "")


def keys_of(noun: Any, provenance: Mapping[str, Record] | None = None) -> tuple[str, ...]:
    """The keys that a noun rests upon: of its classes' docstrings, all the way down, and of its numbers."""
    found = {key for record in (provenance or {}).values() for key in record.cite}
    for cls in classes_in(noun):
        found.update(keys_of_class(cls))
    return tuple(sorted(found))


def classes_in(noun: Any) -> set[type]:
    """The classes of a noun and of every noun within it."""
    found: set[type] = set()
    pending = [noun]
    while pending:
        one = pending.pop()
        if dataclasses.is_dataclass(one) and not isinstance(one, type):
            found.add(type(one))
            pending.extend(getattr(one, field.name, None) for field in dataclasses.fields(one))
        elif isinstance(one, (tuple, list)):
            pending.extend(one)
        elif isinstance(one, Mapping):
            pending.extend(one.values())
    return found


def keys_of_class(cls: type) -> tuple[str, ...]:
    """The keys in the `References` sections of a class's docstring and of those it inherits from."""
    found: set[str] = set()
    for each in cls.__mro__:
        text = each.__dict__.get("__doc__") or ""
        for section in _SECTION.finditer(text):
            after = text[section.end() :]
            following = _NEXT.search(after)
            section_text = after[: following.start()] if following else after
            found.update(key.strip() for key in KEY.findall(section_text))
    return tuple(sorted(found))


def keys_in(tree: Tree) -> tuple[str, ...]:
    """Every `cite:` written in a tree, whatever it will be built into."""
    found: set[str] = set()
    pending = [tree.data]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, Mapping):
            cite = one.get("cite")
            found.update(key for key in (cite if isinstance(cite, list) else [cite]) if isinstance(key, str))
            pending.extend(one.values())
    return tuple(sorted(found))
