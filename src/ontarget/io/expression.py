"""Arithmetic in a file of somebody else: numbers, names, + - * / ^, parentheses and a few functions; nothing is run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from ontarget.ground.errors import InputError
from ontarget.io.wording import nearest, quote

DEEPEST = 50
FUNCTIONS: dict[str, Callable[[float], float]] = {
    name: getattr(math, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sqrt", "exp", "log")
} | {"abs": abs}
TRACED: dict[str, Callable[[Any], Any]] = {name: getattr(jnp, name) for name in FUNCTIONS}
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_][\w.]*)|(\S))")


def evaluate(text: str, look_up: Callable[[str], float], where: str, kind: type[Parser] | None = None) -> float:
    """The value of an expression; names of it are asked of `look_up`, which raises for those it does not know.

    `kind` is the grammar of another language; ours takes powers from the right.

    Raises
    ------
    InputError : what is no arithmetic, or has no finite value
    """
    parser = (kind or Parser)(text, look_up, where)
    try:
        value = parser.sum(0)
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(where, quote(text), f"It has no value ({error}).", "Mend the expression.") from None
    if parser.token != "":
        raise parser.error(f"{quote(parser.token)} is out of place.")
    if not math.isfinite(value):
        raise InputError(where, quote(text), "It has no finite value.", "Mend the expression.")
    return value


def formula(text: str, values: Mapping[str, Any], where: str) -> Any:
    """The value of an expression of named JAX numbers, with derivatives; powers and logarithms as JAX has them.

    Raises
    ------
    InputError : what is no arithmetic of these names
    """

    def look_up(name: str) -> Any:
        if name not in values:
            raise InputError(where, f"the name {quote(name)}", "No number is called so.", nearest(name, values))
        return values[name]

    parser = Parser(text, look_up, where, TRACED, jnp.power)
    value = parser.sum(0)
    if parser.token != "":
        raise parser.error(f"{quote(parser.token)} is out of place.")
    return jnp.asarray(value, dtype=float)


class Parser:
    """Recursive descent; `token` is the next one, '' at the end. Another grammar overrides how powers are taken."""

    word = _TOKEN

    def __init__(
        self,
        text: str,
        look_up: Callable[[str], Any],
        where: str,
        functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS,
        raised: Callable[[Any, Any], Any] = math.pow,
    ) -> None:
        self.text, self.look_up, self.where, self.functions, self.raised = text, look_up, where, functions, raised
        self.tokens = [found.group(0).strip() for found in self.word.finditer(text) if found.group(0).strip()]
        self.at = 0

    def error(self, truth: str) -> InputError:
        return InputError(self.where, quote(self.text), truth, "Write numbers, names, + - * / ^ and parentheses.")

    @property
    def token(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.token
        self.at += 1
        return token

    def sum(self, depth: int) -> Any:
        self.deeper(depth)
        sign = 1.0
        while self.token in ("+", "-"):
            sign *= -1 if self.take() == "-" else 1
        value = sign * self.product(depth)
        while self.token in ("+", "-"):
            value += (-1 if self.take() == "-" else 1) * self.product(depth)
        return value

    def product(self, depth: int) -> Any:
        value = self.power(depth)
        while self.token in ("*", "/"):
            value = value * self.power(depth) if self.take() == "*" else value / self.power(depth)
        return value

    def deeper(self, depth: int) -> int:
        """The same depth, if it is no deeper than may be."""
        if depth > DEEPEST:
            raise self.error(f"It is nested deeper than {DEEPEST} levels.")
        return depth

    def power(self, depth: int) -> Any:
        base = self.atom(self.deeper(depth))
        if self.token != "^":
            return base
        self.take()
        sign = 1
        while self.token in ("+", "-"):
            sign *= -1 if self.take() == "-" else 1
        return self.raised(base, sign * self.power(depth + 1))

    @staticmethod
    def figure(token: str) -> float:
        """A number as it is written."""
        return float(token)

    def atom(self, depth: int) -> Any:
        token = self.take()
        if token in ("+", "-"):  # a sign behind an operator
            return (-1 if token == "-" else 1) * self.power(depth + 1)  # 2*-3^2 is -18
        if token == "(":
            value = self.sum(depth + 1)
            if self.take() != ")":
                raise self.error("A parenthesis is not closed.")
            return value
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            return self.figure(token)
        if token[:1].isalpha() or token[:1] == "_":
            if self.token != "(":
                return self.look_up(token)
            if token not in self.functions:
                remedy = nearest(token, self.functions)
                raise InputError(self.where, f"the function {quote(token)}", "It is none of ours.", remedy)
            return self.functions[token](self.atom(depth + 1))
        raise self.error("It ends too early." if token == "" else f"{quote(token)} is out of place.")
