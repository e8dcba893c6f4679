"""What MAD-X's `beam` says of the reference momentum: of the default beam, and of each sequence that has its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ontarget.ground.constants import electron_mass, muon_mass, proton_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.io.wording import quote

CLIGHT = 0.299792458
"""GeV/c per tesla metre."""

SPECIES: dict[str, tuple[float, float]] = {
    "positron": (electron_mass / GeV, 1.0),
    "electron": (electron_mass / GeV, -1.0),
    "proton": (proton_mass / GeV, 1.0),
    "antiproton": (proton_mass / GeV, -1.0),
    "posmuon": (muon_mass / GeV, 1.0),
    "negmuon": (muon_mass / GeV, -1.0),
}
"""Mass in GeV and charge; of others `beam` gives them."""

ASKED = ("energy", "pc", "gamma", "beta", "brho")
"""The first of these in a statement is the one that counts."""

Look = Callable[[str], float]


@dataclass
class Beam:
    """A beam: its particle, and the last thing that was said of its momentum.

    A momentum survives another particle as its *energy* does, for that is what MAD-X keeps.
    """

    where: str
    mass: float | None = SPECIES["positron"][0]
    charge: float = 1.0
    given: tuple[str, str] | None = None
    particle: str = "positron"

    def said(self, attributes: Mapping[str, str], look: Look) -> None:
        """One statement."""
        name = attributes.get("particle", "").strip("\"' ")
        if self.given is not None and ("mass" in attributes or name not in ("", self.particle)):
            energy = self.energy(look)
            self.given = None if energy is None else ("energy", repr(energy))
        if name:
            known = SPECIES.get(name)
            self.particle, (self.mass, self.charge) = name, known or (None, 1.0)
        if name not in SPECIES and "mass" in attributes:
            self.mass = look(attributes["mass"])
        if name not in SPECIES and "charge" in attributes and self.particle not in SPECIES:
            self.charge = look(attributes["charge"])
        for key in ASKED:
            if key in attributes:
                self.given = key, attributes[key]
                break

    def energy(self, look: Look) -> float | None:
        """In GeV, where the mass is known."""
        return None if self.mass is None or self.given is None else math.hypot(self.momentum(look), self.mass)

    def momentum(self, look: Look) -> float:
        """In GeV/c, of the particle."""
        assert self.given is not None
        key, text = self.given
        value = look(text)
        if key == "pc":
            found = value
        elif key == "brho":
            found = value * CLIGHT * abs(self.charge)
        elif self.mass is None:
            truth = f"{key} wants the mass of the {self.particle}, and MAD-X knows that of {', '.join(SPECIES)}."
            raise InputError(self.where, f"'{key}' and no mass", truth, "Write 'mass=...' in GeV, or 'pc'.")
        else:
            least = self.mass if key == "energy" else 1.0 if key == "gamma" else 0.0
            if not (value > least and (key != "beta" or value < 1)):
                said = {"energy": f"It is above the mass, {self.mass:.6g} GeV.", "gamma": "It is above 1."}
                truth = said.get(key, "It lies between 0 and 1.")
                raise InputError(self.where, f"{key}={value:g}", truth, "Mend the beam.")
            gamma = value / self.mass if key == "energy" else value
            gamma = 1 / math.sqrt(1 - value**2) if key == "beta" else gamma
            found = self.mass * math.sqrt((gamma - 1) * (gamma + 1))
        if not found > 0:
            raise InputError(self.where, f"{key}={value:g}", "A momentum is above 0.", "Mend the beam.")
        return found

    def property(self, key: str, look: Look) -> float | None:
        """What `beam->key` is; None for what is not known here."""
        if self.given is None:
            return {"mass": self.mass, "charge": self.charge}.get(key)
        p = self.momentum(look)
        energy = math.nan if self.mass is None else math.hypot(p, self.mass)
        found = {"pc": p, "brho": p / CLIGHT / abs(self.charge), "charge": self.charge, "mass": self.mass}
        return {**found, "energy": energy, "gamma": energy / (self.mass or math.nan), "beta": p / energy}.get(key)


@dataclass
class Beams:
    """The default beam, and those of sequences by name."""

    default: Beam | None = None
    own: dict[str, Beam] = field(default_factory=dict)

    def said(self, attributes: Mapping[str, str], look: Look, where: str) -> None:
        """A statement 'beam'."""
        name = attributes.get("sequence", "").strip("\"' ")
        beam = (self.own.get(name) if name else self.default) or Beam(where)
        beam.where = where
        beam.said(attributes, look)
        if name:
            self.own[name] = beam
        else:
            self.default = beam

    def forget(self, attributes: Mapping[str, str]) -> None:
        """A statement 'resbeam'."""
        name = attributes.get("sequence", "").strip("\"' ")
        if name:
            self.own.pop(name, None)
        else:
            self.default = None

    def of(self, name: str, where: str) -> Beam:
        """That of a line or sequence, or a sentence about its absence."""
        beam = self.own.get(name) or self.default
        if beam is None and self.own:
            got = f"no beam of {quote(name)}"
            truth = f"The file has one of {', '.join(map(quote, self.own))} alone."
            raise InputError(where, got, truth, f"Write 'beam, sequence={name}, pc=8.5;' or give 'momentum'.")
        if beam is None or beam.given is None:
            truth = "Strengths are relative to it."
            raise InputError(where, "no momentum", truth, "Write 'beam, pc=8.5;' or give 'momentum'.")
        return beam

    def momentum(self, name: str, look: Look, where: str) -> float:
        """By which strengths become fields, GeV/c: that of the particle over its charge."""
        beam = self.of(name, where)
        if not beam.charge:
            raise InputError(beam.where, "a charge of 0", "Magnets bend what is charged.", "Give 'charge'.")
        return beam.momentum(look) / abs(beam.charge)
