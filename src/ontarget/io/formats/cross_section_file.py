"""Cross-sections in two columns of text, energy and sigma (or sigma/E), with their units in the head or given."""

from __future__ import annotations

import re
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import AREA, AREA_PER_ENERGY, ENERGY, Dimension
from ontarget.interaction.charged.charged_current import CrossSection
from ontarget.io.quantity import measure, powers_of
from ontarget.io.release import read_small
from ontarget.io.table import parse_table
from ontarget.io.wording import one_line, quote

_UNITS = re.compile(r"\[([^\[\]]+)\]|\(([^()]+)\)")
_NUMBER = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)?\s*(.*?)\s*")
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
    """A unit with a number before it, as a factor, and which of the wanted dimensions it has."""
    found = _NUMBER.fullmatch(text)
    number, unit = (found[1], found[2]) if found else (None, text)
    factor, powers = measure(unit, f"{label}, unit")
    for dimension in wanted:
        if powers == powers_of(dimension):
            return float(number or 1) * factor, dimension
    truth = f"It is {' or '.join(one.name for one in wanted)}."
    raise InputError(f"{label}, unit", quote(text), truth, f"Write e.g. '{wanted[0].unit}'.")
