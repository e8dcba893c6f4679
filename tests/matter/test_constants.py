"""The typed constants against the PDG tables of `particle` and against CODATA in scipy."""

import pytest
import scipy.constants as codata
from particle import literals

from ontarget.ground import constants, units
from ontarget.ground.units import MeV, cm, eV, fm, kg, m, ns, s

# scipy carries a later CODATA adjustment than ours: u c^2 and m_e moved by 1.4e-9, the rest by less
CODATA = 2e-9


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (constants.c / (m / s), codata.c),
        (constants.hbar_c / (MeV * fm), codata.value("reduced Planck constant times c in MeV fm")),
        (constants.alpha, codata.alpha),
        (constants.atomic_mass_energy / MeV, codata.value("atomic mass constant energy equivalent in MeV")),
        (constants.atomic_mass / kg, codata.atomic_mass),
        (constants.electron_mass / MeV, codata.value("electron mass energy equivalent in MeV")),
        (units.joule / eV, 1 / codata.e),
        (constants.barn / cm**2, 1e-24),
    ],
)
def test_codata(ours, theirs):
    assert ours == pytest.approx(theirs, rel=CODATA)


def test_the_two_atomic_masses_agree():
    """u in kg times c^2 against u c^2 in MeV: 1e-10, the rounding of the typed values."""
    assert constants.atomic_mass * constants.c**2 / constants.atomic_mass_energy == pytest.approx(1, abs=1e-9)


def test_fermi_constant():
    """CODATA lists the value of the previous PDG edition: 1.1663787e-5."""
    theirs = codata.value("Fermi coupling constant")
    assert constants.fermi_constant * units.GeV**2 == pytest.approx(theirs, rel=2e-7)


@pytest.mark.parametrize(
    ("ours", "particle", "tolerance"),
    [
        (constants.electron_mass, literals.e_minus, 2e-9),
        (constants.muon_mass, literals.mu_minus, 1e-9),
        # PDG fits move the pion mass by parts of its error, 0.18 keV
        (constants.pion_mass, literals.pi_plus, 2e-6),
    ],
)
def test_masses(ours, particle, tolerance):
    assert ours / MeV == pytest.approx(particle.mass, rel=tolerance)


@pytest.mark.parametrize(
    ("ours", "particle", "tolerance"),
    # `particle` stores the width, to six digits or so
    [(constants.muon_lifetime, literals.mu_minus, 2e-6), (constants.pion_lifetime, literals.pi_plus, 2e-4)],
)
def test_lifetimes(ours, particle, tolerance):
    assert ours / ns == pytest.approx(particle.lifetime, rel=tolerance)
