"""How many digits of a number are shown: those that its error leaves meaning, three where it has none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

NOTHING = "–"
"""Stands where there is no value."""

LOST = "not determined"
UNDETERMINED = f"error {LOST}"
"""Stands beside a value whose error is infinite."""

USUAL, OF_ERROR, OF_INTERVAL, MOST_GIVEN = 3, 2, 3, 6
"""Significant digits of a computed number; of an error; of half an interval; and of a number that was typed in."""

PLAIN = range(-3, 7)
"""Powers of ten that are written without an exponent."""


def text_of(value: Any, decimals: int | None = None, digits: int = USUAL) -> str:
    """A value without an error as text.

    Whole numbers stay whole, and so do all above a thousand; a number that has at most six digits is shown as it is;
    other numbers have three.

    Parameters
    ----------
    decimals : the most that are worth showing, where the scale is known beforehand: two for standard deviations
    digits : that a computed number has
    """
    if value is None:
        return NOTHING
    if is_truth(value):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return number_text(float(value), decimals, digits)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(text_of, value))
    return " ".join(str(value).split())


def is_truth(value: Any) -> bool:
    """Whether it is True or False, of Python or of NumPy."""
    return isinstance(value, bool) or type(value).__name__ == "bool"


def is_number(value: Any) -> bool:
    """Whether a cell is set as a number."""
    return isinstance(value, Real) and not is_truth(value)


def number_text(value: float, decimals: int | None = None, digits: int = USUAL) -> str:
    """A number without an error, see `text_of`."""
    if not math.isfinite(value):
        return str(value)
    if decimals is not None:
        return fixed(value, min(decimals, max(0, USUAL - 1 - power_of(value, USUAL))))
    if value == 0:
        return "0"
    digits = given_digits(value) or digits
    power = power_of(value, digits)
    if power in PLAIN:
        return fixed(value, max(0, digits - 1 - power))
    return scientific(value, power, digits - 1)


def given_digits(value: float) -> int | None:
    """How many digits a number has that somebody typed in; None for one with more than six, which is computed."""
    for digits in range(1, MOST_GIVEN + 1):
        if math.isclose(float(f"{value:.{digits - 1}e}"), value, rel_tol=1e-12):
            return digits
    return None


def with_error(value: float, error: float) -> tuple[str, str]:
    """A value and its error, to the second significant digit of the error; both have the same decimals."""
    if not (math.isfinite(value) and math.isfinite(error)) or error == 0:
        return number_text(value), number_text(error)
    one, two = alike([value, error], error, OF_ERROR)
    return one, two


def measured(value: float, error: float) -> str:
    """A value ± its error in one text; an error that is infinite is one that the data do not determine."""
    if math.isinf(error):
        return f"{number_text(value)} ({UNDETERMINED})"
    return " ± ".join(with_error(value, error))


def interval(values: Sequence[float]) -> list[str]:
    """The ends of an interval, and what lies between: to the third digit of half its length."""
    finite = [value for value in values if math.isfinite(value)]
    half = (max(finite) - min(finite)) / 2 if finite else 0.0
    return alike(values, half, OF_INTERVAL) if half > 0 else [number_text(value) for value in values]


def alike(values: Sequence[float], scale: float, digits: int) -> list[str]:
    """Numbers with the same decimals, such that `scale` has so many digits; one power of ten for all of them."""
    last = power_of(scale, digits) - digits + 1
    top = max((power_of(value, USUAL) for value in values if math.isfinite(value) and value), default=0)
    if top in PLAIN:
        return [fixed(value, max(0, -last)) for value in values]
    return [scientific(value, top, max(0, top - last)) for value in values]


def power_of(value: float, digits: int) -> int:
    """The power of ten of a number that is rounded to so many digits."""
    return int(f"{value:.{digits - 1}e}".partition("e")[2]) if value else 0


def fixed(value: float, decimals: int) -> str:
    """So many decimals; zero has no sign."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not any(one in "123456789" for one in text) and math.isfinite(value) else text


def scientific(value: float, power: int, decimals: int) -> str:
    """A number by its power of ten, as YAML and Python read it."""
    if not math.isfinite(value):
        return str(value)
    return f"{fixed(value / 10.0**power, decimals)}e{power}" if abs(power) < 300 else f"{value:.{decimals}e}"
