"""Arithmetic as MAD-X has it: powers are taken from the left, 1.5d3 is a number, `name->key` is a property."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

from ontarget.io.expression import FUNCTIONS, Parser

MORE: dict[str, Any] = {name: getattr(math, name) for name in ("log10", "sinh", "cosh", "tanh", "erf", "erfc")} | {
    "floor": math.floor,
    "ceil": math.ceil,
    "frac": lambda x: x - math.trunc(x),
    "sinc": lambda x: 1.0 if x == 0 else math.sin(x) / x,
}
"""Without `round`, of which versions differ at halves, and without random numbers and tables."""


class FromTheLeft(Parser):
    """The grammar of MAD-X: 2^3^2 is 64, -2^2 is -4."""

    word: ClassVar[re.Pattern[str]] = re.compile(
        r"\s*(?:(\d+\.?\d*(?:[edED][-+]?\d+)?|\.\d+(?:[edED][-+]?\d+)?)"
        r"|([A-Za-z_][\w.]*(?:\s*->\s*[A-Za-z_]\w*)?)|(\S))"
    )

    def __init__(self, text: str, look_up: Any, where: str) -> None:
        super().__init__(text, look_up, where, {**FUNCTIONS, **MORE})

    @staticmethod
    def figure(token: str) -> float:
        return float(token.lower().replace("d", "e"))

    def power(self, depth: int) -> Any:
        value = self.atom(self.deeper(depth))
        while self.token == "^":
            self.take()
            sign = 1
            while self.token in ("+", "-"):
                sign *= -1 if self.take() == "-" else 1
            value = self.raised(value, sign * self.atom(depth + 1))
        return value
