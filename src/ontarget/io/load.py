"""From a name or a file to a noun: read, resolve, override, build; with the record of where every number came from."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ontarget.ground.errors import InputError
from ontarget.io import catalog
from ontarget.io.provenance import Record, is_number_mapping
from ontarget.io.wording import one_line, quote
from ontarget.io.yaml import MAX_DEPTH, Address, Mark, Tree, dotted, parse_yaml

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Loaded(Generic[T_co]):
    """A noun and how it came about.

    `provenance` has a record for every number given, by dotted address; `digest` is the sha256 of the resolved tree and
    of the tables it names.
    """

    noun: T_co
    tree: Tree
    provenance: dict[str, Record]
    digest: str
    path: Path


def load(
    cls: type[T],
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    trust: bool = False,
    kinds: Sequence[str] = catalog.KINDS,
) -> Loaded[T]:
    """Build a noun from a catalog name or a YAML file.

    Parameters
    ----------
    cls : the noun class, abstract or final
    name : 'ess_csi', 'facilities/ess' or a path that ends in .yaml
    set : overrides by dotted address, laid on top of the tree: text as on the command line ('25 m', '{type: NSI}'),
        numbers, lists, mappings
    trust : let 'type: module:Class' import code from outside
    kinds : the catalog folders in which a bare name is sought

    Raises
    ------
    InputError : one sentence about the first thing that cannot be true
    """
    from ontarget.io.structure import structure  # with it comes JAX, and names are to be found before

    tree = load_tree(name, set, kinds)
    built = structure(cls, tree, trust)
    path = catalog.find(name, kinds)
    return Loaded(built.noun, tree, built.provenance, digest(tree, built.ordered, built.tables), path)


def load_tree(
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    kinds: Sequence[str] = catalog.KINDS,
    top: type = dict,
) -> Tree:
    """The tree of a catalog entry or file, every `use` resolved and every override applied.

    `top` is what its top level must be: `dict`, or `list` for a table of entries such as the published numbers.
    """
    tree = catalog.read(catalog.find(name, kinds), top)
    for address, value in (set or {}).items():
        tree = override(tree, address, value)
    return tree


def override(tree: Tree, address: str, value: Any) -> Tree:
    """The tree with one value changed; a mapping is laid upon what is there, anything else replaces it."""
    parts = _steps(tree, address)
    raw = _given(value)
    given, anew = catalog.resolve(raw), isinstance(raw.data, Mapping) and "use" in raw.data
    if parts[-1] == "value" and is_number_mapping(_peek(tree.data, parts[:-1])):
        parts = parts[:-1]  # a new value is not what the old citation says
    under, marks = given.data, {(*parts, *path): mark for path, mark in given.marks.items()}
    if not anew and isinstance(under, Mapping) and isinstance(_peek(tree.data, parts), Mapping):
        below = Tree(catalog.at(tree.data, parts), _below(tree, parts))
        merged = catalog.merge(given, below)
        under, marks = merged.data, {(*parts, *path): mark for path, mark in merged.marks.items()}
    kept = {path: mark for path, mark in tree.marks.items() if path[: len(parts)] != parts}
    return Tree(_replace(tree, tree.data, parts, under, ()), {**kept, **marks})


def _given(value: Any) -> Tree:
    """What was given as an override, as a tree."""
    read = parse_yaml(value, "--set", top=None) if isinstance(value, str) else Tree(_plain(value, 0))
    return Tree(read.data, dict.fromkeys([(), *read.marks], Mark("--set")))


def _plain(value: Any, depth: int) -> Any:
    """A Python value as a tree holds it; numpy scalars and arrays become numbers and lists."""
    if depth > MAX_DEPTH:
        raise InputError("--set", "deeper nesting", f"At most {MAX_DEPTH} levels are read.", "Flatten the value.")
    if not isinstance(value, (str, bool, int, float)) and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, depth + 1) for inner in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    truth = "It takes texts, finite numbers, lists and mappings."
    raise InputError("--set", quote(value), truth, "Write e.g. '25 m'.")


def _steps(tree: Tree, address: str) -> Address:
    """A dotted address as a path; numbers are positions where the tree has a list."""
    if not isinstance(address, str) or not all(part.strip() for part in address.split(".")):
        truth = "An address is words with dots between."
        raise InputError("--set", f"the address {quote(address)}", truth, "Write e.g. 'detector.mass'.")
    steps: list[str | int] = []
    data = tree.data
    for part in address.split("."):
        step: str | int = part
        if isinstance(data, list):
            if not part.isascii() or not part.isdigit() or len(part) > 6 or int(part) >= len(data):
                truth = f"{dotted(tuple(steps))} is a list of {len(data)}."
                raise InputError(f"--set {one_line(address)}", quote(part), truth, "Write a position, from 0.")
            step = int(part)
        steps.append(step)
        data = _peek(data, (step,))
    return tuple(steps)


def _peek(data: Any, path: Address) -> Any:
    """The value at a path; None where there is none."""
    for step in path:
        there = step in data if isinstance(data, Mapping) else isinstance(data, list) and isinstance(step, int)
        if not there:
            return None
        data = data[step]
    return data


def _below(tree: Tree, parts: Address) -> dict[Address, Mark]:
    return {path[len(parts) :]: mark for path, mark in tree.marks.items() if path[: len(parts)] == parts}


def _replace(tree: Tree, data: Any, parts: Address, value: Any, done: Address) -> Any:
    """A copy of the data with the value at a path; mappings on the way are made where there are none."""
    if not parts:
        return value
    step, rest = parts[0], parts[1:]
    if isinstance(data, list):
        return [_replace(tree, inner, rest, value, (*done, i)) if i == step else inner for i, inner in enumerate(data)]
    if data is not None and not isinstance(data, Mapping):
        truth = f"{dotted(done)} is {quote(data)}, and has no keys."
        where = f"--set {dotted((*done, *parts))}"
        raise InputError(where, f"the key {quote(str(step))}", truth, f"Set {dotted(done)} itself.")
    return {**(data or {}), step: _replace(tree, (data or {}).get(step), rest, value, (*done, step))}


def digest(
    tree: Tree, ordered: set[Address] | frozenset[Address] = frozenset(), tables: Mapping[str, str] | None = None
) -> str:
    """The sha256 of a resolved tree and of the `tables` (sha256 by address) from which it takes numbers.

    The order of keys counts only where it means something (names of channels).
    """
    content: Any = _canonical(tree.data, (), ordered)
    if tables:
        content = [content, sorted(tables.items())]
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(data: Any, path: Address, ordered: set[Address] | frozenset[Address]) -> Any:
    if isinstance(data, Mapping):
        pairs = [[key, _canonical(value, (*path, key), ordered)] for key, value in data.items()]
        return {"mapping": pairs if path in ordered else sorted(pairs, key=lambda pair: pair[0])}
    if isinstance(data, (list, tuple)):
        return [_canonical(value, (*path, key), ordered) for key, value in enumerate(data)]
    return data
