"""The YAML door: a file becomes a tree of plain Python values that remembers the line of every one of them.

YAML 1.2 core schema, on the events of `ruamel.yaml`: no tags, no merge keys, no duplicate keys, no NaN, nothing that
grows without bound. Every fault is one `InputError` that names file, line and remedy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
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
    for path, line in root.lines(()):
        marks[path] = Mark(label, file, line)
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


@dataclass
class _Node:
    """A value with its line, its weight (nodes under it, every alias written out) and its height (levels under it)."""

    value: Any
    line: int
    weight: int = 1
    height: int = 0

    def __post_init__(self) -> None:
        children: Any = self.value.values() if isinstance(self.value, dict) else self.value
        if isinstance(self.value, (dict, list)):
            self.weight = 1 + sum(node.weight for node in children)
            self.height = 1 + max((node.height for node in children), default=0)
        elif isinstance(self.value, str):
            self.weight = 1 + len(self.value) // TEXT_PER_NODE

    def plain(self) -> Any:
        """Plain Python values; what is aliased is shared, for nobody changes a tree."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def lines(self, path: Address) -> Iterator[tuple[Address, int]]:
        """The line of every path."""
        yield path, self.line
        children: Any = ()
        if isinstance(self.value, dict):
            children = self.value.items()
        elif isinstance(self.value, list):
            children = enumerate(self.value)
        for key, node in children:
            yield from node.lines((*path, key))


class _Composer:
    """Builds nodes from parser events, and refuses there whatever must never be built."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.anchors: dict[str, _Node | None] = {}

    def compose(self, text: str) -> _Node:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        events = YAML(typ="safe", pure=True).parse(text)
        try:
            root: _Node | None = None
            for event in events:
                kind = type(event).__name__
                if kind == "DocumentStartEvent":
                    if root is not None:
                        raise self._error(event, "a second document", "A file holds one document.", "Remove '---'.")
                    root = self._node(next(events), events, 0)
            return root or _Node(None, 1)
        except MarkedYAMLError as error:
            raise self._syntax(error) from None
        except InputError:
            raise
        except (YAMLError, ValueError, IndexError, AttributeError, TypeError, AssertionError, KeyError) as error:
            # ReaderError has a position and no mark; the rest are slips of the parser on text that is no YAML
            position = getattr(error, "position", None)
            line = f" line {text.count(chr(10), 0, position) + 1}" if isinstance(position, int) else ""
            what = "a control character" if isinstance(position, int) else "text that is no YAML"
            raise InputError(f"{self.label}{line}", what, "A YAML file is plain text.", "Mend the file.") from None

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
        if event.value == "<<" and event.style is None:
            raise self._error(event, "the merge key '<<'", "YAML 1.2 has none.", "Write 'use: kind/name' instead.")
        if not event.value.strip() or len(event.value) > 200:
            raise self._error(event, "an empty or very long key", "Keys are words.", "Write 'word: value'.")
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if event.style is not None:
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
