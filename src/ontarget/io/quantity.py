"""The door for units: a text such as '20 m' or '2.8e23 / yr' becomes a float in internal units, or one sentence.

The grammar of unit expressions is ours (names, powers, ``*``, ``/``, parentheses), so nothing a user writes is
evaluated; what a name means is looked up in a table of the field's own units, with the prefixes that are in use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from ontarget.ground import units
from ontarget.ground.errors import InputError
from ontarget.ground.units import Dimension
from ontarget.io.wording import cut, named, nearest, one_line, quote

Powers = tuple[float, float, float]  # of mass, length and time
Meanings = dict[str, float]  # powers of words that say more than a dimension: 'angle', 'POT', 'PE', 'count', 'ee', 'nr'
NO_POWERS: Powers = (0.0, 0.0, 0.0)
_MASS, _LENGTH, _TIME, _ENERGY = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 2.0, -2.0)

_SCALES = {
    "z": 1e-21,
    "a": 1e-18,
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "": 1.0,
}
_SCALES |= {"c": 1e-2, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_RATE, _POWER, _FIELD = (0.0, 0.0, -1.0), (1.0, 2.0, -3.0), (1.0, 1.0, -2.0)
_AREA, _VOLUME, _DOSE = (0.0, 2.0, 0.0), (0.0, 3.0, 0.0), (0.0, 2.0, -2.0)


def _prefixed(name: str, value: float, powers: Powers, prefixes: str) -> dict[str, tuple[float, Powers]]:
    """A unit with none and with each of some prefixes."""
    return {f"{one}{name}": (_SCALES[one] * value, powers) for one in ("", *prefixes)}


def _words(text: str, value: float, powers: Powers) -> dict[str, tuple[float, Powers]]:
    """Several words for one unit."""
    return dict.fromkeys(text.split(), (value, powers))


# POT, photoelectrons and counts are numbers; keVee and keVnr are energies: what they mean beside it, MEANT says
UNITS: dict[str, tuple[float, Powers]] = {
    **dict.fromkeys(("", "1", "POT", "PE", "pe", "phe", "count", "counts", "event", "events"), (1.0, NO_POWERS)),
    **_words("% percent", 0.01, NO_POWERS),
    **{f"{prefix}rad": (_SCALES[prefix], NO_POWERS) for prefix in ("", "u", "µ", "μ")},  # and mrad, below
    **_words("mrad milliradian", units.mrad, NO_POWERS),
    **_words("deg degree degrees", units.degree, NO_POWERS),
    **_prefixed("m", units.m, _LENGTH, "pnµμ"),
    **{name: (getattr(units, name), _LENGTH) for name in ("fm", "um", "mm", "cm", "m", "km")},
    **_words("angstrom Å", 1e-10 * units.m, _LENGTH),
    **_words("inch inches", 25.4 * units.mm, _LENGTH),
    **_words("foot feet ft", 304.8 * units.mm, _LENGTH),
    **_prefixed("s", units.s, _TIME, "fpµμ"),
    **{name: (getattr(units, name), _TIME) for name in ("ns", "us", "ms", "s", "minute", "hour", "day", "year")},
    **_words("second seconds", units.s, _TIME),
    **_words("min minutes", units.minute, _TIME),
    **_words("h hours", units.hour, _TIME),
    **_words("d days", units.day, _TIME),
    **_words("week weeks", 7 * units.day, _TIME),
    **_words("yr years", units.year, _TIME),
    **{name: (getattr(units, name), _ENERGY) for name in ("eV", "keV", "MeV", "GeV")},
    **{f"{prefix}eV": (_SCALES[prefix] * units.eV, _ENERGY) for prefix in ("m", "T", "P")},
    **{
        f"{prefix}eV{kind}": (getattr(units, f"{prefix}eV"), _ENERGY)
        for prefix in ("", "k", "M")
        for kind in ("ee", "nr")
    },
    **{"J": (units.joule, _ENERGY), "kJ": (1e3 * units.joule, _ENERGY), "MJ": (1e6 * units.joule, _ENERGY)},
    **{f"{prefix}eV/c": (getattr(units, f"{prefix}eV"), _ENERGY) for prefix in ("k", "M", "G")},
    **_prefixed("T", units.tesla, _FIELD, "m"),
    **{"mg": (1e-3 * units.g, _MASS), "g": (units.g, _MASS), "kg": (units.kg, _MASS)},
    **_words("t tonne tonnes", units.tonne, _MASS),
    **_words("kt kilotonne", 1e3 * units.tonne, _MASS),
    **_words("lb pound pounds", 0.45359237 * units.kg, _MASS),
    **{"W": (units.watt, _POWER), "kW": (units.kW, _POWER), "MW": (units.MW, _POWER), "GW": (1e3 * units.MW, _POWER)},
    **_prefixed("Hz", units.Hz, _RATE, "mkMG"),
    **_prefixed("Bq", units.Hz, _RATE, "nuµμmkMGT"),
    **_words("becquerel", units.Hz, _RATE),
    **_prefixed("Ci", 3.7e10 * units.Hz, _RATE, "uµμm"),
    **{
        f"{prefix}b": (_SCALES[prefix] * 100 * units.fm**2, _AREA) for prefix in ("", "m", "u", "n", "p", "f", "a", "z")
    },
    **_words("barn barns", 100 * units.fm**2, _AREA),
    **_prefixed("Gy", units.gray, _DOSE, "uµμmkM"),
    **_words("L l litre litres liter liters", 1e-3 * units.m**3, _VOLUME),
    **{f"{prefix}Wh": (_SCALES[prefix] * units.watt * units.hour, _ENERGY) for prefix in ("", "k", "M", "G")},
    "dru": (1 / (units.keV * units.kg * units.day), (-2.0, -2.0, 1.0)),
    "cpd": (1 / units.day, _RATE),
}
MEANT = {
    **dict.fromkeys(["rad", "urad", "µrad", "μrad", "mrad", "milliradian", "deg", "degree", "degrees"], "angle"),
    "POT": "POT",
    **dict.fromkeys(("PE", "pe", "phe"), "PE"),
    **dict.fromkeys(["count", "counts", "event", "events", "cpd", "dru"], "count"),
    **{f"{prefix}eV{kind}": kind for prefix in ("", "k", "M") for kind in ("ee", "nr")},
    **{f"{prefix}eV/c": "momentum" for prefix in ("k", "M", "G")},
}
"""What a word says beside its value; `ontarget.io.meaning` holds it against the field."""
_AMBIGUOUS = {name: "tonne" for prefix in ("", "k", "kilo", "M", "mega") for name in (f"{prefix}ton", f"{prefix}tons")}

_NUMBER = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?![0-9.])\s*")
_TOKEN = re.compile(r"\s*(\*\*|[*/^()]|%|[-+]?[0-9]+|[^\W\d]\w*)")
_NOT_FINITE = re.compile(r"[-+]?(nan|inf|infinity)\b", re.IGNORECASE)
LONGEST = 200


def parse(given: Any, dimension: Dimension, where: str) -> float:
    """A number in internal units.

    Parameters
    ----------
    given : a text with number and unit; a bare number only where a dimensionless one is due
    dimension : what it must be
    where : the place, for messages

    Raises
    ------
    InputError : no number, no unit, an unknown unit, another dimension, not finite
    """
    if isinstance(given, str):
        number, unit = split(given, dimension, where)
    elif isinstance(given, (int, float)) and not isinstance(given, bool):
        number, unit = _float(given), ""
    else:
        raise InputError(where, quote(given), f"It must be {named(dimension.name)}.", example(dimension))
    if not math.isfinite(number):
        raise InputError(where, quote(given), "It must be a finite number.", example(dimension))
    if not unit and dimension.name == units.ANGLE.name:
        truth = "It is an angle, in degrees or in radians."
        raise InputError(
            where, f"{quote(given)} with no unit", truth, f"Write '{number:.6g} deg' or '{number:.6g} rad'."
        )
    if not unit and powers_of(dimension) != NO_POWERS:
        truth = f"It is {named(dimension.name)}."
        raise InputError(where, f"{quote(given)} with no unit", truth, example(dimension, number))
    factor, powers, meant = measure_with_meaning(unit, where)
    if dimension is units.ITS_OWN:
        return number * factor
    check_angle(given, dimension, powers, meant.get("angle", 0.0), where)
    if "momentum" in meant and dimension.name == units.ENERGY.name:
        truth = "It must be an energy; of a particle, the kinetic one."
        raise InputError(where, f"{quote(given)}, a momentum", truth, example(dimension))
    if powers != powers_of(dimension):
        truth, remedy = f"It must be {named(dimension.name)}.", example(dimension)
        if powers == _add(powers_of(dimension), _ENERGY, -1):
            remedy = "What is given per energy is to be multiplied by the widths of the bins."
        raise InputError(where, f"{quote(given)}, {named(name_of(powers))}", truth, remedy)
    value = number * factor
    if not math.isfinite(value):
        raise InputError(where, quote(given), "It is beyond the largest number.", example(dimension))
    return value


def check_angle(given: Any, dimension: Dimension, powers: Powers, angles: float, where: str) -> None:
    """Refuse degrees for what is no angle, and what is no angle for one: both are numbers without a dimension."""
    wanted = float(dimension.name == units.ANGLE.name)
    if powers == powers_of(dimension) and angles != wanted:
        got = f"{quote(given)}, {'an angle' if angles else 'no angle'}"
        remedy = "Write e.g. '30 deg'." if wanted else example(dimension)
        raise InputError(where, got, f"It must be {named(dimension.name)}.", remedy)


def parse_array(given: Any, dimension: Dimension, where: str, unit: str | None = None) -> Any:
    """Nested lists of numbers in internal units; `unit` is the common unit of bare numbers. Ragged ones are refused."""
    if not isinstance(given, (list, tuple)):
        if unit is not None and isinstance(given, (int, float)) and not isinstance(given, bool):
            given = f"{_float(given)!r} {unit}"
        elif unit is not None and isinstance(given, str) and not split(given, dimension, where)[1]:
            given = f"{given} {unit}"
        return parse(given, dimension, where)
    parsed = [parse_array(item, dimension, f"{where}.{position}", unit) for position, item in enumerate(given)]
    if len({shape(item) for item in parsed}) > 1:
        raise InputError(where, "rows of different lengths", "A table is a rectangle.", "Complete the short rows.")
    return parsed


def shape(parsed: Any) -> tuple[int, ...]:
    """The shape of rectangular nested lists; () for a number."""
    if not isinstance(parsed, list):
        return ()
    return (len(parsed), *(shape(parsed[0]) if parsed else ()))


def split(given: str, dimension: Dimension, where: str) -> tuple[float, str]:
    """The number and the unit of a text."""
    found = _NUMBER.match(given)
    if found is None or len(given) > LONGEST:
        truth = f"It must be {named(dimension.name)}{', finite' if _NOT_FINITE.match(given.strip()) else ''}."
        raise InputError(where, quote(given), truth, example(dimension))
    return float(found[1]), given[found.end() :].strip()


def example(dimension: Dimension, number: int | float = 3) -> str:
    """The remedy: one such quantity, written out."""
    return f"Write e.g. '{f'{number:.6g} {dimension.unit}'.rstrip()}'."


def powers_of(dimension: Dimension) -> Powers:
    """The powers of mass, length and time of a dimension."""
    return (float(dimension.mass), float(dimension.length), float(dimension.time))


def name_of(powers: Powers) -> str:
    """What such a quantity is called: 'length'; else its powers, '[length]^2'."""
    for dimension in vars(units).values():
        if isinstance(dimension, Dimension) and powers_of(dimension) == powers:
            return dimension.name
    parts = zip(("mass", "length", "time"), powers, strict=True)
    return " ".join(f"[{name}]^{power:g}" for name, power in parts if power)


def measure(unit: str, where: str = "unit") -> tuple[float, Powers]:
    """The internal value and the powers of a unit expression such as '1/(keV kg day)'."""
    return measure_with_meaning(unit, where)[:2]


def measure_with_meaning(unit: str, where: str = "unit") -> tuple[float, Powers, Meanings]:
    """The same, and the powers of its words that say more than a dimension: {'ee': -1} for '1/(keVee kg day)'."""
    if unit in UNITS:
        return (*UNITS[unit], meaning_of(unit))
    reader = _Expression(unit, where)
    try:
        factor, powers, meant = reader.product(0)
    except (OverflowError, ZeroDivisionError):
        raise InputError(where, f"the unit {quote(unit)}", "It is beyond the largest number.", "Mend it.") from None
    if reader.token is not None:
        raise reader.error(f"{reader.token!r} is out of place.")
    return factor, powers, meant


def meaning_of(name: str) -> Meanings:
    """What one word of a unit says beside its value."""
    return {MEANT[name]: 1.0} if name in MEANT else {}


class _Expression:
    """Reads a unit expression token by token: product := power (('*' | '/' | nothing) power)*."""

    def __init__(self, unit: str, where: str) -> None:
        self.unit, self.where = unit, where
        self.tokens = self._split(unit)
        self.token: str | None = next(self.tokens, None)

    def _split(self, unit: str) -> Iterator[str]:
        position, end = 0, len(unit.rstrip())
        while position < end:
            found = _TOKEN.match(unit, position)
            if found is None:
                raise self.error(f"{quote(unit[position])} has no meaning in a unit.")
            position = found.end()
            yield found[1]

    def error(self, truth: str) -> InputError:
        return InputError(
            self.where, f"the unit {quote(self.unit)}", truth, "Write e.g. 'm', '1/yr' or '1/(keV kg day)'."
        )

    def take(self) -> str | None:
        token, self.token = self.token, next(self.tokens, None)
        return token

    def product(self, depth: int) -> tuple[float, Powers, Meanings]:
        factor, powers, meant = (1.0, NO_POWERS, {}) if self.token == "/" else self.power(depth)
        divided = False
        while self.token is not None and self.token != ")":
            sign = 1
            if self.token in ("*", "/"):
                sign = -1 if self.take() == "/" else 1
                divided = divided or sign < 0
            elif divided:
                raise self.error("What follows '/' is ambiguous without parentheses.")
            other, more, said = self.power(depth)
            factor *= other**sign
            powers, meant = _add(powers, more, sign), _mean(meant, said, sign)
        return factor, powers, meant

    def power(self, depth: int) -> tuple[float, Powers, Meanings]:
        token = self.take()
        if token == "(" and depth < 10:
            factor, powers, meant = self.product(depth + 1)
            if self.take() != ")":
                raise self.error("A parenthesis is not closed.")
        elif token == "1" or token == "%" or (token is not None and (token[0].isalpha() or token[0] == "_")):
            factor, powers, meant = _look_up(token, self.where)
        else:
            raise self.error("It ends too early." if token is None else f"{token!r} is out of place.")
        if self.token not in ("^", "**"):
            return factor, powers, meant
        self.take()
        exponent = self.take() or ""
        if not re.fullmatch(r"[-+]?[0-9]", exponent):
            raise self.error("A power is a whole number of one digit.")
        times = int(exponent)
        return factor**times, _add(NO_POWERS, powers, times), _mean({}, meant, times)


def _add(left: Powers, right: Powers, times: int) -> Powers:
    return (left[0] + times * right[0], left[1] + times * right[1], left[2] + times * right[2])


def _mean(left: Meanings, right: Meanings, times: int) -> Meanings:
    both = {word: left.get(word, 0.0) + times * right.get(word, 0.0) for word in (*left, *right)}
    return {word: power for word, power in both.items() if power}


def _look_up(name: str, where: str) -> tuple[float, Powers, Meanings]:
    if name in UNITS:
        return (*UNITS[name], meaning_of(name))
    base, power = name[:-1], name[-1]
    if base in UNITS and power in "23456":  # as people write cm2 and eV2
        factor, powers = UNITS[base]
        return factor ** int(power), _add(NO_POWERS, powers, int(power)), _mean({}, meaning_of(base), int(power))
    if name in _AMBIGUOUS:
        truth = "A ton is 907, 1000 or 1016 kg."
        raise InputError(where, f"the unit {name!r}", truth, "Write 'tonne' for 1000 kg.")
    remedy = nearest(name, UNITS, "Write e.g. 'm', 'keV' or '1/yr'.")
    raise InputError(where, f"the unit {quote(name)}", "No such unit is known.", remedy)


def _float(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def tidy(given: Any) -> str:
    """A value as it was written, for the record of where numbers came from."""
    return cut(one_line(given if isinstance(given, str) else str(given)))
