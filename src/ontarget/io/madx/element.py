"""Elements as MAD-X defines them, and what they are here.

Followed are the fields of quadrupoles and bends, faces and their fringes, rolls about the axis, and apertures. Of all
other classes the length and the aperture count: one whose field is on is refused by its name, unless the reader is told
to take its class as switched off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from ontarget.beam.aperture import AbstractAperture, Elliptical, Open, Rectangular, Round
from ontarget.beam.element import AbstractElement, Collimator, Dipole, Drift, Quadrupole, Roll, ThinLens
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import m
from ontarget.io.madx.text import parts_of
from ontarget.io.wording import nearest, quote

Number = Callable[[str], float]

APERTURE = ("apertype", "aperture", "aper_tol", "aper_offset")
HARMLESS = frozenset(
    {"type", "comments", "slot_id", "assembly_id", "mech_sep", "kmax", "kmin", "calib", "lrad", "v_pos", "magnet", "at"}
    | {"model", "method", "exact", "nst", "slice", "thick", "no_cavity_totalpath", "polarity"}
)
MONITORS = ("monitor", "hmonitor", "vmonitor", "blmonitor", "slmonitor", "imonitor")
PASSIVE = (*MONITORS, "instrument", "placeholder", "drift", "marker")
CLASSES: dict[str, tuple[str, ...]] = {
    "quadrupole": ("l", "k1", "tilt", *APERTURE),
    "sbend": ("l", "angle", "e1", "e2", "k0", "tilt", "fint", "fintx", "hgap", *APERTURE),
    "rbend": ("l", "angle", "e1", "e2", "k0", "tilt", "fint", "fintx", "hgap", *APERTURE),
    "collimator": ("l", "tilt", *APERTURE),
    "ecollimator": ("l", "tilt", "xsize", "ysize", *APERTURE),
    "rcollimator": ("l", "tilt", "xsize", "ysize", *APERTURE),
    "dipedge": ("h", "e1", "fint", "hgap", "tilt", "entrance", "exit", *APERTURE),
    "srotation": ("angle",),
    **dict.fromkeys(PASSIVE, ("l", "tilt", *APERTURE)),
}
"""Classes that are followed, and their properties."""

UNFOLLOWED: dict[str, tuple[str, ...]] = {
    "sextupole": (),
    "octupole": (),
    "multipole": (),
    "rfmultipole": ("freq", "harmon", "lag"),
    **dict.fromkeys(("kicker", "hkicker", "vkicker", "tkicker"), ("sinphase", "sintune", "sinpeak")),
    "rfcavity": ("freq", "harmon", "lag", "lagtap", "shunt", "tfill", "n_bessel", "betrf", "pg"),
    "twcavity": ("freq", "lag", "psi"),
    "crabcavity": ("freq", "harmon", "lag", "rv1", "rv2", "rv3", "rv4", "rph1", "rph2", "lagf"),
    **dict.fromkeys(("hacdipole", "vacdipole"), ("freq", "lag", "ramp1", "ramp2", "ramp3", "ramp4")),
    **dict.fromkeys(("solenoid", "elseparator", "xrotation", "yrotation", "translation", "changeref"), ()),
    **dict.fromkeys(("matrix", "nllens", "beambeam", "wire"), ()),
}
"""Classes whose fields are not followed, with properties that do nothing while these are nought."""

NO_LENGTH = ("marker", "multipole", "dipedge", "srotation", "xrotation", "yrotation", "translation", "changeref")
LATE = "?"
"""Before an expression that had no value where it was to be fixed: MAD-X takes nought for it."""
SAME = 1e-5
"""An extra k0 that is the field of the angle, but for the arc over the chord."""


@dataclass(frozen=True)
class Definition:
    """An element of a file: its name, its class, its attributes as expressions, and where it was defined."""

    name: str
    kind: str
    attributes: dict[str, str]
    where: str


@dataclass(frozen=True)
class Making:
    """How expressions become elements.

    Attributes
    ----------
    number : the value of an expression; what has no value is refused
    lenient : the same, with nought for a variable that has none, as MAD-X has it
    momentum : by which relative strengths become fields
    off : classes, or 'class.key', that are taken as switched off
    arc : whether the length of an rbend is that of its chord, so that the arc is longer
    """

    number: Number
    lenient: Number
    momentum: float = 1.0
    off: Collection[str] = field(default=())
    arc: bool = True

    def length(self, one: Definition) -> float:
        """Along the reference orbit, in metres; MAD-X gives the chord of an rbend."""
        length = 0.0 if one.kind in NO_LENGTH else self.number(one.attributes.get("l", "0"))
        if one.kind != "rbend" or not self.arc:
            return length
        half = self.number(one.attributes.get("angle", "0")) / 2
        return length if half == 0 else length * half / math.sin(half)

    def elements(self, one: Definition) -> tuple[AbstractElement, ...]:
        """What it is here: an element, with rolls and thin lenses around it where it is tilted or has fringes."""
        self.check(one)
        given = {} if one.kind in self.off else one.attributes
        wanted = ("k1", "angle", "e1", "e2", "k0", "fint", "fintx", "hgap", "tilt", "h")
        taken = [key for key in wanted if key in given and f"{one.kind}.{key}" not in self.off]
        values = {key: self.number(given[key]) for key in taken if key in CLASSES.get(one.kind, ())}
        rim = self.aperture(one)
        common: dict[str, Any] = {"length": as_array(self.length(one) * m), "aperture": rim, "name": one.name}
        try:
            made = self.made(one, values, common)
        except InputError as error:
            raise error.within(f"{one.where}, {one.name}") from None
        tilt = values.get("tilt", 0.0)
        acts = not (len(made) == 1 and isinstance(made[0], Drift))
        return (roll(tilt), *made, roll(-tilt)) if tilt and acts else made

    def made(self, one: Definition, values: dict[str, float], common: dict[str, Any]) -> tuple[AbstractElement, ...]:
        short = one.kind in ("quadrupole", "sbend", "rbend") and not common["length"] and not values.get("angle")
        if one.kind == "quadrupole" and not short:
            return (Quadrupole(gradient=as_array(values.get("k1", 0.0) / m**2 * self.momentum), **common),)
        if one.kind in ("sbend", "rbend") and not short:
            return self.bend(one, values, common)
        if one.kind == "dipedge" and values.get("h", 0.0):
            return (self.edge(values["h"], values.get("e1", 0.0), fringe_of(values), values["h"]),)
        if one.kind == "srotation":
            return (roll(values.get("angle", 0.0)),)
        return (Drift(**common) if isinstance(common["aperture"], Open) else Collimator(**common),)

    def bend(self, one: Definition, values: dict[str, float], common: dict[str, Any]) -> tuple[AbstractElement, ...]:
        angle, length = values.get("angle", 0.0), float(common["length"]) / m
        field = values.get("k0", 0.0) * length
        if field and abs(field - angle) > SAME * abs(angle):
            got = f"{one.kind} {quote(one.name)} with k0={values['k0']:g}"
            truth = f"It bends by {field:.6g} and its reference orbit by {angle:.6g}."
            raise InputError(one.where, got, truth, "Leave k0 out, or give the same.")
        face = angle / 2 if one.kind == "rbend" else 0.0
        edges = [values.get(key, 0.0) + face for key in ("e1", "e2")]
        body = Dipole(angle=as_array(angle), entrance=as_array(edges[0]), exit=as_array(edges[1]), **common)
        gaps = [fringe_of(values), fringe_of({**values, "fint": exit_of(values)})]
        if not angle or not any(gaps):
            return (body,)
        around = [self.edge(angle / length, edge, gap) for edge, gap in zip(edges, gaps, strict=True)]
        return (around[0], body, around[1])

    def edge(self, curvature: float, face: float, gap: float, inward: float = 0.0) -> ThinLens:
        r"""What the fringe of a face adds to its focusing in y, and the face itself if `inward` is its curvature.

        .. math:: \Delta y' = -y\,h \tan(e - \psi), \quad \psi = h\,2gK\,(1 + \sin^2 e)/\cos e
        """
        turned = face - curvature * gap * (1 + math.sin(face) ** 2) / math.cos(face)
        across = -inward * math.tan(face)
        up = curvature * math.tan(turned) - (curvature - inward) * math.tan(face)
        return ThinLens(focus_x=as_array(across / m * self.momentum), focus_y=as_array(up / m * self.momentum))

    # ------------------------------------------------------------------ what is not followed

    def check(self, one: Definition) -> None:
        """Refuse a property that acts and is not followed."""
        if one.kind in self.off:
            return
        followed = one.kind in CLASSES
        known = CLASSES[one.kind] if followed else ("l", "tilt", *APERTURE, *UNFOLLOWED[one.kind])
        for key, value in one.attributes.items():
            if key in known or key in HARMLESS or f"{one.kind}.{key}" in self.off:
                continue
            if self.matters(value, self.lenient):
                got = f"{one.kind} {quote(one.name)} with {key}={value.removeprefix(LATE)}"
                if followed:
                    truth = f"This property of a {one.kind} is not read here."
                    raise InputError(one.where, got, truth, "Leave it out.")
                truth = f"What a {one.kind} does is not followed here."
                remedy = f"Set it to 0, or take the class as switched off with 'off: {one.kind}'."
                raise InputError(one.where, got, truth, remedy)
        fringe = one.attributes.get("fint", "0") if one.kind in ("sbend", "rbend") else "0"
        if "hgap" not in one.attributes and f"{one.kind}.fint" not in self.off and self.matters(fringe, self.number):
            got = f"{one.kind} {quote(one.name)} with fint={fringe}"
            raise InputError(one.where, got, "Without hgap a fringe has no extent.", "Give 'hgap', or leave it out.")

    @staticmethod
    def matters(value: str, number: Number) -> bool:
        """Whether an attribute is anything but numbers that are nought."""
        try:
            return any(number(part) != 0 for part in numbers_in(value))
        except InputError:
            return True

    def aperture(self, one: Definition) -> AbstractAperture:
        """The rim, if there is one; edges as hard as the default."""
        given, number = one.attributes, self.number
        if "aperture" in self.off or f"{one.kind}.aperture" in self.off:
            return Open()
        if "xsize" in given or "ysize" in given:
            if not ("xsize" in given and "ysize" in given):
                raise InputError(one.where, quote(one.name), "It has one of xsize and ysize.", "Give both.")
            width, height = (as_array(number(given[key]) * m) for key in ("xsize", "ysize"))
            return Elliptical(width, height) if one.kind == "ecollimator" else Rectangular(width, height)
        sizes = [number(part) * m for part in numbers_in(given.get("aperture", ""))]
        if not any(sizes):
            return Open()
        kind = given.get("apertype", "circle").strip("\"' ")
        forms: dict[str, tuple[Any, int]] = {
            "circle": (Round, 1),
            "ellipse": (Elliptical, 2),
            "rectangle": (Rectangular, 2),
        }
        if kind not in forms:
            truth = "It is not read here."
            raise InputError(one.where, f"the apertype {quote(kind)}", truth, nearest(kind, forms))
        form, count = forms[kind]
        if len(sizes) != count:
            truth = f"The aperture of a {kind} has {count} number{'s' if count > 1 else ''}."
            raise InputError(one.where, f"{len(sizes)} numbers", truth, "Give as many.")
        if any(number(part) for part in numbers_in(given.get("aper_offset", ""))):
            got = f"{quote(one.name)} with an offset of its aperture"
            raise InputError(one.where, got, "Apertures stand on the axis here.", "Leave 'aper_offset' out.")
        try:
            return form(*(as_array(size) for size in sizes))
        except InputError as error:
            raise error.within(f"{one.where}, {one.name}") from None


def spacer(length: float) -> Drift:
    """A drift of some metres."""
    return Drift(length=as_array(length * m))


def roll(angle: float) -> Roll:
    """A turn of the frame about the axis."""
    return Roll(angle=as_array(angle))


def fringe_of(values: dict[str, float]) -> float:
    """The extent of a fringe: its integral times the full gap, metres."""
    return 2 * values.get("fint", 0.0) * values.get("hgap", 0.0)


def exit_of(values: dict[str, float]) -> float:
    """The integral of the fringe at the exit: that of the entrance where it is not given, or is below zero."""
    given = values.get("fintx", -1.0)
    return values.get("fint", 0.0) if given < 0 else given


def numbers_in(text: str) -> list[str]:
    """The expressions of an attribute that is one, or several in braces."""
    text = text.strip()
    return parts_of(text[1:-1]) if text.startswith("{") and text.endswith("}") else [text] * bool(text)
