"""Numbers in a unit of their own: what they are is known when the address is, so number and unit stay apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.units import ANGLE, NUMBER, Dimension
from ontarget.io.quantity import NO_POWERS, example, measure_with_meaning, name_of, powers_of, split
from ontarget.io.wording import named, quote


def own_text(given: Any) -> str | None:
    """Number and unit as one text, from what a file has; None for a bare number."""
    number, unit = (given.get("value"), given.get("unit") or "") if isinstance(given, Mapping) else (given, "")
    return f"{number} {unit}".strip() if unit or isinstance(number, str) else None


def split_own(given: str, where: str) -> tuple[float, str]:
    """The number and the unit of a text; the unit is known, or refused."""
    number, unit = split(given, NUMBER, where)
    measure_with_meaning(unit, where)
    return number, unit


@cache
def scale_of(unit: str) -> tuple[float, tuple[float, ...], float]:
    """The value of a unit in internal units, its powers of mass, length and time, and that of the angle."""
    factor, powers, meant = measure_with_meaning(unit, "unit")
    return factor, powers, float(meant.get("angle", 0.0))


def check_kind(
    where: str,
    unit: str,
    number: float,
    address: str,
    dimension: Dimension,
    measured: tuple[float, tuple[float, ...], float],
) -> None:
    """Refuse a unit, `measured` as by `scale_of`, that is not of the kind of the number at an address."""
    _, powers, angle = measured
    wanted, truth = powers_of(dimension), f"{address} is {named(dimension.name)}."
    if not unit and powers == NO_POWERS and not angle and (wanted != NO_POWERS or dimension.name == ANGLE.name):
        remedy = example(dimension, number) if dimension.name != ANGLE.name else f"Write '{number:.6g} deg'."
        raise InputError(where, f"{number:.6g} with no unit", truth, remedy)
    if powers != wanted or (angle != 0.0 and dimension.name != ANGLE.name):
        kind = ANGLE.name if angle else name_of((powers[0], powers[1], powers[2]))
        raise InputError(where, f"{quote(unit)}, the unit of {named(kind)}", truth, example(dimension))
