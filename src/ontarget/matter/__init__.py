"""Flavours, nuclides, materials, spin expectation values, nuclear form factors."""

from ontarget.matter.flavour import FAMILY, FLAVOURS, LATEX, UNICODE
from ontarget.matter.form_factor import (
    AbstractFormFactor,
    Helm,
    HelmLewinSmith,
    KleinNystrand,
    PointLike,
    SymmetrisedFermi,
)
from ontarget.matter.material import Material, parse_formula
from ontarget.matter.nuclide import Nuclides, isotope, isotopes
from ontarget.matter.nuclide_table import NATURAL, Isotope
from ontarget.matter.particle import PARTICLES, Particle
from ontarget.matter.spin import oscillator_length, spin_expectation

__all__ = [
    "FAMILY",
    "FLAVOURS",
    "LATEX",
    "NATURAL",
    "PARTICLES",
    "UNICODE",
    "AbstractFormFactor",
    "Helm",
    "HelmLewinSmith",
    "Isotope",
    "KleinNystrand",
    "Material",
    "Nuclides",
    "Particle",
    "PointLike",
    "SymmetrisedFermi",
    "isotope",
    "isotopes",
    "oscillator_length",
    "parse_formula",
    "spin_expectation",
]
