"""Beam lines out of MAD-X files: a small part of that language, and a sentence about what is not in it.

Understood: variables (`=` and `:=`), elements and elements made from elements, `line=(...)` with repetition, `sequence`
with `at`, `beam` for the momentum, `use`. Passed over, for they lay nothing out: title, option, twiss, select, survey
and the like. Files are not called, loops and conditions are not run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from ontarget.beam.element import AbstractElement
from ontarget.beam.line import Beamline
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV
from ontarget.io.expression import evaluate
from ontarget.io.formats.madx_element import CLASSES, Definition, element_of, length_of, spacer
from ontarget.io.wording import cut, nearest, one_line, quote
from ontarget.io.yaml import read_bytes

PASSED_OVER = re.compile("title|option|twiss|select|survey|plot|show|value|save|stop|exit|return")
CONSTANTS = {
    "pi": 3.141592653589793,
    "twopi": 6.283185307179586,
    "degrad": 57.29577951308232,
    "raddeg": 0.017453292519943295,
    "e": 2.718281828459045,
    "clight": 299792458.0,
}
LARGEST = 100_000  # elements of a line, after repetition
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|![^\n]*", re.S)
_NAME = r"[a-z_][\w.]*"
_ASSIGN = re.compile(rf"(?:const\s+)?(?:real\s+|int\s+)?({_NAME})\s*(:?=)(.*)", re.S)
_DEFINE = re.compile(rf"({_NAME})\s*:\s*({_NAME})\s*(.*)", re.S)
_LINE = re.compile(rf"({_NAME})\s*:\s*line\s*=\s*\((.*)\)", re.S)


def read_madx(path: str | Path, name: str | None = None, momentum: float | None = None) -> Beamline:
    """The beam line of a MAD-X file, in the frame and with the signs of MAD-X.

    Parameters
    ----------
    path : the file
    name : of the line or sequence; may be left out where there is one, or where `use` names it
    momentum : of the reference orbit; what `beam` says if left out

    Raises
    ------
    InputError : one sentence about the first thing that cannot be read
    """
    label = one_line(path)
    try:
        text = read_bytes(Path(path), label).decode()
    except UnicodeDecodeError:
        raise InputError(label, "no text", "A MAD-X file is plain text.", "Name such a file.") from None
    return parse_madx(text, name, momentum, label)


def parse_madx(text: str, name: str | None = None, momentum: float | None = None, label: str = "MAD-X") -> Beamline:
    """The same from a text."""
    reader = _Reader(label)
    line = 1
    blank = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)
    for statement in blank.split(";"):
        before = len(statement) - len(statement.lstrip())
        reader.where = f"{label}, line {line + statement[:before].count(chr(10))}"
        if statement.strip():
            reader.statement(statement.strip().lower())
        line += statement.count("\n")
    reader.where = label
    if reader.open is not None:
        raise InputError(label, f"the sequence {quote(reader.open.name)}", "It does not end.", "Write 'endsequence;'.")
    return reader.line(name, momentum)


@dataclass
class _Sequence:
    """A sequence as far as it is read: where the centre (or another point) of each element stands."""

    name: str
    length: float
    refer: str
    placed: list[tuple[Definition, float]] = field(default_factory=list)


class _Reader:
    """What statements have said so far."""

    def __init__(self, label: str) -> None:
        self.label = self.where = label
        self.variables: dict[str, float | str] = {}
        self.definitions: dict[str, Definition] = {}
        self.lines: dict[str, str] = {}
        self.sequences: dict[str, _Sequence] = {}
        self.open: _Sequence | None = None
        self.used: str | None = None
        self.momentum: float | None = None

    def error(self, got: str, truth: str, remedy: str) -> InputError:
        return InputError(self.where, got, truth, remedy)

    # ------------------------------------------------------------------ statements

    def statement(self, text: str) -> None:
        word = re.split(r"[^\w.]", text, maxsplit=1)[0]
        if self.open is not None and word == "endsequence":
            self.sequences[self.open.name], self.open = self.open, None
        elif found := _LINE.fullmatch(text):
            self.lines[found[1]] = found[2]
        elif found := _ASSIGN.fullmatch(text):
            self.variables[found[1]] = found[3].strip() if found[2] == ":=" else self.number(found[3].strip())
        elif found := _DEFINE.fullmatch(text):
            self.define(found[1], found[2], self.attributes(found[3]))
        elif word == "beam":
            self.beam(self.attributes(text[4:]))
        elif word == "use":
            found_use = re.fullmatch(rf"use\s*,?\s*(?:(?:period|sequence)\s*=\s*)?({_NAME})", text)
            if found_use is None:
                raise self.error(quote(text), "'use' names one line or sequence.", "Write 'use, sequence=NAME;'.")
            self.used = found_use[1]
        elif self.open is not None and word in self.definitions:
            self.place(self.definitions[word], self.attributes(text[len(word) :]))
        elif not PASSED_OVER.fullmatch(word) or "rbarc" in text:
            truth = "This statement is not in the part of MAD-X that is read here."
            raise self.error(quote(cut(text)), truth, "Leave elements, variables, lines and sequences.")

    def attributes(self, text: str) -> dict[str, str]:
        """', l=1, k1:=2' as a dictionary of expressions."""
        found = {}
        for part in re.split(r",(?![^({]*[)}])", text):
            if not part.strip():
                continue
            match = re.fullmatch(rf"\s*({_NAME})\s*(:?=)\s*(.+?)\s*", part, re.S)
            if match is None:
                raise self.error(quote(part.strip()), "An attribute is 'name=value'.", "Write it so.")
            found[match[1]] = match[3]
            word = re.fullmatch(rf"\{{.*\}}|\".*\"|'.*'|{_NAME}", match[3], re.S) is not None
            if match[2] == "=" and (not word or match[3] in self.variables):
                found[match[1]] = repr(self.number(match[3]))
        return found

    def define(self, name: str, kind: str, attributes: dict[str, str]) -> None:
        if kind == "sequence":
            refer = attributes.get("refer", "centre").strip("\"'")
            if refer not in ("centre", "entry", "exit"):
                raise self.error(f"refer={quote(refer)}", "It is centre, entry or exit.", "Write one of these.")
            if "l" not in attributes:
                raise self.error(f"the sequence {quote(name)}", "It has no length.", "Write 'l=...'.")
            self.open = _Sequence(name, self.number(attributes["l"]), refer)
            return
        if kind not in CLASSES and kind not in self.definitions:
            truth = "It is neither an element that is read here nor one defined before."
            raise self.error(f"the element {quote(kind)}", truth, nearest(kind, [*CLASSES, *self.definitions]))
        at = attributes.pop("at", None)
        base = self.definitions.get(kind)
        inherited = {} if base is None else base.attributes
        made = Definition(name, kind if base is None else base.kind, {**inherited, **attributes}, self.where)
        self.definitions[name] = made
        if self.open is not None:
            self.place(made, {} if at is None else {"at": at})

    def place(self, one: Definition, attributes: dict[str, str]) -> None:
        """An element in the open sequence."""
        assert self.open is not None
        others = [key for key in attributes if key != "at"]
        if "at" not in attributes or others:
            got = f"{quote(one.name)} with {', '.join(others) or 'no place'}"
            raise self.error(got, "In a sequence an element has a place 'at' and nothing else.", "Define it before.")
        self.open.placed.append((one, self.number(attributes["at"])))

    def beam(self, attributes: dict[str, str]) -> None:
        if "pc" in attributes:
            self.momentum = self.number(attributes["pc"]) * GeV

    # ------------------------------------------------------------------ values

    def number(self, text: str) -> float:
        return evaluate(text, self.look_up, self.where)

    def look_up(self, name: str, seen: tuple[str, ...] = ()) -> float:
        """A variable; one that was deferred is worked out now."""
        if name in seen or len(seen) > 50:
            raise self.error(f"the variable {quote(name)}", "It is made of itself.", "Break the circle.")
        known = {**CONSTANTS, **self.variables}
        if name not in known:
            raise self.error(f"the variable {quote(name)}", "It has no value here.", nearest(name, known))
        value = known[name]
        if isinstance(value, str):
            return evaluate(value, lambda inner: self.look_up(inner, (*seen, name)), self.where)
        return value

    # ------------------------------------------------------------------ the line

    def line(self, name: str | None, momentum: float | None) -> Beamline:
        known = [*self.lines, *self.sequences]
        name = (name or self.used or (known[0] if len(known) == 1 else "")).lower()
        if name not in known:
            got = f"the line {quote(name)}" if name else f"{len(known)} lines, and no name"
            raise self.error(got, "It is not in the file." if name else "One is needed.", nearest(name, known))
        momentum = self.momentum if momentum is None else momentum
        if momentum is None:
            raise self.error(
                "no momentum", "Strengths are relative to it.", "Write 'beam, pc=8.5;' or give 'momentum'."
            )
        if name in self.sequences:
            return Beamline(self.laid_out(self.sequences[name], momentum), as_array(momentum), name=name)
        found: list[Definition] = []
        self.expand(name, 1, (), found)
        return Beamline(self.made(found, momentum), as_array(momentum), name=name)

    def made(self, found: list[Definition], momentum: float) -> tuple[AbstractElement, ...]:
        return tuple(element_of(one, self.number, momentum) for one in found)

    def expand(self, name: str, times: int, seen: tuple[str, ...], found: list[Definition]) -> None:
        """The elements of a line, lines within it expanded."""
        if name in seen:
            raise self.error(f"the line {quote(name)}", "It is made of itself.", "Break the circle.")
        if name not in self.lines and name not in self.definitions:
            known = [*self.lines, *self.definitions]
            raise self.error(f"{quote(name)} in a line", "It is not defined.", nearest(name, known))
        for _ in range(times):
            if len(found) >= LARGEST:
                raise self.error("a longer line", f"At most {LARGEST} elements are read.", "Take a part of it.")
            if name in self.definitions:
                found.append(self.definitions[name])
                continue
            for part in filter(None, (one.strip() for one in self.lines[name].split(","))):
                match = re.fullmatch(rf"(?:(\d{{1,6}})\s*\*\s*)?({_NAME})", part)
                if match is None:
                    truth = "A line is names with commas between, each perhaps '3*name'."
                    raise self.error(quote(part), truth, "Write out what is reversed or bracketed.")
                self.expand(match[2], int(match[1] or 1), (*seen, name), found)

    def laid_out(self, sequence: _Sequence, momentum: float) -> tuple[AbstractElement, ...]:
        """Elements of a sequence with drifts between them."""
        elements: list[AbstractElement] = []
        end = 0.0
        back = {"entry": 0.0, "centre": 0.5, "exit": 1.0}[sequence.refer]
        for one, at in sequence.placed:
            long = length_of(one, self.number)
            gap = at - back * long - end
            if gap < -1e-9:
                truth = f"It begins {-gap:.6g} m before the end of what stands before it."
                raise InputError(one.where, quote(one.name), truth, "Move it.")
            elements += [spacer(gap)] if gap > 1e-9 else []
            elements += self.made([one], momentum)
            end = at + (1 - back) * long
        if end > sequence.length + 1e-9:
            truth = f"Its elements end at {end:.6g} m, the sequence at {sequence.length:.6g} m."
            raise self.error(f"the sequence {quote(sequence.name)}", truth, "Give it its length.")
        return (*elements, spacer(sequence.length - end)) if sequence.length - end > 1e-9 else tuple(elements)
