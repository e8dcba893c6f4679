"""Lines of MAD-X: names in order, repeated, reversed, in parentheses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ontarget.ground.errors import InputError
from ontarget.io.madx.element import Definition
from ontarget.io.madx.text import parts_of
from ontarget.io.wording import nearest, quote

LARGEST = 100_000  # elements of a line, after repetition
_PART = re.compile(r"(-?)\s*(?:(\d{1,6})\s*\*\s*)?(?:([a-z_][\w.]*)|\((.*)\))", re.S)


@dataclass(frozen=True)
class Lines:
    """Lines by name, as texts, and the elements that they may hold."""

    lines: Mapping[str, str]
    definitions: Mapping[str, Definition]
    where: str

    def expanded(self, name: str) -> list[Definition]:
        """The elements of a line, lines within it expanded."""
        found: list[Definition] = []
        self._named(name, (), found)
        return found

    def error(self, got: str, truth: str, remedy: str) -> InputError:
        return InputError(self.where, got, truth, remedy)

    def _named(self, name: str, seen: tuple[str, ...], found: list[Definition]) -> None:
        if name in seen:
            raise self.error(f"the line {quote(name)}", "It is made of itself.", "Break the circle.")
        if len(found) >= LARGEST:
            raise self.error("a longer line", f"At most {LARGEST} elements are read.", "Take a part of it.")
        if name in self.definitions:
            found.append(self.definitions[name])
        elif name in self.lines:
            self._text(self.lines[name], (*seen, name), found)
        else:
            known = [*self.lines, *self.definitions]
            raise self.error(f"{quote(name)} in a line", "It is not defined.", nearest(name, known))

    def _text(self, text: str, seen: tuple[str, ...], found: list[Definition]) -> None:
        for part in parts_of(text):
            match = _PART.fullmatch(part)
            if match is None:
                truth = "A line is names with commas between, each perhaps '3*name', '-name' or '2*(a, b)'."
                raise self.error(quote(part), truth, "Write it so.")
            inner: list[Definition] = []
            for _ in range(int(match[2] or 1)):
                if match[3]:
                    self._named(match[3], seen, inner)
                else:
                    self._text(match[4], seen, inner)
                if len(inner) + len(found) > LARGEST:
                    raise self.error("a longer line", f"At most {LARGEST} elements are read.", "Take a part of it.")
            found += reversed(inner) if match[1] else inner
