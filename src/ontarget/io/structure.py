"""A tree becomes nouns. The annotations of a noun's fields are the schema; there is no other.

A small walker over dataclass fields: each annotation is met by one reader below. Noun classes may offer a shorthand:
a classmethod ``read(cls, given)`` takes the text that stands where a mapping could (``exposure: 3 yr``) and gives
either the mapping that it is short for, or the finished noun.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from jaxtyping import AbstractArray

from ontarget.ground.errors import InputError, find_dimension
from ontarget.ground.noun import as_array
from ontarget.ground.units import ITS_OWN, NUMBER, Dimension
from ontarget.io import catalog
from ontarget.io.kind import called, choose, finals, is_noun
from ontarget.io.meaning import check_meanings, said_in
from ontarget.io.number import read_number
from ontarget.io.own_unit import own_text
from ontarget.io.provenance import ABOUT, Record, is_number_mapping, read_about
from ontarget.io.quantity import Meanings, example, shape
from ontarget.io.reader import READERS, read_file
from ontarget.io.schema import axes, describe, example_of, fields_of, fits, freeze, is_number, is_pair
from ontarget.io.wording import nearest, quote
from ontarget.io.yaml import Address, Tree, dotted

T = TypeVar("T")


@dataclasses.dataclass
class Structured:
    """What came of a tree.

    `provenance` has one record per number, by address; `ordered` are the addresses of mappings whose order means
    something (the names of channels).
    """

    noun: Any
    provenance: dict[str, Record]
    ordered: set[Address]

    @property
    def tables(self) -> dict[str, str]:
        """The sha256 of every table whose numbers are in the noun, by the address of the numbers."""
        return {address: record.sha256 for address, record in self.provenance.items() if record.sha256}


def structure(cls: type, tree: Tree, trust: bool = False) -> Structured:
    """Build a `cls` from a resolved tree.

    Parameters
    ----------
    cls : a noun class, abstract or final
    tree : from `load_tree`
    trust : whether 'type: module:Class' may import code from outside; files of the package always may

    Raises
    ------
    InputError : the first thing in the tree that cannot be true, with file, line and address
    """
    walker = _Walker(tree, trust)
    noun = walker.noun(cls, tree.data, ())
    check_meanings(tree, noun, walker.worded)
    return Structured(noun, walker.provenance, walker.ordered)


class _Walker:
    """Walks tree and annotations together."""

    def __init__(self, tree: Tree, trust: bool) -> None:
        self.tree, self.trust = tree, trust
        self.provenance: dict[str, Record] = {}
        self.ordered: set[Address] = set()
        self.worded: list[tuple[Address, str, Meanings]] = []

    def error(self, path: Address, given: Any, truth: str, remedy: str) -> InputError:
        got = given if isinstance(given, _Said) else quote(given)
        return InputError(self.tree.where(path), got, truth, remedy)

    # ------------------------------------------------------------------ one annotation

    def value(self, hint: Any, given: Any, path: Address, static: bool, dimension: Dimension | None = None) -> Any:
        """What an annotation asks for, from what was given."""
        dimension = find_dimension(hint) or dimension
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Annotated:
            return self.value(arguments[0], given, path, static, dimension)
        if origin in (typing.Union, types.UnionType):
            return self.value(self.arm(arguments, given, path), given, path, static, dimension)
        if origin is tuple:
            return self.sequence(hint, given, path, static)
        if origin in (dict, Mapping):
            return self.mapping(arguments[1], given, path, static)
        if origin is typing.Literal:
            return self.literal(arguments, given, path)
        if is_noun(hint):
            return self.noun(hint, given, path)
        if is_number(hint):
            return self.number(hint, given, path, static, dimension or NUMBER)
        return self.plain(hint, given, path)

    def arm(self, arms: tuple[Any, ...], given: Any, path: Address) -> Any:
        """The alternative of a union that has the form of what was given."""
        if given is None and type(None) in arms:
            return type(None)
        forms = [arm for arm in arms if arm is not type(None)]
        fitting = [arm for arm in forms if fits(arm, given)]
        if not forms or (not fitting and len(forms) > 1):
            truth = f"It is {' or '.join(describe(arm) for arm in forms)}."
            raise self.error(path, given, truth, "Write one of these.")
        if len(fitting) > 1 and isinstance(given, Mapping) and "type" in given:
            fitting = [arm for arm in fitting if is_noun(arm) and given["type"] in finals(arm)] or fitting
        return (fitting or forms)[0]

    def number(self, hint: Any, given: Any, path: Address, static: bool, dimension: Dimension) -> Any:
        """A scalar or an array, in internal units, and its record."""
        array = issubclass(hint, AbstractArray)
        if isinstance(given, Mapping) and not is_number_mapping(given):
            raise self.error(path, given, f"It is {describe(hint, dimension)}.", example(dimension))
        record = read_number(self.tree, given, path, dimension)
        self.check_shape(hint, record.value, given, path)
        self.provenance[dotted(path)] = record
        self.worded.extend((path, *said) for said in said_in(given))
        if dimension is ITS_OWN:
            return own_text(given) or as_array(record.value)
        if not array:
            return record.value
        return freeze(record.value) if static else as_array(record.value)

    def check_shape(self, hint: Any, parsed: Any, given: Any, path: Address) -> None:
        dims = hint.dims if issubclass(hint, AbstractArray) else ()
        if any("Variadic" in type(dim).__name__ for dim in dims):
            return
        sizes = shape(parsed)
        fixed = [(getattr(dim, "size", size), size) for dim, size in zip(dims, sizes, strict=False)]
        if len(sizes) != len(dims) or any(wanted != size for wanted, size in fixed):
            form = f"an array of shape [{hint.dim_str}]" if dims else "one number"
            got = _Said(f"an array of shape {list(sizes)}" if sizes else quote(given))
            raise self.error(path, got, f"It is {form}.", "Give it in that shape.")

    def plain(self, hint: Any, given: Any, path: Address) -> Any:
        """Text, whole numbers, truth values; any other annotation takes the plain data as they are."""
        if hint is type(None):
            if given is not None:
                raise self.error(path, given, "Nothing can stand here.", "Leave it out.")
        elif hint in (str, bool, int):
            good = isinstance(given, hint) and not (hint is int and isinstance(given, bool))
            if not good:
                remedy = {str: "Put it in quotes.", bool: "Write true or false.", int: "Write e.g. 3."}[hint]
                raise self.error(path, given, f"It is {describe(hint)}.", remedy)
        return given

    def literal(self, known: tuple[Any, ...], given: Any, path: Address) -> Any:
        if given not in known:
            raise self.error(path, given, "It is one of a few words.", nearest(str(given), map(str, known)))
        return given

    # ------------------------------------------------------------------ many of a kind

    def sequence(self, hint: Any, given: Any, path: Address, static: bool) -> tuple[Any, ...]:
        """A tuple, from a list; or from a mapping whose keys are the names of the nouns in it."""
        arguments = typing.get_args(hint)
        many = len(arguments) == 2 and arguments[1] is Ellipsis
        if isinstance(given, Mapping) and many and is_noun(arguments[0]):
            return self.by_name(arguments[0], given, path)
        if isinstance(given, Mapping) and many and is_pair(arguments[0]):
            self.ordered.add(path)
            inner = typing.get_args(arguments[0])[1]
            return tuple((key, self.value(inner, one, (*path, key), static)) for key, one in given.items())
        if not isinstance(given, list):
            remedy = f"Write '- {example_of(arguments[0])}', one line for each." if arguments else "Write a list."
            raise self.error(path, given, f"It is {describe(hint)}.", remedy)
        hints = (arguments[0],) * len(given) if many else tuple(arguments)
        if len(hints) != len(given):
            raise self.error(path, given, f"It has exactly {len(hints)} entries.", "Give as many.")
        return tuple(self.value(each, given[i], (*path, i), static) for i, each in enumerate(hints))

    def by_name(self, cls: type, given: Mapping[str, Any], path: Address) -> tuple[Any, ...]:
        if "type" in given and not isinstance(given["type"], Mapping):
            truth = f"Here stand several, each {called(cls)} under its name."
            raise self.error(path, _Said("one mapping with 'type'"), truth, "Write 'name: {type: ...}'.")
        self.ordered.add(path)
        return tuple(self.noun(cls, inner, (*path, name), name) for name, inner in given.items())

    def mapping(self, hint: Any, given: Any, path: Address, static: bool) -> Any:
        if not isinstance(given, Mapping):
            raise self.error(path, given, "It is a mapping.", "Write 'key: value'.")
        self.ordered.add(path)
        return {key: self.value(hint, inner, (*path, key), static) for key, inner in given.items()}

    # ------------------------------------------------------------------ nouns

    def noun(self, cls: type, given: Any, path: Address, name: str | None = None) -> Any:
        """A noun from a mapping, or from its shorthand."""
        if isinstance(given, str):
            given = self.shorthand(cls, given, path)
            if not isinstance(given, Mapping):
                return given
        if not isinstance(given, Mapping):
            raise self.error(path, given, f"It is {called(cls)}.", "Write its keys below it.")
        if isinstance(given.get("type"), str) and given["type"] in READERS:
            return self.from_file(cls, given, path, name)
        chosen = self.chosen(cls, given, path)
        fields = {field.name: field for field in dataclasses.fields(chosen) if field.init}
        if name is not None and "name" in fields:
            if given.get("name", name) != name:
                raise self.error((*path, "name"), given["name"], f"Its key is {quote(name)}.", "Remove the name.")
            given = {**given, "name": name}
        self.check_keys(chosen, fields, given, path)
        hints = typing.get_type_hints(chosen, include_extras=True)
        arguments = {
            key: self.value(hints[key], given[key], (*path, key), bool(field.metadata.get("static")))
            for key, field in fields.items()
            if key in given
        }
        self.check_sizes(hints, arguments, path)
        return self.build(chosen, arguments, path)

    def from_file(self, cls: type, given: Mapping[str, Any], path: Address, name: str | None) -> Any:
        """What a file in another format holds, and a record of it."""
        kind, makes = given["type"], READERS[given["type"]].makes
        if makes not in finals(cls):
            truth = f"It reads a file that holds a {makes}, and here stands {called(cls)}."
            raise self.error((*path, "type"), kind, truth, nearest("", finals(cls)))
        if name is not None and "name" in READERS[kind].keys:
            given = {**given, "name": name}
        found = read_file(self.tree, given, path)
        mark = self.tree.mark(path)
        self.provenance[dotted(path)] = Record(
            found.file, file=mark.label, line=mark.line, source=found.file, sha256=found.sha256
        )
        return found.made

    def shorthand(self, cls: type, given: str, path: Address) -> Any:
        if (read := getattr(cls, "read", None)) is not None:
            try:
                return read(given)
            except InputError as error:
                raise self.inside(error, path) from None
        if given in finals(cls) or ":" in given:
            return {"type": given}
        raise self.error(path, given, f"It is {called(cls)}.", nearest(given, finals(cls), "Write its keys below it."))

    def chosen(self, cls: type, given: Mapping[str, Any], path: Address) -> type:
        typed = "type" in given and "type" not in {field.name for field in dataclasses.fields(cls)}
        place = (*path, "type") if typed else path
        file = self.tree.mark(place).file
        trusted = self.trust or (file is not None and catalog.is_ours(file))
        return choose(cls, given["type"] if typed else None, self.tree.where(place), trusted)

    def check_keys(self, cls: type, fields: Mapping[str, Any], given: Mapping[str, Any], path: Address) -> None:
        """Refuse unknown keys first: a missing one is often a misspelt one."""
        for key in given:
            if key not in fields and key not in ("type", *ABOUT):
                other = getattr(cls, "INSTEAD", {}).get(key.lower())
                remedy = other or nearest(key, fields, fields_of(cls, fields))
                raise self.error((*path, key), _Said("an unknown key"), f"{cls.__name__} has none such.", remedy)
        hints = typing.get_type_hints(cls, include_extras=True)
        for key, field in fields.items():
            required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if required and key not in given:
                truth = f"{cls.__name__} needs it, {describe(hints[key])}."
                raise self.error(path, _Said(f"no {key!r}"), truth, f"Write '{key}: {example_of(hints[key])}'.")
        about = {key: given[key] for key in ABOUT if key in given and key not in fields}
        if about:
            cite, note = read_about(self.tree, about, path)
            mark = self.tree.mark(path)
            self.provenance[dotted(path)] = Record("", None, None, cite, note, mark.label, mark.line)

    def check_sizes(self, hints: Mapping[str, Any], arguments: Mapping[str, Any], path: Address) -> None:
        """Arrays of one noun whose annotations share the name of an axis have that axis equally long."""
        seen: dict[str, tuple[str, int]] = {}
        for key, value in arguments.items():
            for dim, size in zip(axes(hints[key]), getattr(value, "shape", ()), strict=False):
                if not dim:
                    continue
                other, length = seen.setdefault(dim, (key, size))
                if length != size:
                    got = _Said(f"{size} numbers along {dim!r}")
                    raise self.error((*path, key), got, f"{other!r} has {length}.", "Make them equally long.")

    def build(self, cls: type, arguments: Mapping[str, Any], path: Address) -> Any:
        try:
            return cls(**arguments)
        except InputError as error:
            raise self.inside(error, path) from None

    def inside(self, error: InputError, path: Address) -> InputError:
        """An error from within a noun, with its place in the file."""
        parts = error.where.split(".") if error.where else []
        if all(part.isidentifier() for part in parts):
            return InputError(self.tree.where((*path, *parts)), error.got, error.truth, error.remedy)
        return error.within(self.tree.where(path))


class _Said(str):
    """A phrase for a message, not to be quoted."""
