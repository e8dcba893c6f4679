"""The catalog: facilities, sources, detectors and the rest, one YAML each; and ``use:``, which builds upon them.

In any mapping ``use: facilities/ess`` lays the local keys on top of that entry. Mappings are merged key by key, and
the local key wins. Four things are replaced whole and never merged, for a mixture of old and new would be neither:
lists; numbers with what is known of them ({value: ..., cite: ...}); a mapping whose own ``type`` differs from the
entry's (its other keys belonged to the other type); a mapping with a ``use`` of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.provenance import is_number_mapping
from ontarget.io.wording import nearest, one_line, quote
from ontarget.io.yaml import MAX_DEPTH, MAX_NODES, Address, Mark, Tree, parse_yaml, read_bytes, read_yaml

KINDS = (
    "facilities",
    "sources",
    "lines",
    "trackers",
    "detectors",
    "taggers",
    "materials",
    "cross_sections",
    "experiments",
    "studies",
    "published",
    "releases",
)
PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE / "catalog"
_SUFFIXES = (".yaml", ".yml")
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")


def is_ours(file: Path) -> bool:
    """Whether a file belongs to the installed package (or to the catalog, should that be elsewhere)."""
    if _below(file, ROOT):
        return True
    file = identity(file)
    return file.is_relative_to(PACKAGE) or file.is_relative_to(ROOT)


def _below(file: Path, folder: Path) -> bool:
    """Whether a path is written as one below a folder."""
    return file.is_relative_to(folder) and ".." not in file.parts


def identity(file: Path) -> Path:
    """The one path of a file, links followed; the path itself where that cannot be done."""
    try:
        return file.resolve()
    except (OSError, ValueError, RuntimeError):  # a link to itself, a zero byte, a name too long: reading will say so
        return file


def entries(kind: str) -> tuple[str, ...]:
    """The names in one folder of the catalog, sorted."""
    if kind not in KINDS:
        raise InputError("catalog", f"the kind {quote(kind)}", "The catalog has no such folder.", nearest(kind, KINDS))
    return tuple(sorted(path.stem for path in (ROOT / kind).glob("*.yaml")))


def is_path(name: str) -> bool:
    """Whether a name means a file rather than a catalog entry."""
    return name.lower().endswith(_SUFFIXES)


def find(name: str | Path, kinds: Sequence[str] = KINDS, where: str = "catalog") -> Path:
    """The file of a catalog entry ('ess_csi', 'facilities/ess'), or of a path to a YAML file.

    Raises
    ------
    InputError : no such entry, or the same name in two kinds. A path is not opened here.
    """
    if isinstance(name, Path) or is_path(name):
        return Path(name)
    kind, _, stem = name.rpartition("/")
    if kind not in ("", *KINDS) and "\0" not in name and Path(name).is_file():
        raise InputError(where, f"the file {quote(name)}", "A YAML file's name ends in .yaml.", "Rename it.")
    if kind not in ("", *KINDS):
        remedy = nearest(kind, KINDS)
        raise InputError(where, f"the catalog name {quote(name)}", "The catalog has no such kind.", remedy)
    searched = (kind,) if kind else tuple(kinds)
    found = [each for each in searched if _NAME.fullmatch(stem) and stem in entries(each)]
    if len(found) == 1:
        return ROOT / found[0] / f"{stem}.yaml"
    if found:
        truth = f"It is in {' and in '.join(found)}."
        raise InputError(where, f"the name {quote(name)}", truth, f"Write '{found[0]}/{stem}'.")
    known = {entry: f"{each}/{entry}" for each in searched for entry in entries(each)}
    truth = f"The catalog has no such entry in {', '.join(searched)}."
    raise InputError(where, f"the name {quote(name)}", truth, nearest(stem, known, "See 'ontarget list'."))


def label_of(file: Path) -> str:
    """A file as messages name it: catalog files by kind and name."""
    resolved = file if _below(file, ROOT) else identity(file)
    return f"catalog/{resolved.relative_to(ROOT)}" if resolved.is_relative_to(ROOT) else one_line(file)


def read(file: Path, top: type = dict) -> Tree:
    """One file, whose top level is a mapping (or a `list`, if asked for), with every `use` resolved."""
    return Resolver().read(file, top)


_parsed: dict[Path, tuple[bytes, str, type, Tree]] = {}


def parsed(file: Path, top: type = dict) -> Tree:
    """One file as it is written; one of the catalog is parsed once, as long as what is in it stays the same."""
    label = label_of(file)
    if not is_ours(file):
        return read_yaml(file, top, label)
    content = read_bytes(file, label)
    if file not in _parsed or _parsed[file][:3] != (content, label, top):
        _parsed[file] = (content, label, top, parse_yaml(content, label, file, top))
    return _parsed[file][3]


def resolve(tree: Tree) -> Tree:
    """A tree with every `use` in it replaced by what it stands for, below the local keys."""
    return Resolver().tree(tree, 0)


def merge(over: Tree, under: Tree) -> Tree:
    """Two trees, the first one on top, by the rules at the head of this file."""
    marks: dict[Address, Mark] = {}
    data = _merge(over.data, under.data, (), over, under, marks)
    return Tree(data, marks)


def _merge(over: Any, under: Any, path: Address, top: Tree, below: Tree, marks: dict[Address, Mark]) -> Any:
    if not (isinstance(over, Mapping) and isinstance(under, Mapping)) or _replaces(over, under):
        marks.update(_marks_under(top, over, path))
        return over
    marks[path] = top.mark(path)
    merged = {}
    for key in (*under, *(key for key in over if key not in under)):
        inner = (*path, key)
        if key not in over:
            merged[key] = under[key]
            marks.update(_marks_under(below, under[key], inner))
        elif key not in under:
            merged[key] = over[key]
            marks.update(_marks_under(top, over[key], inner))
        else:
            merged[key] = _merge(over[key], under[key], inner, top, below, marks)
    return merged


def _replaces(over: Mapping[str, Any], under: Mapping[str, Any]) -> bool:
    if "type" in over and "type" in under and over["type"] != under["type"]:
        return True
    if "type" in under and "type" not in over:  # fields of a noun, one of which may be called 'value'
        return False
    return is_number_mapping(over) or is_number_mapping(under)


def _marks_under(tree: Tree, data: Any, path: Address) -> dict[Address, Mark]:
    """The marks of a value and of all within it."""
    marks = {path: tree.mark(path)}
    children: Any = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in children:
        marks.update(_marks_under(tree, inner, (*path, key)))
    return marks


class Resolver:
    """Resolves `use`, once per file, refusing circles and trees that grow without bound."""

    def __init__(self) -> None:
        self.known: dict[Path, Tree] = {}
        self.open: list[Path] = []
        self.left = MAX_NODES

    def read(self, file: Path, top: type = dict) -> Tree:
        """One file, as `read`; files that several use are resolved once."""
        self.left = MAX_NODES
        return self.file(file, top=top)

    def file(self, file: Path, depth: int = 0, top: type = dict) -> Tree:
        key = identity(file)
        if key not in self.known:
            self.open.append(key)
            try:
                self.known[key] = self.tree(parsed(file, top), depth)
            finally:
                self.open.pop()
        return self.known[key]

    def tree(self, tree: Tree, depth: int) -> Tree:
        marks: dict[Address, Mark] = {}
        return Tree(self.value(tree, tree.data, (), depth, marks), marks)

    def value(
        self, tree: Tree, data: Any, path: Address, depth: int, marks: dict[Address, Mark], start: int = 0
    ) -> Any:
        """The resolved value at a path of a tree; its marks are entered under the path from `start` on."""
        if depth > MAX_DEPTH:
            raise _too_deep(tree.where(path))
        if isinstance(data, Mapping) and "use" in data:
            used = self.upon(tree, path, data, depth)
            marks.update(
                {(*path[start:], *inner): mark for inner, mark in used.marks.items()} if path[start:] else used.marks
            )
            return used.data
        marks[path[start:]] = tree.mark(path)
        if isinstance(data, list):
            return [self.value(tree, one, (*path, key), depth + 1, marks, start) for key, one in enumerate(data)]
        if isinstance(data, Mapping):
            return {key: self.value(tree, one, (*path, key), depth + 1, marks, start) for key, one in data.items()}
        return data

    def upon(self, tree: Tree, path: Address, given: Mapping[str, Any], depth: int) -> Tree:
        """The local keys upon the entry that is used, with marks relative to itself."""
        marks = {(): tree.mark(path)}
        local = Tree(
            {
                key: self.value(tree, one, (*path, key), depth + 1, marks, len(path))
                for key, one in given.items()
                if key != "use"
            },
            marks,
        )
        place, name = (*path, "use"), given["use"]
        where = tree.where(place)
        file = self.target(name, tree.mark(place).file, where)
        if identity(file) in self.open:
            chain = " -> ".join(each.stem for each in (*self.open, file))
            raise InputError(where, f"a circle of 'use' ({chain})", "An entry cannot build upon itself.", "Break it.")
        used = self.file(file, depth)
        if depth + max(map(len, used.marks)) > MAX_DEPTH:
            raise _too_deep(where)
        self.left -= len(used.marks)
        if self.left < 0:
            truth = f"All that is used has at most {MAX_NODES} values."
            raise InputError(where, "a larger tree", truth, "Use fewer entries.")
        # a child with a `use` of its own replaces what would be inherited
        own = {key for key, value in given.items() if isinstance(value, Mapping) and "use" in value}
        if own and isinstance(used.data, Mapping):
            used = Tree({key: value for key, value in used.data.items() if key not in own}, used.marks)
        return merge(local, used)

    def target(self, name: Any, user: Path | None, where: str) -> Path:
        """The file that a `use` names: a catalog entry, or a path relative to a file of the user."""
        if not isinstance(name, str):
            raise InputError(where, quote(name), "'use' takes a name.", "Write e.g. 'use: facilities/ess'.")
        if not is_path(name):
            return find(name, where=where)
        if user is not None and is_ours(user):
            raise InputError(where, f"the file {quote(name)}", "The catalog uses only itself.", "Write 'kind/name'.")
        if Path(name).is_absolute() or "\0" in name:
            raise InputError(where, f"the file {quote(name)}", "It must be relative to this file.", "Write it so.")
        return (user.parent if user is not None else Path()) / name


def _too_deep(where: str) -> InputError:
    return InputError(where, "deeper nesting by 'use'", f"At most {MAX_DEPTH} levels are read.", "Flatten it.")


def at(data: Any, path: Address) -> Any:
    """The value at a path."""
    for key in path:
        data = data[key]
    return data
