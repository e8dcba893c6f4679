"""Elements as MAD-X defines them, and what they are here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ontarget.beam.aperture import AbstractAperture, Elliptical, Open, Rectangular, Round
from ontarget.beam.element import AbstractElement, Collimator, Dipole, Drift, Quadrupole
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import m
from ontarget.io.wording import nearest, quote

Number = Callable[[str], float]

APERTURE = ("apertype", "aperture")
HARMLESS = ("type", "comments", "slot_id", "kmax", "kmin", "calib", "aper_tol", "mech_sep", "assembly_id")
CLASSES: dict[str, tuple[str, ...]] = {
    "drift": ("l",),
    "quadrupole": ("l", "k1", *APERTURE),
    "sbend": ("l", "angle", "e1", "e2", *APERTURE),
    "rbend": ("l", "angle", "e1", "e2", *APERTURE),
    "collimator": ("l", *APERTURE),
    "ecollimator": ("l", "xsize", "ysize", *APERTURE),
    "rcollimator": ("l", "xsize", "ysize", *APERTURE),
    "marker": APERTURE,
    "monitor": ("l", *APERTURE),
    "instrument": ("l", *APERTURE),
    "placeholder": ("l", *APERTURE),
}


@dataclass(frozen=True)
class Definition:
    """An element of a file: its name, its class, its attributes as expressions, and where it was defined."""

    name: str
    kind: str
    attributes: dict[str, str]
    where: str


def length_of(one: Definition, number: Number) -> float:
    """Along the reference orbit, in metres; MAD-X gives the chord of an rbend."""
    length = number(one.attributes.get("l", "0"))
    if one.kind != "rbend":
        return length
    half = number(one.attributes.get("angle", "0")) / 2
    return length if half == 0 else length * half / math.sin(half)


def spacer(length: float) -> Drift:
    """A drift of some metres."""
    return Drift(length=as_array(length * m))


def element_of(one: Definition, number: Number, momentum: float) -> AbstractElement:
    """The element; `number` evaluates expressions, `momentum` turns relative strengths into fields."""
    known = CLASSES[one.kind]
    for key, value in one.attributes.items():
        if key not in known and key not in HARMLESS and _matters(value, number):
            got = f"{one.kind} {quote(one.name)} with {key}={value}"
            raise InputError(one.where, got, f"This property of a {one.kind} is not read here.", "Leave it out.")
    values = {key: number(one.attributes[key]) for key in ("k1", "angle", "e1", "e2") if key in one.attributes}
    rim = _aperture(one, number)
    common: dict[str, Any] = {"length": as_array(length_of(one, number) * m), "aperture": rim, "name": one.name}
    try:
        if one.kind == "quadrupole":
            return Quadrupole(gradient=as_array(values.get("k1", 0.0) / m**2 * momentum), **common)
        if one.kind in ("sbend", "rbend"):
            angle = values.get("angle", 0.0)
            face = angle / 2 if one.kind == "rbend" else 0.0
            entrance, exit = (as_array(values.get(key, 0.0) + face) for key in ("e1", "e2"))
            return Dipole(angle=as_array(angle), entrance=entrance, exit=exit, **common)
        return Drift(**common) if isinstance(rim, Open) else Collimator(**common)
    except InputError as error:
        raise error.within(f"{one.where}, {one.name}") from None


def _matters(value: str, number: Number) -> bool:
    """Whether an attribute is anything but a number that is nought."""
    try:
        return number(value) != 0
    except InputError:
        return True


def _aperture(one: Definition, number: Number) -> AbstractAperture:
    """The rim, if there is one; edges as hard as the default."""
    given = one.attributes
    if "xsize" in given or "ysize" in given:
        if not ("xsize" in given and "ysize" in given):
            raise InputError(one.where, quote(one.name), "It has one of xsize and ysize.", "Give both.")
        width, height = (as_array(number(given[key]) * m) for key in ("xsize", "ysize"))
        return Elliptical(width, height) if one.kind == "ecollimator" else Rectangular(width, height)
    if "aperture" not in given:
        return Open()
    text, kind = given["aperture"].strip(), given.get("apertype", "circle").strip("\"'")
    sizes = [number(part) * m for part in text.strip("{}").split(",")]
    forms: dict[str, tuple[Any, int]] = {
        "circle": (Round, 1),
        "ellipse": (Elliptical, 2),
        "rectangle": (Rectangular, 2),
    }
    if kind not in forms:
        raise InputError(one.where, f"the apertype {quote(kind)}", "It is not read here.", nearest(kind, forms))
    form, count = forms[kind]
    if len(sizes) != count:
        truth = f"The aperture of a {kind} has {count} number{'s' if count > 1 else ''}."
        raise InputError(one.where, f"{len(sizes)} numbers", truth, "Give as many.")
    return form(*sizes)
