"""Flavours, nuclides, materials, spin expectation values, nuclear form factors."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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
    from ontarget.matter.radius import AbstractRadii, MeasuredRadii, NeutronRadii, NuclideRadius, RadiusTable
    from ontarget.matter.spin import oscillator_length, spin_expectation

lazy(
    __name__,
    {
        ".flavour": "FAMILY FLAVOURS LATEX UNICODE",
        ".form_factor": "AbstractFormFactor Helm HelmLewinSmith KleinNystrand PointLike SymmetrisedFermi",
        ".material": "Material parse_formula",
        ".nuclide": "Nuclides isotope isotopes",
        ".nuclide_table": "NATURAL Isotope",
        ".particle": "PARTICLES Particle",
        ".radius": "AbstractRadii MeasuredRadii NeutronRadii NuclideRadius RadiusTable",
        ".spin": "oscillator_length spin_expectation",
    },
)
