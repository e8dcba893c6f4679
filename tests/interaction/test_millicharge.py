"""Electric charges of neutrinos: Rutherford's cross-section, and the form factor they share with charge radii."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.constants import alpha, electron_mass, hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm2
from ontarget.interaction import (
    ChargeRadii,
    ChargeRadius,
    ElectronMillicharge,
    ElectronScattering,
    Millicharge,
    Millicharges,
    RadiativeElectronCouplings,
    TreeCouplings,
)
from ontarget.matter.nuclide import Nuclides

ARGON = jax.tree.map(lambda leaf: leaf[0], Nuclides.of("Ar40"))
Q = jnp.array([10.0, 60.0]) * MeV


def test_charge_and_radius_are_two_terms_of_one_form_factor():
    r"""A form factor q_nu + <r^2> q^2/6 of spacelike sign: a charge stands where -<r^2> q^2/6 would."""
    q = 30.0 * MeV
    radius = -6 * 1e-8 * (hbar_c / q) ** 2
    charge = Millicharge(charges=Millicharges(ee=1e-8, mutau=2e-8)).at(jnp.array([q]))[0]
    alike = ChargeRadius(radii=ChargeRadii(ee=radius, mutau=2 * radius)).at(jnp.array([q]))[0]
    # the pole is moved by (3.7 keV / 30 MeV)^2
    np.testing.assert_allclose((charge - alike)[..., 0], 0.0, atol=1e-6 * float(charge[0, 0, 0]))
    # 2 sqrt2 pi alpha / (G_F q^2), by hand
    assert float(charge[0, 0, 0] - TreeCouplings().matrices()[0][0, 0]) == pytest.approx(0.0618, rel=2e-3)


def test_the_electron_has_the_opposite_charge():
    charges = Millicharges(mumu=1e-9)
    proton = Millicharge(charges=charges).at(Q)[0] - TreeCouplings().at(Q)[0]
    bare = RadiativeElectronCouplings()
    left, right = (a - b for a, b in zip(ElectronMillicharge(bare, charges).at(Q), bare.at(Q), strict=True))
    np.testing.assert_allclose((left + right)[1, 1], -proton[1, 1], rtol=1e-12)


def test_large_charges_scatter_as_mott_says():
    r"""For a charge far above the weak ones, :math:`2\pi\alpha^2 q^2/(m T^2)` in the limit of small T/E."""
    couplings = ElectronMillicharge(charges=Millicharges(mumu=1e-3))
    low, high = 1e-3 * MeV, 2e-3 * MeV
    edges = jnp.array([0.0, low, 1.4e-3 * MeV, high])
    kernel = jax.jit(lambda energy: ElectronScattering(couplings).kernel(ARGON, energy, edges))
    found = kernel(jnp.array([50.0]) * MeV)[1, 0, 1:].sum()
    exact = 18 * 2 * np.pi * (1e-3 * alpha * hbar_c) ** 2 / electron_mass * (1 / low - 1 / high)
    # T/E is 4e-5; the pole at 3.7 keV in q takes (alpha^2 m_e / T) = 3 % from a keV, which is written out
    cut = electron_mass * alpha**2 / 2
    exact *= (1 / (low + cut) - 1 / (high + cut)) / (1 / low - 1 / high)
    assert float(found / cm2) == pytest.approx(exact / cm2, rel=2e-4)


def test_no_number_is_refused():
    with pytest.raises(InputError) as caught:
        Millicharges(ee=float("inf"))
    assert caught.value.where == "ee"
