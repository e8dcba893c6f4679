"""The YAML door: a file becomes a tree of plain Python values that remembers the line of every one of them.

YAML 1.2 core schema, on the events of PyYAML: no tags, no merge keys, no duplicate keys, no NaN, nothing that grows
without bound. Every fault is one `InputError` that names file, line and remedy. libyaml reads what is right twenty
times faster; what it refuses, and what it may read otherwise, is read again in Python, which has the last word.
"""

from __future__ import annotations

import contextlib
import functools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.wording import cut, nearest, one_line, quote

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 50
LONGEST_NUMBER = 100  # digits; also keeps every integer below the largest float
TEXT_PER_NODE = 64  # characters that weigh as much as one node, so that a long text repeated by alias counts too

Address = tuple[str | int, ...]  # keys and list positions, from the top

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OTHERWISE = re.compile(r"[\t\ufeff]|\?(?!\"\n)|[|>][-+0-9]*#|[^\n]\Z")
"""In a text with these, or without an end of its last line, libyaml and the parser in Python may differ."""
_SEPARATORS = re.compile("[\x85\u2028\u2029]")
"""Ends of lines in YAML 1.1, on whose rules both parsers are; characters as any other in YAML 1.2."""
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Mark:
    """Where a value was written: the file as shown to the user, its path (None: not from a file), its line."""

    label: str
    file: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        return self.label if self.line is None else f"{self.label} line {self.line}"


@dataclass(frozen=True)
class Tree:
    """Plain data (dict, list, str, int, float, bool, None) and the mark of every path in it.

    A path is a tuple of keys and list positions; the empty path is the whole file.
    """

    data: Any
    marks: dict[Address, Mark] = field(default_factory=dict)

    def mark(self, path: Address) -> Mark:
        """The mark of a path, or of the nearest thing around it that has one."""
        for length in range(len(path), -1, -1):
            if (mark := self.marks.get(path[:length])) is not None:
                return mark
        return Mark("input")

    def where(self, path: Address) -> str:
        """The place as the user knows it: 'my.yaml line 7, detector.mass'."""
        mark = self.mark(path)
        between = " " if mark.file is None and mark.line is None else ", "  # '--set detector.mass'
        return f"{mark}{between}{dotted(path)}" if path else str(mark)


def dotted(path: Address) -> str:
    """A path as one writes it: ('detector', 'mass') is 'detector.mass'."""
    return cut_front(one_line(".".join(str(part) for part in path)))


def cut_front(text: str, longest: int = 200) -> str:
    """The end of a path that is too long for a sentence."""
    return text if len(text) <= longest else "..." + text[-longest:]


def read_yaml(path: str | Path, top: type = dict, label: str | None = None) -> Tree:
    """Read one YAML file.

    Parameters
    ----------
    path : the file
    top : what its top level must be, `dict` or `list`
    label : the name of the file in messages; the path as given if left out

    Raises
    ------
    InputError : for a file that is missing, too big, no text, no YAML, or holds what is refused above
    """
    path = Path(path)
    label = one_line(path) if label is None else label
    return parse_yaml(read_bytes(path, label), label, path, top)


def read_bytes(path: Path, label: str) -> bytes:
    """The bytes of a small regular file."""
    try:
        if path.is_dir():
            raise InputError(label, "a folder", "A YAML file is needed.", "Name a file inside it.")
        if not path.exists():
            raise InputError(label, "no such file", _neighbours(path), "Check the name and the folder.")
        if not path.is_file():
            raise InputError(label, "a device or a pipe", "A regular YAML file is needed.", "Name one.")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            label, "a file that cannot be read", f"{one_line(reason)}.", "Mend the path or its rights."
        ) from None
    if len(content) > MAX_BYTES:
        raise InputError(label, "more than 1 MB", "A YAML file here is at most 1 MB.", "Keep large tables elsewhere.")
    return content


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return "Its folder does not exist."
    return nearest(path.name, (near.name for near in path.parent.glob("*.y*ml")), "Nothing there has a similar name.")


def parse_yaml(content: bytes | str, label: str, file: Path | None = None, top: type | None = dict) -> Tree:
    """The tree of a YAML text; `top=None` accepts any kind of top level. See `read_yaml`."""
    text = _decode(content, label) if isinstance(content, bytes) else content
    root = _Composer(label).compose(text)
    if top is not None and not isinstance(root.value, top):
        wanted = "a mapping (key: value)" if top is dict else "a list (- value)"
        given = quote(root.plain()) if root.weight < 1000 else "something else"
        raise InputError(label, given, f"The top level must be {wanted}.", "Mend the file.")
    marks: dict[Address, Mark] = {}
    root.marks((), marks, functools.cache(lambda line: Mark(label, file, line)))
    return Tree(root.plain(), marks)


def _decode(content: bytes, label: str) -> str:
    truth, remedy = "A YAML file is text in UTF-8.", "Save it so, or name the right file."
    if b"\0" in content:
        raise InputError(label, "a binary file", truth, remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{label} line {line}", "bytes that are no UTF-8", truth, remedy) from None


class _Node:
    """A value with its line, its weight (nodes under it, every alias written out) and its height (levels under it)."""

    __slots__ = ("height", "line", "value", "weight")

    def __init__(self, value: Any, line: int) -> None:
        self.value, self.line, self.weight, self.height = value, line, 1, 0
        if isinstance(value, (dict, list)):
            for node in value.values() if isinstance(value, dict) else value:
                self.weight += node.weight
                self.height = max(self.height, node.height)
            self.height += 1
        elif isinstance(value, str):
            self.weight += len(value) // TEXT_PER_NODE

    def plain(self) -> Any:
        """Plain Python values; what is aliased is shared, for nobody changes a tree."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def marks(self, path: Address, found: dict[Address, Mark], at: Callable[[int], Mark]) -> None:
        """Enter the mark of every path; one for all on a line."""
        found[path] = at(self.line)
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                node.marks((*path, key), found, at)
        elif isinstance(self.value, list):
            for place, node in enumerate(self.value):
                node.marks((*path, place), found, at)


def _faults(yaml: Any) -> tuple[type[Exception], ...]:
    """What a parser raises on text that it cannot read."""
    return (yaml.YAMLError, ValueError, IndexError, AttributeError, TypeError, AssertionError, KeyError)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


class _Composer:
    """Builds nodes from parser events, and refuses there whatever must never be built."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.anchors: dict[str, _Node | None] = {}

    def compose(self, text: str) -> _Node:
        import yaml

        if found := _SEPARATORS.search(text):
            where, got = f"{self.label} line {_line(text, found.start())}", f"the character U+{ord(found[0]):04X}"
            raise InputError(where, got, "Lines end with a line feed.", "Remove it.")
        fast = getattr(yaml, "CSafeLoader", None)
        if fast is not None and not _OTHERWISE.search(text):
            with contextlib.suppress(*_faults(yaml), InputError):
                return self._document(iter(fast(text).get_event, None))
        return self._slowly(text)

    def _slowly(self, text: str) -> _Node:
        """The same in Python, with a sentence for what is wrong."""
        import yaml

        try:
            return self._document(iter(yaml.SafeLoader(text).get_event, None))
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from None
        except InputError:
            raise
        except _faults(yaml) as error:
            # ReaderError has a position and no mark; the rest are slips of the parser on text that is no YAML
            position = getattr(error, "position", None)
            line = f" line {_line(text, position)}" if isinstance(position, int) else ""
            what = "a control character" if isinstance(position, int) else "text that is no YAML"
            raise InputError(f"{self.label}{line}", what, "A YAML file is plain text.", "Mend the file.") from None

    def _document(self, events: Iterator[Any]) -> _Node:
        """The one document of a text."""
        self.anchors.clear()
        root: _Node | None = None
        for event in events:
            if type(event).__name__ == "DocumentStartEvent":
                if root is not None:
                    raise self._error(event, "a second document", "A file holds one document.", "Remove '---'.")
                root = self._node(next(events), events, 0)
        return root or _Node(None, 1)

    def _syntax(self, error: Any) -> InputError:
        mark = error.problem_mark or error.context_mark
        where = self.label if mark is None else f"{self.label} line {mark.line + 1}, column {mark.column + 1}"
        problem = cut(one_line(error.problem or error.context or "unreadable"))
        return InputError(where, "a YAML syntax error", f"{problem[:1].upper()}{problem[1:]}.", "Mend the line.")

    def _error(self, event: Any, got: str, truth: str, remedy: str) -> InputError:
        return InputError(f"{self.label} line {event.start_mark.line + 1}", got, truth, remedy)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        kind = type(event).__name__
        known = self._alias(event) if kind == "AliasEvent" else None
        if depth + (known.height if known else 0) > MAX_DEPTH:
            raise self._error(event, "deeper nesting", f"At most {MAX_DEPTH} levels are read.", "Flatten the file.")
        if known is not None:
            return _Node(known.value, known.line)
        if (tag := getattr(event, "tag", None)) is not None:
            remedy = "Write 'type: ClassName' instead."
            raise self._error(event, f"the YAML tag {quote(str(tag))}", "Tags are not read.", remedy)
        if event.anchor is not None:
            self.anchors[event.anchor] = None  # being built: an alias to it from inside would never end
        if kind == "MappingStartEvent":
            value: Any = self._mapping(events, depth)
        elif kind == "SequenceStartEvent":
            value = []
            while type(item := next(events)).__name__ != "SequenceEndEvent":
                value.append(self._node(item, events, depth + 1))
        else:
            value = self._scalar(event)
        node = _Node(value, event.start_mark.line + 1)
        if node.weight > MAX_NODES:
            truth = f"A tree has at most {MAX_NODES} values, aliases written out."
            raise self._error(event, "a larger tree", truth, "Use fewer aliases or a smaller table.")
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> _Node:
        if event.anchor not in self.anchors:
            raise self._error(event, f"the alias {quote(event.anchor)}", "No such anchor is above it.", "Define it.")
        node = self.anchors[event.anchor]
        if node is None:
            raise self._error(event, f"the alias {quote(event.anchor)}", "It contains itself.", "Break the circle.")
        return node

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, _Node]:
        value: dict[str, _Node] = {}
        lines: dict[str, int] = {}
        while type(event := next(events)).__name__ != "MappingEndEvent":
            key = self._key(event)
            if key in value:
                truth = f"It is already given on line {lines[key]}."
                raise self._error(event, f"the key {quote(key)} twice", truth, "Keep one.")
            lines[key] = event.start_mark.line + 1
            value[key] = self._node(next(events), events, depth + 1)
            value[key].line = lines[key]  # a reader looks for the key
        return value

    def _key(self, event: Any) -> str:
        if type(event).__name__ != "ScalarEvent" or event.tag is not None or event.anchor is not None:
            raise self._error(event, "a key that is no plain text", "Keys are words.", "Write 'word: value'.")
        if event.value == "<<" and not event.style:
            raise self._error(event, "the merge key '<<'", "YAML 1.2 has none.", "Write 'use: kind/name' instead.")
        if not event.value.strip() or len(event.value) > 200:
            raise self._error(event, "an empty or very long key", "Keys are words.", "Write 'word: value'.")
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if event.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            raise self._error(event, quote(text), "A number must be finite.", "Leave the entry out or mend it.")
        if not (_FLOAT.fullmatch(text) or _INTEGER.fullmatch(text)):
            return text
        if len(text) > LONGEST_NUMBER:
            raise self._error(event, f"the number {quote(text)}", "It has too many digits.", "Round it.")
        number = int(text, 0 if text[:2] in ("0o", "0x") else 10) if _INTEGER.fullmatch(text) else float(text)
        if not math.isfinite(number):
            raise self._error(event, f"the number {quote(text)}", "It is beyond 1.8e308.", "Mend it.")
        return number
