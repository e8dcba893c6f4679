"""GENIE's cross-section splines (gxspl XML) as tables of total charged-current cross-sections.

A file has one spline for each process of one neutrino on one target, called "genie::.../nu:14;tgt:1000180400;N:2112;
proc:Weak[CC],QES;", with knots of energy in GeV and cross-section in 1/GeV^2 (natural units, of the whole target). What
is taken is the sum over all charged-current processes, each of them once. Files may be gzipped. Those of 100 MB are
read in one pass, and only the splines that are wanted are kept. What an XML file may define or include elsewhere is
refused, never followed.

The tables know of no other nucleus than theirs: they have no asymmetry between neutrons and protons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from xml.parsers import expat

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.interaction.charged.charged_current import ChargedCurrent, CrossSection
from ontarget.io.formats.rays import PDG
from ontarget.io.plain_text import open_plain, read_chunk
from ontarget.io.wording import one_line, quote
from ontarget.matter.nuclide import Nuclides, isotope

CHUNK = 1 << 20
NATURAL = (hbar_c / GeV) ** 2
"""1/GeV^2 as an area, 0.3894e-27 cm2."""

NAME = re.compile(r"nu:(?P<nu>-?\d+);tgt:(?P<target>\d+);.*?proc:(?P<process>[^;]*)")
CHARGED = "Weak[CC]"
STEP = 1e-9
"""Relative energy within which a spline rises that begins above zero."""
SAME = 1e-6
"""Relative, of energies at which splines end."""
Curve = tuple[Float[np.ndarray, " knot"], Float[np.ndarray, " knot"]]


def read_genie_splines(path: str | Path, nuclide: str) -> ChargedCurrent:
    """Tables of every flavour that a file has on a nucleus, such as "Ar40" ("H1" is a free proton).

    Raises
    ------
    InputError : no file, malformed XML, no spline of this target or none of charged currents, several tunes, knots that
        are not finite, negative or not in order
    """
    label, row = one_line(path), isotope(nuclide)
    code = 1000000000 + row.Z * 10000 + row.A * 10
    with open_plain(path, label, "GENIE's XML") as stream:
        curves, targets = _charged(stream, label, str(code))
    if str(code) not in targets:
        known = ", ".join(sorted(targets)[:8]) or "none"
        raise InputError(label, f"no spline of {nuclide}", f"It has the targets {known}.", "Name another file.")
    if not curves:
        truth = f"Of {nuclide} it has no spline of charged currents ({CHARGED})."
        raise InputError(label, "neutral currents only", truth, "Name a file with charged currents.")
    nucleus = Nuclides.of(nuclide)
    tables = tuple(_table(label, name, curves[pdg], row.A) for name, pdg in PDG.items() if pdg in curves)
    return ChargedCurrent(tables, ((nucleus.N - nucleus.Z) / nucleus.A)[0], name=f"{nuclide}, GENIE splines")


def _charged(stream: BufferedIOBase, label: str, code: str) -> tuple[dict[int, dict[str, Curve]], set[str]]:
    """The splines of charged currents on a target, by neutrino and name, and all targets of the file."""
    curves: dict[int, dict[str, Curve]] = {}
    targets: set[str] = set()
    for name, knots in _splines(stream, label, f"tgt:{code};"):
        found = NAME.search(name)
        if found is None:
            truth = "A name holds 'nu:..;tgt:..;' and 'proc:'."
            raise InputError(label, f"the spline {quote(name)}", truth, "Name a file of GENIE.")
        targets.add(found["target"])
        if found["target"] == code and found["process"].startswith(CHARGED) and int(found["nu"]) in PDG.values():
            known, curve = curves.setdefault(int(found["nu"]), {}), _curve(knots, f"{label}, {quote(name)}")
            if name in known and not all(
                np.array_equal(one, other) for one, other in zip(known[name], curve, strict=True)
            ):
                truth = "A process counts once."
                raise InputError(f"{label}, {quote(name)}", "two splines of one name", truth, "Keep one of them.")
            known[name] = curve
    return curves, targets


def _table(label: str, name: str, curves: dict[str, Curve], nucleons: int) -> CrossSection:
    """The sum of splines, at all energies of any of them.

    Each is linear between its knots and zero below the first, where it may begin with a step; all end at one energy,
    but for those that end at zero.
    """
    steps = [curve[0][0] * (1 - STEP) for curve in curves.values() if curve[1][0] > 0]
    energy = np.unique(np.concatenate([*(curve[0] for curve in curves.values()), steps]))
    begun = min(curve[0][0] for curve in curves.values())
    energy = energy[energy >= begun]  # before the first of all a table is zero by itself
    _check_ends(label, name, curves)
    highest = min(curve[0][-1] for curve in curves.values() if curve[0][-1] >= energy[-1] * (1 - SAME))
    energy = energy[energy <= highest]
    total = sum(np.interp(energy, *curve, left=0.0) for curve in curves.values())
    per_energy = jnp.asarray(total * NATURAL / nucleons / (energy * GeV))
    return CrossSection(jnp.asarray(energy * GeV), per_energy, name=name)


def _check_ends(label: str, flavour: str, curves: dict[str, Curve]) -> None:
    """Refuse a spline that ends before the others while it is not zero."""
    ends = {name: float(curve[0][-1]) for name, curve in curves.items()}
    last = max(ends.values())
    for name, end in ends.items():
        if end < last * (1 - SAME) and curves[name][1][-1] > 0:
            truth = f"Others of {flavour} go on to {last:g} GeV, so that their sum is not known above."
            remedy = "Make all splines up to one energy (gmkspl -e)."
            process = NAME.search(name)
            which = process["process"] if process else quote(name)
            raise InputError(f"{label}, {which}", f"a spline that ends at {end:g} GeV", truth, remedy)


def _curve(knots: list[tuple[float, float]], where: str) -> Curve:
    energy, area = np.array(knots, float).reshape(-1, 2).T
    if len(energy) < 2:
        raise InputError(where, f"{len(energy)} knots", "A spline has two at least.", "Fetch the file again.")
    if not (np.isfinite(energy).all() and np.isfinite(area).all() and (area >= 0).all() and energy[0] > 0):
        truth = "Energies are above 0, cross-sections not below."
        raise InputError(where, "a knot that cannot be", truth, "Fetch the file again.")
    if not (np.diff(energy) > 0).all():
        raise InputError(where, "knots out of order", "Energies increase.", "Fetch the file again.")
    return energy, area


# ---------------------------------------------------------------------- XML


class _Reader:
    """Keeps the names of all splines, and the knots of those whose name holds `wanted`."""

    def __init__(self, label: str, wanted: str) -> None:
        self.label, self.wanted = label, wanted
        self.done: list[tuple[str, list[tuple[float, float]]]] = []
        self.name: str | None = None
        self.knots: list[tuple[float, float]] = []
        self.numbers: dict[str, float] = {}
        self.tunes: set[str] = set()
        self.text: list[str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.declared
        self.parser.StartDoctypeDeclHandler = self.declared

    def declared(self, *given: object) -> None:
        truth = "Splines need no definitions, and none are followed."
        raise InputError(self.label, "a document type or entity", truth, "Name a file as GENIE writes it.")

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "genie_tune":
            self.tunes.add(given.get("name", ""))
            if len(self.tunes) > 1:
                got = f"the tunes {', '.join(sorted(self.tunes))}"
                raise InputError(self.label, got, "A sum is over the processes of one.", "Keep one of them.")
        elif tag == "spline":
            self.name, self.knots = given.get("name", ""), []
        elif tag in ("E", "xsec") and self.name is not None and self.wanted in self.name:
            self.text = []

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        if self.text is not None and tag in ("E", "xsec"):
            self.numbers[tag] = self.number("".join(self.text))
            self.text = None
        elif tag == "knot" and self.numbers:
            if len(self.numbers) < 2:
                raise InputError(self.where(), "a knot without E or xsec", "It has both.", "Fetch the file again.")
            self.knots.append((self.numbers["E"], self.numbers["xsec"]))
            self.numbers = {}
        elif tag == "spline" and self.name is not None:
            self.done.append((self.name, self.knots))
            self.name = None

    def where(self) -> str:
        return f"{self.label} line {self.parser.CurrentLineNumber}"

    def number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise InputError(self.where(), quote(text.strip()), "A knot holds numbers.", "Fetch it again.") from None


def _splines(stream: BufferedIOBase, label: str, wanted: str) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Names and knots of the splines of a file, one after another."""
    reader = _Reader(label, wanted)
    try:
        while chunk := read_chunk(stream, CHUNK, label):
            reader.parser.Parse(chunk, False)
            yield from reader.done
            reader.done.clear()
        reader.parser.Parse(b"", True)
        yield from reader.done
    except expat.ExpatError as error:
        truth = f"It is no whole XML file ({expat.ErrorString(error.code)})."
        raise InputError(f"{label} line {error.lineno}", "an error", truth, "Fetch the file again.") from None
