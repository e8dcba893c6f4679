"""Nuclides: the isotopes of a target as one struct of arrays, and the look-ups in the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from jaxtyping import Array, Float

from ontarget.ground import units
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, as_array, quantity, static
from ontarget.matter.charge_radius import charge_radius
from ontarget.matter.nuclide_table import NATURAL, Isotope
from ontarget.matter.spin import spin_expectation

PerNuclide = Float[Array, "*nuclide"]  # several nuclides, or one of them as scalars

_BY_NAME = {row.name: row for row in NATURAL}
_BY_ELEMENT = {row.symbol: tuple(other for other in NATURAL if other.symbol == row.symbol) for row in NATURAL}


class Nuclides(Noun):
    """The isotopes of a target, one entry of each array per isotope.

    Attributes
    ----------
    symbols : names, such as "Ge76"
    Z, N : Float[nuclide] [1]               numbers of protons and neutrons
    mass : Float[nuclide] [energy]          nuclear mass, M c^2
    spin : Float[nuclide] [1]               ground-state spin J
    proton_spin, neutron_spin : Float[nuclide] [1]   <S_p>, <S_n>; zero for J = 0 and where unknown
    charge_radius : Float[nuclide] [length]  measured rms radius of the charge

    References
    ----------
    Wang:2021xhn
    Klos:2013rwa
    Angeli:2013epw
    """

    symbols: tuple[str, ...] = static()
    Z: PerNuclide = quantity()
    N: PerNuclide = quantity()
    mass: Annotated[PerNuclide, units.ENERGY] = quantity()
    spin: PerNuclide = quantity()
    proton_spin: PerNuclide = quantity()
    neutron_spin: PerNuclide = quantity()
    charge_radius: Annotated[PerNuclide, units.FEMTO] = quantity()

    @property
    def A(self) -> PerNuclide:
        """Mass numbers, dimensionless."""
        return self.Z + self.N

    @classmethod
    def of(cls, *names: str) -> Nuclides:
        """The nuclides of these names: ``Nuclides.of("Ar40", "Ge76")``. Unknown names raise `InputError`."""
        return cls.from_rows(isotope(name) for name in names)

    @classmethod
    def from_rows(cls, rows: Iterable[Isotope]) -> Nuclides:
        """The nuclides of these rows of the table, in their order."""
        rows = tuple(rows)
        spins = [spin_expectation(row.name) for row in rows]
        return cls(
            symbols=tuple(row.name for row in rows),
            Z=as_array([float(row.Z) for row in rows]),
            N=as_array([float(row.N) for row in rows]),
            mass=as_array([row.nuclear_mass for row in rows]),
            spin=as_array([row.spin for row in rows]),
            proton_spin=as_array([proton for proton, _ in spins]),
            neutron_spin=as_array([neutron for _, neutron in spins]),
            charge_radius=as_array([charge_radius(row.symbol, row.A) for row in rows]),
        )


def isotopes(symbol: str) -> tuple[Isotope, ...]:
    """The natural isotopes of an element, by rising A. An unknown symbol raises `InputError`."""
    if symbol not in _BY_ELEMENT:
        raise InputError("element", repr(symbol), "No such element is in the table.", _near_element(symbol))
    return _BY_ELEMENT[symbol]


def isotope(name: str) -> Isotope:
    """The isotope of a name such as "Ge76". An unknown name raises `InputError`."""
    if name not in _BY_NAME:
        raise InputError("isotope", repr(name), "No such natural isotope is in the table.", _near_isotope(name))
    return _BY_NAME[name]


def _near_element(symbol: str) -> str:
    """A remedy: deuterium is hydrogen, capitals matter, else the nearest symbol."""
    if symbol == "D":
        return "Write H and enrich it: {'H2': 1.0}."
    return did_you_mean(symbol.capitalize(), _BY_ELEMENT)


def _near_isotope(name: str) -> str:
    """A remedy: the name turned round ("76Ge"), else the element's isotopes, else the nearest element."""
    letters = name.strip("0123456789-")
    turned = letters + name.replace(letters, "").strip("-")
    if turned in _BY_NAME:
        return f"Did you mean {turned!r}?"
    if letters in _BY_ELEMENT:
        return f"Known: {', '.join(row.name for row in _BY_ELEMENT[letters])}."
    return _near_element(letters)
