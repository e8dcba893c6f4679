"""A material: a chemical formula, perhaps enriched, and the nuclei that a mass of it holds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Array, Float

from ontarget.ground import shorthand
from ontarget.ground.constants import atomic_mass
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Density, Noun, as_array, quantity, static
from ontarget.matter.nuclide import Nuclides, isotope, isotopes
from ontarget.matter.nuclide_table import Isotope

_TOKEN = re.compile(r"(?P<element>[A-Z][a-z]?)|(?P<open>\()|(?P<close>\))|(?P<count>\d+(?:\.\d+)?)")


def _pairs(enrichment: Any) -> tuple[tuple[str, float], ...]:
    items = enrichment.items() if isinstance(enrichment, Mapping) else enrichment
    return tuple((str(name), float(fraction)) for name, fraction in items)


class Material(Noun):
    """A chemical compound, as detectors and shields are made of.

    Attributes
    ----------
    formula : "CsI", "C3F8", "Ca(OH)2"; counts may be fractional ("C17.8H30.1")
    enrichment : mole fractions {"Ge76": 0.87, "Ge74": 0.13} in place of the natural ones; for each element named here
        they sum to one, and its isotopes not named are absent
    density : Float[""] [mass/volume], or None

    Raises
    ------
    InputError
        for a formula that cannot be read, an unknown element or isotope, fractions that do not sum to one
    """

    formula: str = static()
    enrichment: tuple[tuple[str, float], ...] = static(default=(), converter=_pairs)
    density: Density | None = quantity(default=None)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "density")
        self.composition()

    @classmethod
    def read(cls, given: str) -> dict[str, Any]:
        """What the shorthand of a catalog stands for: "CsI" is a formula."""
        return shorthand.material(given)

    def composition(self) -> tuple[tuple[Isotope, float], ...]:
        """Every isotope with its number of atoms per formula unit, by element as written, then by rising A."""
        elements = parse_formula(self.formula)
        enriched = _enriched(self.enrichment, elements)
        return tuple(
            (row, count * fraction)
            for symbol, count in elements.items()
            for row, fraction in enriched.get(symbol, _natural(symbol))
        )

    def nuclides(self) -> Nuclides:
        """The isotopes of this material, in the order of `nuclei_per_mass`."""
        return Nuclides.from_rows(row for row, _ in self.composition())

    def nuclei_per_mass(self) -> Float[Array, " nuclide"]:
        r"""Number of nuclei of each isotope per mass of material, 1/mass.

        .. math:: n_i = \frac{\nu_i}{\sum_j \nu_j m_j}

        with :math:`\nu_i` atoms of isotope i per formula unit and *atomic* masses m (the electrons are weighed too).

        References
        ----------
        Wang:2021xhn
        """
        atoms = np.array([count for _, count in self.composition()])
        return as_array(atoms / self._mass_per_unit())

    def electrons_per_mass(self) -> Float[Array, ""]:
        """Number of electrons per mass of neutral material, 1/mass."""
        return as_array(sum(row.Z * count for row, count in self.composition()) / self._mass_per_unit())

    def _mass_per_unit(self) -> float:
        """Mass of one formula unit. Chemical binding (1e-9) is neglected."""
        return sum(count * row.relative_mass for row, count in self.composition()) * atomic_mass


def parse_formula(formula: str) -> dict[str, float]:
    """Atoms of each element per formula unit, in the order of first appearance: "H2O" gives {"H": 2.0, "O": 1.0}."""
    levels: list[dict[str, float]] = [{}]
    group: dict[str, float] | None = None  # what a count standing here would multiply
    place = 0
    while place < len(formula):
        match = _TOKEN.match(formula, place)
        if match is None:
            raise _unreadable(formula, f"{formula[place]!r} has no meaning in it.")
        token, place = match.group(), match.end()
        if match.lastgroup == "count":
            if group is None or float(token) == 0:
                raise _unreadable(formula, f"The count {token} must be above zero and follow an element or a bracket.")
            _add(levels[-1], group, float(token) - 1)  # one was added when the group closed
            group = None
        elif match.lastgroup == "open":
            levels.append({})
            group = None
        elif match.lastgroup == "close" and (len(levels) == 1 or not levels[-1]):
            raise _unreadable(formula, "A bracket is closed that holds nothing or was never opened.")
        else:
            group = levels.pop() if match.lastgroup == "close" else {isotopes(token)[0].symbol: 1.0}
            _add(levels[-1], group, 1.0)
    if len(levels) > 1 or not levels[0]:
        raise _unreadable(formula, "A bracket is left open." if levels[1:] else "It names no element.")
    return levels[0]


def _add(total: dict[str, float], group: dict[str, float], times: float) -> None:
    for symbol, count in group.items():
        total[symbol] = total.get(symbol, 0.0) + times * count


def _unreadable(formula: str, truth: str) -> InputError:
    return InputError("formula", repr(formula), truth, "Write it as in 'CsI', 'C3F8' or 'Ca(OH)2'.")


def _natural(symbol: str) -> tuple[tuple[Isotope, float], ...]:
    """The isotopes of an element with mole fractions that sum to one exactly."""
    rows = isotopes(symbol)
    total = sum(row.abundance for row in rows)
    return tuple((row, row.abundance / total) for row in rows)


def _enriched(
    enrichment: tuple[tuple[str, float], ...], elements: Mapping[str, float]
) -> dict[str, tuple[tuple[Isotope, float], ...]]:
    """The enriched elements: each one's isotopes, by rising A, with their mole fractions."""
    chosen: dict[str, dict[Isotope, float]] = {}
    for name, fraction in enrichment:
        row = isotope(name)
        if row.symbol not in elements:
            raise InputError("enrichment", repr(name), f"The formula holds no {row.symbol}.", "Leave it out.")
        if not 0 <= fraction <= 1:
            raise InputError("enrichment", f"{name}: {fraction:g}", "A mole fraction lies in [0, 1].", "Mend it.")
        chosen.setdefault(row.symbol, {})[row] = fraction
    for symbol, fractions in chosen.items():
        total = math.fsum(fractions.values())
        if abs(total - 1) > 1e-6:
            truth = f"The mole fractions of {symbol} must sum to one."
            raise InputError(
                "enrichment", f"a sum of {total:g}", truth, f"Name every isotope of {symbol} that there is."
            )
    return {
        symbol: tuple((row, fractions[row]) for row in isotopes(symbol) if fractions.get(row, 0.0) > 0)
        for symbol, fractions in chosen.items()
    }
