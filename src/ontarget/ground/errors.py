"""The one error a user can cause, and the checks that raise it. Where: got what. The truth. The remedy."""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing
from collections.abc import Iterable
from typing import Any

from ontarget.ground.units import NUMBER, Dimension


class InputError(ValueError):
    """Something the user gave cannot be true. One sentence: where, what was given, what is true, the remedy.

    Parameters
    ----------
    where : the place, as the user knows it ("detector.mass", a file, an option)
    got : what was given, with its unit
    truth : what holds instead
    remedy : what to do
    """

    def __init__(self, where: str, got: str, truth: str = "", remedy: str = "") -> None:
        self.where, self.got, self.truth, self.remedy = where, got, truth, remedy
        super().__init__(where, got, truth, remedy)

    def __str__(self) -> str:
        parts = [f"got {self.got}.", self.truth, self.remedy]
        return f"{self.where}: " + " ".join(part for part in parts if part)

    def within(self, where: str) -> InputError:
        """The same error, seen from one level further out."""
        inner = f"{where}.{self.where}" if self.where else where
        return type(self)(inner, self.got, self.truth, self.remedy)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the nearest known one, or all of them."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}."


def dimension_of(noun: Any, field: str) -> Dimension:
    """The dimension that a noun's annotation gives to one of its fields (dimensionless if none)."""
    hint = typing.get_type_hints(type(noun), include_extras=True)[field]
    return find_dimension(hint) or NUMBER


def find_dimension(hint: Any) -> Dimension | None:
    """The `Dimension` inside a type hint, also within `Optional`; None where there is none."""
    for mark in getattr(hint, "__metadata__", ()):
        if isinstance(mark, Dimension):
            return mark
    found = (find_dimension(part) for part in typing.get_args(hint))
    return next((dimension for dimension in found if dimension is not None), None)


def check_range(noun: Any, field: str, low: float, high: float = math.inf, *, open_low: bool = False) -> None:
    """Refuse a concrete float field outside [low, high] (or ]low, high]), or not finite. Tracers pass.

    `low` and `high` are in internal units.
    """
    value = concrete(getattr(noun, field))
    if value is None or ((low < value if open_low else low <= value) and value <= high and math.isfinite(value)):
        return
    dimension = dimension_of(noun, field)
    bound = f"above {dimension.show(low)}" if open_low else f"at least {dimension.show(low)}"
    if math.isfinite(high):
        bound += f" and at most {dimension.show(high)}"
    raise InputError(field, dimension.show(value), f"It must be finite, {bound}.", f"Give {field!r} such a value.")


def check_positive(noun: Any, *fields: str) -> None:
    """Refuse concrete fields that are not finite and above zero."""
    for field in fields:
        check_range(noun, field, 0.0, open_low=True)


def check_array(noun: Any, field: str, low: float = -math.inf, high: float = math.inf) -> None:
    """Refuse an array any of whose concrete numbers is outside [low, high], or not finite. Tracers pass.

    `low` and `high` are in internal units.
    """
    for value in concrete_numbers(getattr(noun, field)):
        if low <= value <= high and math.isfinite(value):
            continue
        dimension = dimension_of(noun, field)
        bounds = [f"at least {dimension.show(low)}"] * math.isfinite(low) + [f"at most {dimension.show(high)}"] * (
            math.isfinite(high)
        )
        truth = f"Each is finite{', ' if bounds else ''}{' and '.join(bounds)}."
        raise InputError(field, f"{dimension.show(value)} among them", truth, "Mend the table.")


def check_whole(noun: Any, field: str, low: int) -> None:
    """Refuse a concrete number that is not whole, or below `low`."""
    value = concrete(getattr(noun, field))
    if value is not None and not (value >= low and value == math.floor(value)):
        raise InputError(
            field, f"{value:g}", f"It is a whole number from {low}.", f"Write e.g. '{field}: {max(low, 18)}'."
        )


def concrete_numbers(values: Any) -> Iterable[float]:
    """The numbers of a concrete array, whatever its shape; none of a tracer."""
    try:
        return [float(one) for one in values.ravel().tolist()]
    except Exception:  # jax raises its own family of errors for tracers
        return []


def check_finite(noun: Any) -> None:
    """Refuse a noun any of whose concrete float fields is NaN or infinite."""
    for field in dataclasses.fields(noun):
        value = concrete(getattr(noun, field.name))
        if value is not None and not math.isfinite(value):
            raise InputError(field.name, str(value), "It must be a finite number.", "Mend the value.")


def concrete(value: Any) -> float | None:
    """The float in a concrete scalar; None for a tracer, an array, or anything that is no number."""
    if isinstance(value, bool) or getattr(value, "shape", ()) != ():
        return None
    try:
        return float(value)
    except Exception:  # jax raises its own family of errors for tracers, and importing jax here would be a higher floor
        return None
