"""Numbers of a parameter and of its prior, brought to one unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import ANGLE, Dimension
from ontarget.ground.written import reader

Unit = str | Dimension
"""A unit by name; or a dimension, whose numbers are in internal units, as products such as ``20 * m`` are."""


def measured(unit: Unit) -> tuple[float, tuple[float, ...], float]:
    """The value of a unit in internal units, its powers of mass, length and time, and that of the angle."""
    if isinstance(unit, Dimension):
        powers = float(unit.mass), float(unit.length), float(unit.time)
        return 1.0, powers, float(unit.name == ANGLE.name)
    factor, powers, angle = reader().scale_of(unit)
    return float(factor), powers, float(angle)


def shown(unit: Unit) -> str:
    """A unit in a message."""
    return "" if isinstance(unit, Dimension) else unit


def scale(unit: Unit) -> float:
    """The value of a unit in internal units."""
    return measured(unit)[0] if unit else 1.0


def plain(unit: Unit) -> bool:
    """Whether what is in this unit is a number: none, and per cent."""
    return not unit or (not any(measured(unit)[1]) and not measured(unit)[2])


def in_one_unit(given: Mapping[str, Any], unit: Unit = "") -> tuple[list[Any], Unit]:
    """Numbers, some written with units, in one: the one given, or the first; no unit for what is a plain number.

    Bare numbers are in `unit` where one is given. Beside numbers that have a dimension others are refused.
    """
    if unit:
        measured(unit)
    read = {key: reader().split_own(one, key) if isinstance(one, str) else (one, "") for key, one in given.items()}
    units = [one for _, one in read.values() if one]
    if not unit and not units:
        return [number for number, _ in read.values()], ""
    own: Unit = unit or units[0]
    if plain(own):
        own = ""
    numbers: list[Any] = []
    for key, (number, written) in read.items():
        if number is None:
            numbers.append(None)
            continue
        _check_same(key, number, written, own, bool(unit))
        as_written = written or unit
        numbers.append(number if as_written == own else number * (scale(as_written) / scale(own)))
    return numbers, own


def given_in(name: str, low: Any, high: Any, start: Any, prior: Any, unit: Unit) -> tuple[Any, ...]:
    """Low, high, start and prior of a parameter in its unit, and the unit."""
    where = f"parameter {name!r}"
    try:
        (low, high, start), own = in_one_unit({"low": low, "high": high, "start": start}, unit)
        if prior.written or (own and not unit and prior.best is not None):
            _check_same("prior", float(prior.best), prior.written, own, False)
            prior = prior.rescaled(scale(prior.written) / scale(own))
    except InputError as error:
        raise error.within(where) from None
    return as_array(low), as_array(high), as_array(start), prior, own


def check_unit(where: str, unit: Unit, number: float, kinds: Mapping[str, Dimension]) -> None:
    """Refuse a unit that is not of the kind of the numbers at some addresses."""
    for address, dimension in kinds.items():
        if unit or dimension.mass or dimension.length or dimension.time or dimension.name == "angle":
            reader().check_kind(where, shown(unit), number, address, dimension, measured(unit))


def _check_same(key: str, number: Any, written: str, own: Unit, covered: bool) -> None:
    """Refuse a number whose unit is not of the kind of the others'; `covered` where a common unit stands for it."""
    if not written and covered:
        return
    if not written and not plain(own):
        truth = f"The others are in {shown(own)!r}."
        raise InputError(key, f"{float(number):.6g} with no unit", truth, f"Write '{float(number):.6g} {shown(own)}'.")
    if measured(written)[1:] != measured(own)[1:]:
        truth = f"The others are in {shown(own)!r}." if own else "The others have no unit."
        raise InputError(key, f"the unit {written!r}", truth, f"Write e.g. '{f'3 {shown(own)}'.strip()}'.")
