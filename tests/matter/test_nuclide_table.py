"""The typed table against an independent transcription of AME2020 and CIAAW, and against neutron-scattering spins."""

from fractions import Fraction

import periodictable
import pytest

from ontarget.ground.constants import atomic_mass_energy, electron_mass
from ontarget.ground.units import MeV
from ontarget.matter.nuclide_table import NATURAL

ELEMENTS = sorted({row.symbol for row in NATURAL})
# elements whose abundances are not periodictable's: natural (not market) lithium; 230Th left out; it has none for U
OWN_ABUNDANCE = {"Li": {6: 0.0759, 7: 0.9241}, "Th": {232: 1.0}, "U": {234: 5.4e-5, 235: 7.204e-3, 238: 0.992742}}
WRONG_SPIN = {"Hg199"}  # the booklet has 0, impossible for odd A; it is 1/2
WANTED = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Ti Cr Fe Ni Cu Zn Ga Ge As Br Kr Zr Mo Ag Cd Sn Te I Xe Cs Ba La Gd
Ta W Au Hg Tl Pb Bi Th U
"""


def test_covers_what_detectors_and_shields_are_made_of():
    assert set(WANTED.split()) <= set(ELEMENTS)


def test_rows_are_unique_and_sorted():
    keys = [(row.Z, row.A) for row in NATURAL]
    assert keys == sorted(set(keys))


def test_masses_and_numbers():
    for row in NATURAL:
        other = getattr(periodictable, row.symbol)
        assert other.number == row.Z, row.name
        # typed to 0.1 keV or better: 0.05 keV of A u is 5e-11 to 5e-9; periodictable's own rounding is below that
        assert row.relative_mass == pytest.approx(other[row.A].mass, rel=1e-8, abs=0), row.name


@pytest.mark.parametrize("symbol", ELEMENTS)
def test_abundances(symbol):
    ours = {row.A: row.abundance for row in NATURAL if row.symbol == symbol}
    theirs = {iso.isotope: iso.abundance / 100 for iso in getattr(periodictable, symbol) if iso.abundance > 0}
    # typed to seven decimals
    assert ours == pytest.approx(OWN_ABUNDANCE.get(symbol, theirs), abs=6e-8)
    # as published the fractions sum to one within their last digit
    assert sum(ours.values()) == pytest.approx(1, abs=2e-6)


def test_spins_against_neutron_scattering_tables():
    """The Neutron Data Booklet, as periodictable carries it, lists the spin of most natural isotopes."""
    compared = 0
    for row in NATURAL:
        other = getattr(periodictable, row.symbol)[row.A]
        assert other.neutron is not None  # reading it loads the table that has the spins
        spin = getattr(other, "nuclear_spin", "")
        if spin.replace("/", "").isdigit() and row.name not in WRONG_SPIN:
            compared += 1
            assert row.spin == float(Fraction(spin)), row.name
    assert compared > 200


def test_spin_is_half_integer_for_odd_A_and_zero_for_even_even():
    for row in NATURAL:
        assert (2 * row.spin) % 2 == row.A % 2, row.name
        assert (row.spin == 0) == (row.Z % 2 == 0 and row.N % 2 == 0), row.name


def test_nuclear_mass_of_the_lightest_is_the_proton_and_the_alpha():
    from scipy.constants import physical_constants

    row = {row.name: row for row in NATURAL}
    # hydrogen is bound by 13.6 eV, helium by 79 eV, both neglected; and 0.005 keV of typing
    for name, key in (("H1", "proton"), ("H2", "deuteron"), ("He4", "alpha particle"), ("He3", "helion")):
        want = physical_constants[f"{key} mass energy equivalent in MeV"][0]
        assert row[name].nuclear_mass / MeV == pytest.approx(want, abs=1e-4)
    lead = row["Pb208"]
    assert lead.nuclear_mass == pytest.approx(lead.relative_mass * atomic_mass_energy - 82 * electron_mass, rel=1e-15)
