"""Beam lines out of MAD-X files: a part of that language, and a sentence about what is not in it.

Understood: variables (`=` and `:=`, `const`), elements, elements made from elements and changed later (`q, k1=...;`,
`q->k1=...;`), `line=(...)` with repetition and reversal, `sequence` with `at`, `from` and sequences within, `beam`
(energy, pc, gamma, beta, brho, for all or for one sequence), `use`. Passed over, for they lay nothing out: title,
option, twiss, select, print and the like. What stands behind `return`, `stop`, `exit` or `quit` is not
read. Files are not called, loops, conditions, macros and matching are not run.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from ontarget.beam.element import AbstractElement
from ontarget.beam.line import Beamline
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV
from ontarget.io.madx.element import CLASSES, UNFOLLOWED, Definition, Making, spacer
from ontarget.io.madx.line import Lines
from ontarget.io.madx.reader import Reader
from ontarget.io.madx.sequence import Layout
from ontarget.io.madx.text import statements
from ontarget.io.plain_text import read_text
from ontarget.io.wording import nearest, one_line, quote

UNDEFINED = "undefined"


def read_madx(
    path: str | Path, name: str | None = None, momentum: float | None = None, off: str | Collection[str] = ()
) -> Beamline:
    """The beam line of a MAD-X file, in the frame and with the signs of MAD-X.

    Parameters
    ----------
    path : the file, which may be gzipped
    name : of the line or sequence; may be left out where there is one, or where `use` names it
    momentum : of the reference orbit, over the charge; what `beam` says if left out
    off : classes that are taken as switched off, such as "sextupole, rfcavity"; a property of a class, "sbend.k1"; or
        "undefined", by which variables without a value are 0, as MAD-X has it

    Raises
    ------
    InputError : one sentence about the first thing that cannot be read, or about a field that is on and not followed
    """
    label = one_line(path)
    return parse_madx(read_text(path, label, "A MAD-X file"), name, momentum, label, off)


def parse_madx(
    text: str,
    name: str | None = None,
    momentum: float | None = None,
    label: str = "MAD-X",
    off: str | Collection[str] = (),
) -> Beamline:
    """The same from a text."""
    switched = _switched_off(off)
    reader = Reader(label, UNDEFINED in switched)
    for place, statement in statements(text, label):
        reader.where = place
        reader.statement(statement)
    reader.where = label
    reader.ended()
    return _line(reader, name, momentum, switched)


def _switched_off(off: str | Collection[str]) -> tuple[str, ...]:
    known = [*CLASSES, *UNFOLLOWED, "aperture", UNDEFINED]
    given = off.split(",") if isinstance(off, str) else off
    found = tuple(one.strip().lower() for one in given if one.strip())
    for one in found:
        if one.partition(".")[0] not in known:
            raise InputError("off", quote(one), "It is no class of MAD-X that is known here.", nearest(one, known))
    return found


def _line(reader: Reader, name: str | None, momentum: float | None, off: tuple[str, ...]) -> Beamline:
    name = _name(reader, name)
    if momentum is None:
        momentum = reader.beams.momentum(name, reader.number, reader.where) * GeV
    making = Making(reader.number, reader.lenient, float(momentum), off, reader.arc)
    if name in reader.sequences:
        layout = Layout(reader.definitions, reader.sequences, reader.number, making.length)
        found = layout.lay_out(reader.sequences[name])
    else:
        found = list(Lines(reader.lines, reader.definitions, reader.where).expanded(name))
    made: dict[str, tuple[AbstractElement, ...]] = {}
    for one in found:
        if isinstance(one, Definition) and one.name not in made:
            made[one.name] = making.elements(one)
    elements = [each for one in found for each in ((spacer(one),) if isinstance(one, float) else made[one.name])]
    return Beamline(tuple(elements), as_array(momentum), name=name)


def _name(reader: Reader, name: str | None) -> str:
    """The line that is meant: the one that is named, or used, or alone, or that holds all others."""
    known = [*reader.lines, *reader.sequences]
    inner = {one.name for sequence in reader.sequences.values() for one in sequence.placed}
    inner |= {word for text in reader.lines.values() for word in re.findall(r"[a-z_][\w.]*", text)}
    outer = [one for one in known if one not in inner] if len(known) > 1 else known
    name = (name or reader.used or (outer[0] if len(outer) == 1 else "")).lower()
    if name not in known:
        got = f"the line {quote(name)}" if name else f"{len(known)} lines, and no name"
        truth = "It is not in the file." if name else "One is needed."
        raise InputError(reader.where, got, truth, nearest(name, known))
    return name
