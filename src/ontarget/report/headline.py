"""The few numbers of an answer that come first, with their errors and what is published."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ontarget.report.digits import UNDETERMINED, USUAL, given_digits, interval, text_of
from ontarget.report.digits import measured as of_digits

Number = float | int


@dataclass(frozen=True)
class Headline:
    """One of them.

    Attributes
    ----------
    label : what it is
    value : a number, or words; nothing where an interval says all
    error : one standard deviation, infinite where the data determine none
    unit : of all numbers here
    published, published_error : what others found
    interval : its ends
    note : what is to be known of it, in a few words
    """

    label: str
    value: Number | str | None = None
    error: Number | None = None
    unit: str = ""
    published: Number | None = None
    published_error: Number | None = None
    interval: tuple[float, float] | None = None
    note: str = ""

    def ours(self) -> str:
        """The value with its error or interval, and its unit."""
        return self._with_unit(self._number())

    def others(self) -> str:
        """The published value, how far ours is from it, and the note."""
        found = []
        if self.published is not None:
            found.append(f"published {self._with_unit(measured(self.published, self.published_error))}")
            found += [distance] if (distance := self.distance()) else []
        return ", ".join([*found, self.note] if self.note else found)

    def said(self) -> str:
        """The note as files hold it, where an infinite error has no number."""
        lost = [UNDETERMINED] if self.error is not None and math.isinf(self.error) else []
        return ", ".join([*lost, self.note] if self.note else lost)

    def distance(self) -> str:
        """From the published value: in its errors where it has one, else in per cent."""
        if not self.published or not isinstance(self.value, (int, float)) or self.unit == "sigma":
            return ""
        away = self.value - self.published
        if self.published_error:
            return f"{signed(away / self.published_error, 1)} sigma"
        return f"{signed(100 * away / abs(self.published), 1)} %"

    def _number(self) -> str:
        if self.interval is not None:
            low, high = self.interval
            if isinstance(self.value, (int, float)):
                middle, *ends = interval([self.value, low, high])
                return f"{middle}, {ends[0]} to {ends[1]}"
            return " to ".join(interval([low, high]))
        if isinstance(self.value, (int, float)):
            return measured(self.value, self.error, beside=self.published)
        return self.value or ""

    def _with_unit(self, text: str) -> str:
        return f"{text} {self.unit}" if self.unit else text


def measured(value: Number, error: Number | None, beside: Number | None = None) -> str:
    """A value, with its error where it has one; `beside` another it has no fewer digits than that."""
    if error:
        return of_digits(float(value), float(error))
    return text_of(value, digits=max(USUAL, (given_digits(float(beside)) or USUAL) if beside is not None else USUAL))


def signed(value: float, decimals: int) -> str:
    """A difference with its sign; zero has none."""
    text = f"{value:+.{decimals}f}"
    return text if any(one in "123456789" for one in text) else text[1:]
