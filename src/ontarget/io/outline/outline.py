"""An entry of the catalog told from its tree and the table of classes: what `show` and `cite` print, and nothing built.

It says what `io.structure` and `report.number_table` say of what they build, for files that are right. Whatever it
does not know it leaves to them (`Unknown`): files of a user, settings, types of other people, classes that change
their fields, mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ontarget.ground import units
from ontarget.ground.shorthand import SHORTHAND
from ontarget.ground.units import NUMBER, Dimension
from ontarget.io.number import read_number
from ontarget.io.outline.classes import Row, below, row_of
from ontarget.io.outline.leaf import Leaf
from ontarget.io.provenance import ABOUT, Record, is_number_mapping, read_about
from ontarget.io.yaml import Address, Tree, dotted

Leaves = Iterator[tuple[str, tuple[str, ...], str, Dimension | None]]


class Unknown(Exception):
    """What is told by building it only."""


@dataclass(frozen=True)
class Numbers:
    """A number or nested lists of them, in internal units."""

    value: Any


@dataclass(frozen=True)
class Part:
    """What a mapping stands for: its class, and its fields as given."""

    row: Row
    given: Mapping[str, Any]


@dataclass
class Outline:
    """An entry: its parts, where its numbers came from, and the keys of the classes in it."""

    whole: Part
    provenance: dict[str, Record] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return str(self.whole.given.get("title") or self.whole.given.get("name") or "")

    def leaves(self) -> list[Leaf]:
        """What `show` prints: numbers and labels with where they came from, in the order of the fields."""
        found = []
        for address, classes, text, dimension in leaves_of(self.whole, "", ()):
            record, unit = self.provenance.get(address), dimension.unit if dimension else ""
            if record is None:
                found.append(Leaf(address, classes, text, unit, default=dimension is not None))
            else:
                text = record.text if record.text and not isinstance(record.value, list) else text
                found.append(Leaf(address, classes, text, unit, tuple(record.cite), record.note, record.source))
        return found

    def cited(self) -> tuple[str, ...]:
        """What `cite` prints: the keys of its classes and of its numbers."""
        return tuple(sorted(self.models.union(*(record.cite for record in self.provenance.values()))))


def outline(name: str, tree: Tree) -> Outline:
    """The outline of a resolved tree that stands for a class called `name`.

    Raises
    ------
    Unknown : it has to be built
    """
    walker = _Walker(tree)
    try:
        whole = walker.part([name], tree.data, ())
    except (KeyError, ValueError, TypeError, AttributeError) as error:  # a mistake: the sentence is found by building
        raise Unknown from error
    return Outline(whole, walker.provenance, walker.models)


class _Walker:
    """Walks tree and table together, as `io.structure` walks tree and annotations."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.provenance: dict[str, Record] = {}
        self.models: set[str] = set()
        self.chosen: list[list[str]] = []  # class and field that a part further up chooses where they are not given

    def part(self, of: list[str], given: Any, path: Address, name: str | None = None) -> Part:
        """What stands for one of the classes called `of`."""
        if isinstance(given, str):
            given = short(of, given)
        if not isinstance(given, Mapping):
            raise Unknown
        row = chosen(of, given)
        fields = {one["name"]: one for one in row.get("fields", ())}
        if name is not None and "name" in fields:
            given = {**given, "name": name}
        for key in given:
            if key not in fields and key not in ("type", *ABOUT):
                raise Unknown
        self.chosen += row.get("chooses", ())
        missing = {key for key in fields if given.get(key) is None}
        if any("default" not in fields[key] or [row["name"], key] in self.chosen for key in missing):
            raise Unknown
        about = {key: given[key] for key in ABOUT if key in given and key not in fields}
        if about:
            cite, note = read_about(self.tree, about, path)
            self.provenance[dotted(path)] = Record("", None, None, cite, note)
        self.models.update(row.get("cite", ()))
        for key, one in fields.items():
            if key not in given:
                self.models.update(one["default"].get("cite", ()))
        return Part(row, {key: self.value(fields[key], given[key], (*path, key)) for key in given if key in fields})

    def value(self, wanted: Row, given: Any, path: Address) -> Any:
        """What a field holds."""
        form = wanted["form"]
        if given is None and form != "odd":
            return None
        if form == "number":
            return self.number(wanted, given, path)
        if form == "numbers" and isinstance(given, list):
            return tuple(self.number(wanted, one, (*path, i)) for i, one in enumerate(given))
        if form == "noun":
            return self.part(wanted["of"], given, path)
        if form == "nouns" and isinstance(given, Mapping):
            return tuple(self.part(wanted["of"], one, (*path, key), key) for key, one in given.items())
        if form == "nouns" and isinstance(given, list):
            return tuple(self.part(wanted["of"], one, (*path, i)) for i, one in enumerate(given))
        if form == "plain":
            return frozen(given)
        if form == "groups":
            return {key: frozen(one) for key, one in given.items()}
        raise Unknown

    def number(self, wanted: Row, given: Any, path: Address) -> Numbers:
        if isinstance(given, Mapping) and not is_number_mapping(given):
            raise Unknown
        record = read_number(self.tree, given, path, dimension_of(wanted))
        self.provenance[dotted(path)] = record
        return Numbers(record.value)


def short(of: list[str], given: str) -> Mapping[str, Any]:
    """What a text stands for where a class could: by the rule of the class, or the name of one."""
    (only,) = of
    if (rule := row_of(only).get("short")) is not None:
        return SHORTHAND[rule](given)
    if given in below(only):
        return {"type": given}
    raise Unknown


def chosen(of: list[str], given: Mapping[str, Any]) -> Row:
    """The row of the class that a mapping stands for."""
    known = {name: row for one in of for name, row in below(one).items()}
    name = given.get("type")
    if name is None and len(of) == 1:
        name = of[0] if of[0] in known else row_of(of[0]).get("usual")
    if name not in known or known[name].get("odd"):
        raise Unknown
    return known[name]


def dimension_of(wanted: Row) -> Dimension:
    """The dimension of a field."""
    found: Dimension = getattr(units, wanted.get("dimension", "NUMBER"))
    return found


def frozen(given: Any) -> Any:
    """Lists as tuples; mappings as they are."""
    return tuple(frozen(one) for one in given) if isinstance(given, list) else given


def leaves_of(part: Part, path: str, classes: tuple[str, ...]) -> Leaves:
    """(address, classes on the way, text, dimension) of every scalar, array and label of a part."""
    for one in part.row.get("fields", ()):
        address = f"{path}{one['name']}"
        if one["name"] not in part.given:
            for inner, inner_classes, text, dimension in one["default"].get("leaves", ()):
                unit = None if dimension is None else getattr(units, dimension)
                yield f"{address}{inner}", (*classes, *inner_classes), text, unit
            continue
        value = part.given[one["name"]]
        if isinstance(value, Part):
            yield from within(value, address, classes)
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            for index, item in enumerate(value):
                yield from within(item, f"{address}.{item.given.get('name') or index}", (*classes, ""))
        elif one.get("static"):
            if one["name"] not in ("name", "title") and plain(value) not in ("", (), None):
                yield address, classes, shown(plain(value)), None
        elif isinstance(value, Numbers):
            yield address, classes, in_unit(value.value, dimension_of(one)), dimension_of(one)
        elif value is not None and not isinstance(value, tuple):
            raise Unknown


def within(part: Part, address: str, classes: tuple[str, ...]) -> Leaves:
    """The leaves of an inner part; where it has none, its type."""
    kind = part.row["name"]
    inner = list(leaves_of(part, f"{address}.", (*classes, kind)))
    yield from inner or [(f"{address}.type", (*classes, ""), kind, None)]


def plain(value: Any) -> Any:
    """The numbers of a static field as Python has them."""
    if isinstance(value, Numbers):
        return frozen(value.value)
    return tuple(plain(one) for one in value) if isinstance(value, tuple) else value


def shown(value: Any) -> str:
    """A label."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {shown(inner)}" for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def in_unit(value: Any, dimension: Dimension = NUMBER) -> str:
    """A number in its unit; arrays by their ends."""
    if not isinstance(value, list):
        return f"{value / dimension.value:.6g} {dimension.unit}".rstrip()
    flat = list(flattened(value))
    if not flat:
        raise Unknown
    first, last = flat[0] / dimension.value, flat[-1] / dimension.value
    return f"{len(flat)} values from {first:.6g} to {last:.6g} {dimension.unit}".rstrip()


def flattened(value: Any) -> Iterator[float]:
    """The numbers of nested lists."""
    if isinstance(value, list):
        for one in value:
            yield from flattened(one)
    else:
        yield value
