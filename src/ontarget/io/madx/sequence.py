"""Sequences of MAD-X: where elements, and sequences within sequences, stand along them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ontarget.ground.errors import InputError
from ontarget.io.madx.element import Definition
from ontarget.io.wording import quote

BACK = {"entry": 0.0, "centre": 0.5, "exit": 1.0}
OVERLAP = 1e-6
"""Metres that MAD-X lets two elements overlap: files are saved with ten digits."""
TOUCH = 1e-9
"""Metres below which there is no drift between two elements."""
BESIDE = ("slot_id", "assembly_id", "mech_sep", "type", "comments", "lrad")
"""What may stand beside a place and says nothing of it."""


@dataclass(frozen=True)
class Placed:
    """An element or a sequence by its name, an expression of where it stands, and from where that is counted."""

    name: str
    at: str
    origin: str | None
    where: str


@dataclass
class Sequence:
    """A sequence as far as it is read."""

    name: str
    length: str
    refer: str
    refpos: str | None
    where: str
    placed: list[Placed] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """What a sequence is laid out from: definitions, sequences, and the values of expressions.

    Attributes
    ----------
    length : of an element, in metres
    """

    definitions: Mapping[str, Definition]
    sequences: Mapping[str, Sequence]
    number: Callable[[str], float]
    length: Callable[[Definition], float]

    def lay_out(self, sequence: Sequence, seen: tuple[str, ...] = ()) -> list[Definition | float]:
        """Definitions in order, and metres of drift between them."""
        if sequence.name in seen:
            got = f"the sequence {quote(sequence.name)}"
            raise InputError(sequence.where, got, "It is made of itself.", "Break the circle.")
        seen, whole = (*seen, sequence.name), self.number(sequence.length)
        centres = self.centres(sequence)
        found: list[Definition | float] = []
        end = 0.0
        for one, centre in zip(sequence.placed, centres, strict=True):
            long = self.extent(one)
            gap = centre - long / 2 - end
            if gap < -OVERLAP:
                truth = f"It begins {-gap:.6g} m before the end of what stands before it."
                raise InputError(one.where, quote(one.name), truth, "Move it.")
            if gap > TOUCH:
                found.append(gap)
                end += gap
            inner = self.sequences.get(one.name)
            found += [self.definitions[one.name]] if inner is None else self.lay_out(inner, seen)
            end += long
        if end > whole + OVERLAP:
            truth = f"Its elements end at {end:.6g} m, the sequence at {whole:.6g} m."
            raise InputError(sequence.where, f"the sequence {quote(sequence.name)}", truth, "Give it its length.")
        return [*found, whole - end] if whole - end > TOUCH else found

    def extent(self, one: Placed) -> float:
        """How long what stands there is."""
        inner = self.sequences.get(one.name)
        return self.length(self.definitions[one.name]) if inner is None else self.number(inner.length)

    def centres(self, sequence: Sequence) -> list[float]:
        """Of each element, from the start of the sequence."""
        by_name = {one.name: index for index, one in reversed(list(enumerate(sequence.placed)))}
        found: dict[int, float] = {}

        def centre(index: int, seen: tuple[int, ...] = ()) -> float:
            if index not in found:
                one = sequence.placed[index]
                at, long = self.number(one.at), self.extent(one)
                if one.origin is not None:
                    source = by_name.get(one.origin)
                    if source is None or source in (*seen, index):
                        truth = (
                            "In a sequence an element has a place 'at' and nothing else, or one 'from' another there."
                        )
                        got = f"{quote(one.name)} with from={one.origin}"
                        raise InputError(one.where, got, truth, "Name an element of this sequence.")
                    at += centre(source, (*seen, index))
                found[index] = at + long / 2 - self.mark(sequence, one, long)
            return found[index]

        return [centre(index) for index in range(len(sequence.placed))]

    def mark(self, sequence: Sequence, one: Placed, long: float) -> float:
        """How far behind its start the point of an element lies that 'at' is about."""
        inner = self.sequences.get(one.name)
        if inner is None or inner.refpos is None:
            return BACK[sequence.refer] * long
        names = [each.name for each in inner.placed]
        if inner.refpos not in names:
            truth = f"No element of the sequence {quote(inner.name)} is called so."
            raise InputError(inner.where, f"refpos={inner.refpos}", truth, "Name one of its elements.")
        return self.centres(inner)[names.index(inner.refpos)]
