"""Cross-sections in two columns of text, energy and sigma (or sigma/E), with their units in the head or given."""

from __future__ import annotations

import math
import re
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import AREA, AREA_PER_ENERGY, ENERGY, Dimension
from ontarget.interaction.charged.charged_current import CrossSection
from ontarget.io.quantity import Powers, measure, powers_of
from ontarget.io.release import read_small
from ontarget.io.tables.table import parse_table
from ontarget.io.wording import one_line, quote

_UNITS = re.compile(r"\[([^\[\]]+)\]|\(([^()]+)\)")
_FIGURE = r"[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?"
_FIRST = re.compile(rf"\s*({_FIGURE}|\.[0-9]+(?:[eE][-+]?[0-9]+)?)?\s*(.*?)\s*", re.S)
_INNER = re.compile(rf"(?<![\w.^*])(?<!\^[-+])(?<!\*[-+])(?!1(?![0-9.eE])){_FIGURE}(?![\w.])")
_PER = re.compile(rf"(?:\bper\b|/)\s*({_FIGURE})\s*([A-Za-zµμ]\w*(?:\^[0-9])?)")
_POWER = re.compile(r"\b([kcmµμun]?m)([23])\b")
_WORDS = re.compile(r"\b(?:nu|nus|neutrinos?|ν)\b")
HEAD = 20


def read_cross_section(
    path: str | Path, flavour: str, nucleons: float | int = 1, energy_unit: str = "", unit: str = ""
) -> CrossSection:
    """A table of one flavour from a file of two columns.

    Parameters
    ----------
    flavour : "nu_mu"
    nucleons : in what the second column is for; 1 per nucleon, 40 per nucleus of 40Ar
    energy_unit, unit : such as "GeV" and "1e-38 cm^2", or "1e-38 cm^2/GeV" for sigma/E. Left out, they are read from
        the first line with two units in brackets, "# E [GeV]  sigma [1e-38 cm^2]"

    Raises
    ------
    InputError : no units or wrong ones, other than two columns, and what a table cannot be
    """
    label = one_line(path)
    content = read_small(Path(path), label)
    table = parse_table(content, label).values
    if table.shape[1] != 2:
        raise InputError(label, f"{table.shape[1]} columns", "They are energy and cross-section.", "Cut the others.")
    if not energy_unit or not unit:
        head = _head(content, label)
        energy_unit, unit = energy_unit or head[0], unit or head[1]
    energy = table[:, 0] * _factor(energy_unit, (ENERGY,), label)[0]
    factor, dimension = _factor(unit, (AREA, AREA_PER_ENERGY), label)
    if not nucleons > 0:
        raise InputError("nucleons", f"{nucleons:g}", "There is one at least.", "Give the mass number.")
    values = table[:, 1] * factor / nucleons
    if dimension is AREA:
        values = values / np.where(energy > 0, energy, 1.0)  # an energy of zero is refused below
    try:
        return CrossSection(jnp.asarray(energy), jnp.asarray(values), name=flavour)
    except InputError as error:
        raise error.within(label) from None


def _head(content: bytes, label: str) -> tuple[str, str]:
    for line in content.decode("utf-8-sig", "replace").splitlines()[:HEAD]:
        found = [first or second for first, second in _UNITS.findall(line)]
        if len(found) == 2:
            return found[0], found[1]
    truth = "A head names them, '# E [GeV]  sigma [1e-38 cm^2]'."
    raise InputError(label, "no units", truth, "Write such a line, or give the units.")


def _factor(text: str, wanted: tuple[Dimension, ...], label: str) -> tuple[float, Dimension]:
    """A unit with numbers in it, as a factor, and which of the wanted dimensions it has."""
    factor, powers = unit_with_numbers(text, f"{label}, unit")
    for dimension in wanted:
        if powers == powers_of(dimension):
            return factor, dimension
    truth = f"It is {' or '.join(one.name for one in wanted)}."
    raise InputError(f"{label}, unit", quote(text), truth, f"Write e.g. '{wanted[0].unit}'.")


def unit_with_numbers(text: str, where: str) -> tuple[float, Powers]:
    """A unit as people write it in heads of tables, as a factor and its powers of mass, length and time.

    "1e-38 cm^2", "1e-6/(m^2 GeV)", "nu/m2/POT/50 MeV", "1/m^2 per 1e6 POT": numbers may stand before it and within,
    'cm2' is cm^2, 'per' is '/', and neutrinos are a number.
    """
    number, unit = _FIRST.fullmatch(text).groups()  # type: ignore[union-attr]
    unit = _PER.sub(r"/(\1 \2)", _POWER.sub(r"\1^\2", _WORDS.sub("1", unit)))
    unit = re.sub(r"\bper\b", "/", unit)
    figures = [float(found) for found in _INNER.findall(unit)]
    plain = _INNER.sub("rad", unit)
    factor, powers = measure(plain, where)
    for index, figure in enumerate(figures):  # whether it multiplies or divides is read off a hundredth in its place
        count = iter(range(len(figures)))
        marked = _INNER.sub(lambda _, count=count, index=index: "percent" if next(count) == index else "rad", unit)
        factor *= figure ** round(-math.log10(measure(marked, where)[0] / measure(plain, where)[0]) / 2)
    return float(number or 1) * factor, powers
