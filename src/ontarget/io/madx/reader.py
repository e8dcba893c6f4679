"""What the statements of a MAD-X file have said: variables, elements, lines, sequences, beams."""

from __future__ import annotations

import difflib
import re

from ontarget.ground.errors import InputError
from ontarget.io.expression import evaluate
from ontarget.io.madx.beam import Beams
from ontarget.io.madx.element import CLASSES, LATE, UNFOLLOWED, Definition, numbers_in
from ontarget.io.madx.expression import FromTheLeft
from ontarget.io.madx.sequence import BACK, BESIDE, Placed, Sequence
from ontarget.io.madx.text import parts_of
from ontarget.io.wording import cut, nearest, quote

CONSTANTS = {
    "pi": 3.141592653589793,
    "twopi": 6.283185307179586,
    "degrad": 57.29577951308232,
    "raddeg": 0.017453292519943295,
    "e": 2.718281828459045,
    "clight": 299792458.0,
    "emass": 0.00051099895,
    "mumass": 0.1056583755,
    "pmass": 0.93827208816,
    "nmass": 0.93956542052,
    "umass": 0.93149410242,
    "qelect": 1.602176634e-19,
    "hbar": 6.582119569e-25,
    "erad": 2.8179403262e-15,
    "prad": 1.5346982671888944e-18,
    "amu0": 1.2566370614359173e-06,
}
"""As MAD-X 5.09 prints them, masses in GeV."""

PASSED_OVER = re.compile(
    "title|option|twiss|select|survey|plot|setplot|resplot|show|value|save|savebeta|beta0|set|print|printf|assign|system|"
    "write|match|endmatch|constraint|weight|gweight|global|lmdif|migrad|simplex|jacobian|makethin|track|endtrack|start|"
    "observe|run|dynap|ptc_[a-z_]+|aperture|ibs|emit|eigen|touschek|sectormap|dumpsequ|create|fill|shrink|copyfile|"
    "renamefile|removefile|chdir|help|coguess|eprint|eoption|usemonitor|sxfwrite|eseek|table|list|echo"
)
"""Statements that lay nothing out."""
CHANGES = {
    "vary": "It changes a variable, and matching is not run here.",
    "exec": "Macros are not run here.",
    "call": "This statement is not in the part of MAD-X that is read here: files are not called.",
}
TEXTS = frozenset(
    {"apertype", "refer", "refpos", "from", "type", "comments", "particle", "sequence", "next_sequ", "file", "magnet"}
    | {"model", "method"}
)
FLAGS = {"true": "1", "false": "0"}
_NAME = r"[a-z_][\w.]*"
_ASSIGN = re.compile(rf"((?:(?:const|real|int|shared)\s+)*)({_NAME}(?:\s*->\s*[a-z_]\w*)?)\s*(:?=)(.*)", re.S)
_DEFINE = re.compile(rf"({_NAME})\s*:\s*({_NAME})\s*(?:,(.*))?", re.S)
_LINE = re.compile(rf"({_NAME})\s*:\s*line\s*=\s*\((.*)\)", re.S)
_MACRO = re.compile(rf"{_NAME}\s*(\([^)]*\))?\s*:\s*macro\b.*", re.S)


class Reader:
    """What statements have said so far; `nought` is whether variables without a value are 0, as MAD-X has it."""

    def __init__(self, label: str, nought: bool = False) -> None:
        self.where, self.nought = label, nought
        self.variables: dict[str, float | str] = {}
        self.fixed: set[str] = set()
        self.definitions: dict[str, Definition] = {}
        self.lines: dict[str, str] = {}
        self.sequences: dict[str, Sequence] = {}
        self.open: Sequence | None = None
        self.made_here: set[str] = set()
        self.used: str | None = None
        self.beams = Beams()
        self.arc = True
        self.late: dict[str, InputError] = {}

    def error(self, got: str, truth: str, remedy: str) -> InputError:
        return InputError(self.where, got, truth, remedy)

    # ------------------------------------------------------------------ statements

    def statement(self, text: str) -> None:
        word = re.split(r"[^\w.]", text, maxsplit=1)[0]
        if self.open is not None and word == "endsequence":
            self.sequences[self.open.name], self.open = self.open, None
        elif _MACRO.fullmatch(text):
            return
        elif found := _LINE.fullmatch(text):
            self.lines[found[1]] = found[2]
        elif found := _ASSIGN.fullmatch(text):
            self.assign(found[1].split(), found[2], found[3] == ":=", found[4].strip())
        elif found := _DEFINE.fullmatch(text):
            self.labelled(found[1], found[2], found[3] or "")
        else:
            self.command(word, text)

    def command(self, word: str, text: str) -> None:
        rest = text[len(word) :]
        if word == "beam":
            self.beams.said(self.of_a_beam(rest), self.number, self.where)
        elif word == "resbeam":
            self.beams.forget(self.attributes(rest))
        elif word == "use":
            self.use(text)
        elif self.open is not None and (word in self.definitions or word in self.sequences):
            self.place(word, self.attributes(rest))
        elif word in self.definitions:
            self.change(word, self.attributes(rest))
        elif word == "option":
            self.option(rest)
        elif not PASSED_OVER.fullmatch(word):
            truth = CHANGES.get(word, "This statement is not in the part of MAD-X that is read here.")
            raise self.error(quote(cut(text)), truth, "Leave elements, variables, lines and sequences.")

    def labelled(self, name: str, kind: str, rest: str) -> None:
        """'name: kind, ...': a sequence, an element, or a statement with a label."""
        if kind == "sequence":
            self.begin(name, self.attributes(rest))
        elif kind in CLASSES or kind in UNFOLLOWED or kind in self.definitions or kind in self.sequences:
            self.define(name, kind, self.attributes(rest))
        elif kind == "beam" or PASSED_OVER.fullmatch(kind):
            self.command(kind, f"{kind},{rest}")
        else:
            truth = "It is neither an element that is read here nor one defined before."
            known = [*CLASSES, *UNFOLLOWED, *self.definitions]
            raise self.error(f"the element {quote(kind)}", truth, nearest(kind, known))

    def use(self, text: str) -> None:
        found = re.fullmatch(rf"use\s*,?\s*(?:(?:period|sequence)\s*=\s*)?[\"']?({_NAME})[\"']?(?:\s*,.*)?", text, re.S)
        if found is None:
            raise self.error(quote(text), "'use' names one line or sequence.", "Write 'use, sequence=NAME;'.")
        if re.search(r",\s*range\s*=", text):
            raise self.error(quote(text), "The whole of it is read.", "Leave 'range' out.")
        self.used = found[1]

    def option(self, rest: str) -> None:
        """Of all options the meaning of the length of an rbend counts."""
        given = self.attributes(rest)
        if "rbarc" in given:
            self.arc = self.number(given["rbarc"]) != 0

    def ended(self) -> None:
        """The file ends here."""
        if self.open is not None:
            got = f"the sequence {quote(self.open.name)}"
            raise self.error(got, "It does not end.", "Write 'endsequence;'.")

    # ------------------------------------------------------------------ variables

    def assign(self, kinds: list[str], name: str, deferred: bool, text: str) -> None:
        value: float | str = text if deferred else self.number(text)
        if "->" in name:
            owner, key = (part.strip() for part in name.split("->"))
            if owner == "beam":
                truth = "A beam is set by its statement."
                raise self.error(quote(name), truth, f"Write 'beam, {key}=...;'.")
            if owner in self.definitions:
                self.change(owner, {key: value if isinstance(value, str) else repr(value)})
                return
            raise self.error(quote(name), "No element is called so.", nearest(owner, self.definitions))
        if name in self.fixed:
            return
        self.variables[name] = float(int(value)) if "int" in kinds and isinstance(value, float) else value
        if "const" in kinds:
            self.fixed.add(name)

    def number(self, text: str) -> float:
        """The value of an expression; a variable without one is refused."""
        if self.nought:
            return self.lenient(text)
        if text in self.late:
            raise self.late[text]
        return evaluate(text, self.look_up, self.where, FromTheLeft)

    def lenient(self, text: str) -> float:
        """The same with nought for variables that have no value, as MAD-X has it."""
        if text.startswith(LATE):
            return 0.0
        try:
            return evaluate(text, lambda name: self.look_up(name, (), True), self.where, FromTheLeft)
        except InputError as error:
            if "division by zero" in str(error):  # as 1/brho of a brho that has no value
                return 0.0
            raise

    def look_up(self, name: str, seen: tuple[str, ...] = (), lenient: bool = False) -> float:
        """A variable, or a property of an element; one that was deferred is worked out now."""
        if name in seen or len(seen) > 50:
            raise self.error(f"the variable {quote(name)}", "It is made of itself.", "Break the circle.")
        value = self.property(name) if "->" in name else self.variables.get(name, CONSTANTS.get(name))
        if value is None or (isinstance(value, str) and value.startswith(LATE)):
            if lenient:
                return 0.0
            remedy = "Define it; or take all such for 0, as MAD-X does, with 'off: undefined'."
            likely = difflib.get_close_matches(name, [*CONSTANTS, *self.variables], 1)
            remedy = f"Did you mean {likely[0]!r}? {remedy}" if likely else remedy
            raise self.error(f"the variable {quote(name)}", "It has no value here.", remedy)
        if isinstance(value, str):
            inner = (*seen, name)
            return evaluate(value, lambda one: self.look_up(one, inner, lenient), self.where, FromTheLeft)
        return value

    def property(self, name: str) -> float | str | None:
        """Of 'name->key': the expression of an element or a sequence, or what the default beam has."""
        owner, key = (part.strip() for part in name.split("->"))
        if owner == "beam":
            return None if self.beams.default is None else self.beams.default.property(key, self.number)
        if owner in self.definitions:
            return self.definitions[owner].attributes.get(key, "0")
        return self.sequences[owner].length if owner in self.sequences and key == "l" else None

    def attributes(self, text: str) -> dict[str, str]:
        """', l=1, k1:=2, flag' as a dictionary of expressions; what is not deferred is worked out now."""
        found = {}
        for part in parts_of(text):
            match = re.fullmatch(rf"([+-]?)\s*({_NAME})(?:\s*(:?=)\s*(.+))?", part, re.S)
            if match is None:
                raise self.error(quote(part), "An attribute is 'name=value'.", "Write it so.")
            key, value = match[2], FLAGS.get(match[4] or "", match[4])
            if match[3] is None:
                value = "0" if match[1] == "-" else "1"
            elif match[3] == "=" and key not in TEXTS and value[0] not in "\"'":
                value = self.fixed_now(value)
            found[key] = value
        return found

    def fixed_now(self, value: str) -> str:
        """The value of an expression, or of several in braces, as it is here."""
        if value.startswith("{"):
            return "{" + ", ".join(self.fixed_now(one) for one in numbers_in(value)) + "}"
        try:
            return repr(self.number(value))
        except InputError as error:
            if "It has no value here" not in str(error):
                raise
            self.late[LATE + value] = error
            return LATE + value

    # ------------------------------------------------------------------ elements, sequences, beams

    def define(self, name: str, kind: str, attributes: dict[str, str]) -> None:
        """'name: kind, ...'. MAD-X ignores an element that is made from itself, or anew inside a sequence."""
        place: dict[str, str] = {key: attributes.pop(key) for key in ("at", "from") if key in attributes}
        base = self.definitions.get(kind)
        if base is None and kind in self.sequences:
            got = f"the element {quote(name)} made from the sequence {quote(kind)}"
            raise self.error(got, "A sequence stands by its own name.", f"Write '{kind}, at=...;'.")
        if self.open is not None and name in self.made_here and name != kind:
            got = f"the element {quote(name)} twice in a sequence"
            raise self.error(got, "A name stands for one element.", "Give it another name.")
        if name not in self.definitions or (self.open is None and name != kind):
            inherited = {} if base is None else base.attributes
            made = kind if base is None else base.kind
            self.definitions[name] = Definition(name, made, {**inherited, **attributes}, self.where)
        if self.open is not None:
            self.made_here.add(name)
            self.place(name, place)

    def change(self, name: str, attributes: dict[str, str]) -> None:
        """'name, key=value;': of this element, and of none that was made from it before."""
        one = self.definitions[name]
        self.definitions[name] = Definition(one.name, one.kind, {**one.attributes, **attributes}, one.where)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """A sequence."""
        refer = attributes.get("refer", "centre").strip("\"' ")
        if refer not in BACK:
            raise self.error(f"refer={quote(refer)}", "It is centre, entry or exit.", "Write one of these.")
        if "l" not in attributes:
            raise self.error(f"the sequence {quote(name)}", "It has no length.", "Write 'l=...'.")
        refpos = attributes.get("refpos", "").strip("\"' ") or None
        self.open, self.made_here = Sequence(name, attributes["l"], refer, refpos, self.where), set()

    def place(self, name: str, attributes: dict[str, str]) -> None:
        """An element, or a sequence, in the open sequence."""
        assert self.open is not None
        others = [key for key in attributes if key not in ("at", "from", *BESIDE)]
        if "at" not in attributes or others:
            got = f"{quote(name)} with {', '.join(others) or 'no place'}"
            raise self.error(got, "In a sequence an element has a place 'at' and nothing else.", "Define it before.")
        origin = attributes.get("from", "").strip("\"' ") or None
        self.open.placed.append(Placed(name, attributes["at"], origin, self.where))

    def of_a_beam(self, text: str) -> dict[str, str]:
        """The attributes of a beam: MAD-X works them out at once; what has no value yet, when it is asked for."""
        given = self.attributes(text)
        for key, value in given.items():
            if key not in TEXTS and value[0] not in "\"'":
                given[key] = (
                    repr(self.number(value)) if value in self.late else self.fixed_now(value).removeprefix(LATE)
                )
        return given
