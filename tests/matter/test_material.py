"""Materials: reading formulas, and counting nuclei."""

import jax
import numpy as np
import periodictable
import pytest
from scipy.constants import Avogadro

from ontarget.ground.errors import InputError
from ontarget.ground.units import cm, g, kg
from ontarget.matter import Material, parse_formula

FORMULAS = [
    "CsI",
    "C3F8",
    "Ge",
    "H2O",
    "Ca(OH)2",
    "CaWO4",
    "Mg((CH3)2O)3",
    "CH3COOH",
    "C17.8H30.1",
    "PbWO4",
    "Gd2(SO4)3",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_against_periodictable(formula):
    theirs = {str(element): count for element, count in periodictable.formula(formula).atoms.items()}
    assert parse_formula(formula) == pytest.approx(theirs)


@pytest.mark.parametrize("formula", ["CsI", "C3F8", "Ge", "H2O", "Ar", "CaWO4", "Xe", "Pb"])
def test_nuclei_weigh_what_the_material_weighs(formula):
    material = Material(formula)
    per_mass = np.asarray(material.nuclei_per_mass()) * kg
    nuclides = material.nuclides()
    assert per_mass.shape == nuclides.A.shape
    molar = periodictable.formula(formula).mass  # g/mol, standard atomic weights, rounded or abridged to 1e-4
    atoms = sum(parse_formula(formula).values())
    assert per_mass.sum() == pytest.approx(1e3 * Avogadro * atoms / molar, rel=3e-4)
    electrons = np.sum(per_mass * np.asarray(nuclides.Z))
    assert material.electrons_per_mass() * kg == pytest.approx(electrons, rel=1e-13)


def test_liquid_argon_of_cenns10():
    """24.4 kg: the COHERENT note has 3.683e26, with A = 39.9; the standard weight 39.95 gives 3.678e26."""
    atoms = float(Material("Ar").nuclei_per_mass().sum() * (24.4 * kg))
    assert atoms == pytest.approx(24.4e3 * Avogadro / 39.948, rel=1e-5)
    assert atoms == pytest.approx(3.683e26, rel=2e-3)


def test_isotopes_keep_their_natural_proportions():
    material = Material("GeO2")
    names = material.nuclides().symbols
    assert names[:5] == ("Ge70", "Ge72", "Ge73", "Ge74", "Ge76")
    share = np.asarray(material.nuclei_per_mass())
    assert share[4] / share[:5].sum() == pytest.approx(0.0775, rel=1e-6)
    assert share[5:].sum() / share[:5].sum() == pytest.approx(2, rel=1e-12)


def test_enrichment_replaces_one_element():
    material = Material("GeO2", {"Ge76": 0.87, "Ge74": 0.13})
    assert material.nuclides().symbols == ("Ge74", "Ge76", "O16", "O17", "O18")
    share = np.asarray(material.nuclei_per_mass())
    assert share[1] / (share[0] + share[1]) == pytest.approx(0.87, rel=1e-12)
    assert share[2:].sum() / share[:2].sum() == pytest.approx(2, rel=1e-12)
    assert material == Material("GeO2", (("Ge76", 0.87), ("Ge74", 0.13)))
    assert hash(material.enrichment) is not None  # static fields must hash, or jit refuses them


def test_heavy_water_has_eighteen_twentieths_of_the_electrons():
    heavy, light = Material("H2O", {"H2": 1.0}), Material("H2O")
    ratio = float(heavy.electrons_per_mass() / light.electrons_per_mass())
    assert ratio == pytest.approx(18.015 / 20.0276, rel=1e-4)  # standard atomic weights, rounded


def test_isotope_of_zero_fraction_is_left_out():
    assert Material("Ge", {"Ge76": 1.0, "Ge74": 0.0}).nuclides().symbols == ("Ge76",)


def test_density_is_a_leaf_and_optional():
    assert jax.tree.leaves(Material("CsI")) == []
    assert jax.tree.leaves(Material("CsI", density=4.51 * g / cm**3)) == [4.51 * g / cm**3]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("Xx",), "Known"),
        (("xe",), "has no meaning"),
        (("CsI2)",), "never opened"),
        (("(CsI",), "left open"),
        (("C()2",), "holds nothing"),
        (("2H",), "must be above zero and follow"),
        (("C0",), "must be above zero"),
        (("C2 3",), "has no meaning"),
        (("",), "names no element"),
        (("D2O",), "enrich it"),
        (("Ge", {"Ge76": 0.5}), "sum to one"),
        (("Ge", {"Ge76": 1.5, "Ge74": -0.5}), "in [0, 1]"),
        (("Ge", {"Ge77": 1.0}), "Known: Ge70"),
        (("Ge", {"Xe136": 1.0}), "holds no Xe"),
        (("Ge", (), -1.0), "above 0 g/cm3"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(arguments, remedy):
    with pytest.raises(InputError) as caught:
        Material(*arguments)
    assert remedy in str(caught.value)
