"""Files in other people's formats where an entry may stand: ``line: {type: MadX, file: line.madx}``.

Each reader says which class it makes, which keys it takes, and what of the mapping goes into them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.units import ENERGY, LENGTH, MOMENTUM, NUMBER, Dimension
from ontarget.io import catalog, quantity
from ontarget.io.wording import named, nearest, quote
from ontarget.io.yaml import Address, Tree

TEXT, NAMES, COLUMNS = "a text", "a mapping of flavours to names", "a mapping of flavours to columns"


@dataclass(frozen=True)
class Key:
    """What a reader takes under one key: a text, a mapping, or a number of a dimension."""

    kind: str | Dimension
    needed: bool = True


@dataclass(frozen=True)
class Reader:
    """A format: the class that it makes, its keys beside 'file', and the function that reads a file so."""

    makes: str
    keys: Mapping[str, Key]
    read: Callable[..., Any]


def _madx(path: Path, line: str | None = None, momentum: float | None = None, off: str = "") -> Any:
    from ontarget.io.formats.madx import read_madx

    return read_madx(path, line, momentum, off)


def _splines(path: Path, nuclide: str) -> Any:
    from ontarget.io.formats.genie_splines import read_genie_splines

    return read_genie_splines(path, nuclide)


def _cross_section(path: Path, name: str, nucleons: float = 1.0, energy_unit: str = "", unit: str = "") -> Any:
    from ontarget.io.formats.cross_section_file import read_cross_section

    return read_cross_section(path, name, nucleons, energy_unit, unit)


def _histograms(path: Path, histograms: Mapping[str, str], **units: Any) -> Any:
    from ontarget.io.formats.flux_file import flux_of_root

    return flux_of_root(path, histograms, units["energy_unit"], units["unit"], units["distance"], units["highest"])


def _columns(path: Path, columns: Mapping[str, int], **units: Any) -> Any:
    from ontarget.io.formats.flux_file import flux_of_text

    return flux_of_text(path, columns, units["energy_unit"], units["unit"], units["distance"], units["highest"])


_OF_A_FLUX = {"energy_unit": Key(TEXT), "unit": Key(TEXT), "distance": Key(LENGTH), "highest": Key(ENERGY)}

READERS = {
    "MadX": Reader(
        "Beamline", {"line": Key(TEXT, False), "momentum": Key(MOMENTUM, False), "off": Key(TEXT, False)}, _madx
    ),
    "GENIESplines": Reader("ChargedCurrent", {"nuclide": Key(TEXT)}, _splines),
    "CrossSectionFile": Reader(
        "CrossSection",
        {
            "name": Key(TEXT),
            "nucleons": Key(NUMBER, False),
            "energy_unit": Key(TEXT, False),
            "unit": Key(TEXT, False),
        },
        _cross_section,
    ),
    "FluxHistograms": Reader("TabulatedFlux", {"histograms": Key(NAMES), **_OF_A_FLUX}, _histograms),
    "FluxColumns": Reader("TabulatedFlux", {"columns": Key(COLUMNS), **_OF_A_FLUX}, _columns),
}
"""By the 'type' that stands in a file. `highest` is an energy that no neutrino can exceed: a check of the units."""


@dataclass(frozen=True)
class FromFile:
    """What was read: the object, the name of its file as it was written, and the sha256 of what is in it."""

    made: Any
    file: str
    sha256: str


def read_file(tree: Tree, given: Mapping[str, Any], path: Address) -> FromFile:
    """The object that a mapping with the type of a reader stands for.

    Raises
    ------
    InputError : with the place in the YAML file: a key that is not taken, a file that is not there or cannot be read
    """
    reader = READERS[given["type"]]
    for key in given:
        if key not in ("type", "file", *reader.keys):
            remedy = nearest(str(key), ["file", *reader.keys])
            raise InputError(tree.where((*path, key)), "an unknown key", f"{given['type']} has none such.", remedy)
    taken = {key: _taken(tree, given, path, key, want) for key, want in reader.keys.items() if key in given}
    for key, want in reader.keys.items():
        if want.needed and key not in taken:
            truth = f"{given['type']} needs it, {_said(want.kind)}."
            raise InputError(tree.where(path), f"no {key!r}", truth, f"Give '{key}'.")
    file = beside(tree, given.get("file"), (*path, "file"))
    try:
        made = reader.read(file, **taken)
        return FromFile(made, str(given["file"]), hashlib.sha256(file.read_bytes()).hexdigest())
    except InputError as error:
        raise error.within(tree.where((*path, "file"))) from None


def beside(tree: Tree, file: Any, place: Address) -> Path:
    """A path relative to the YAML file in which it was written; of a setting, to the working folder."""
    file = file_name(tree, file, place)
    user = tree.mark(place).file
    if user is not None and catalog.is_ours(user):
        raise InputError(tree.where(place), quote(file), "The catalog reads releases only.", "Name its 'release'.")
    if Path(file).is_absolute():
        raise InputError(tree.where(place), quote(file), "It must be relative to this file.", "Write it so.")
    return (user.parent if user is not None else Path()) / file


def file_name(tree: Tree, file: Any, place: Address) -> str:
    """What stands under 'file', as a name."""
    if not isinstance(file, str) or not file.strip() or "\0" in file:
        raise InputError(tree.where(place), quote(file), "It is the name of a file.", "Write e.g. 'file: table.txt'.")
    return file


def _said(kind: str | Dimension) -> str:
    return kind if isinstance(kind, str) else named(kind.name)


def _taken(tree: Tree, given: Mapping[str, Any], path: Address, key: str, want: Key) -> Any:
    """The value under a key, as its reader wants it."""
    value, where = given[key], tree.where((*path, key))
    if isinstance(want.kind, Dimension):
        return quantity.parse(value, want.kind, where)
    right = isinstance(value, str) if want.kind == TEXT else isinstance(value, Mapping) and bool(value)
    inner = int if want.kind == COLUMNS else str
    if right and want.kind != TEXT:
        right = all(isinstance(one, inner) and not isinstance(one, bool) for one in value.values())
    if not right:
        raise InputError(where, quote(value), f"It is {want.kind}.", "Write it so.")
    return value
