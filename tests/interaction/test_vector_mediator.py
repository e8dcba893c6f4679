"""Light vector bosons: heavy ones are non-standard interactions, light ones fall with the momentum transfer."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.constants import alpha, fermi_constant, muon_mass, tau_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, MeV
from ontarget.interaction import (
    NSI,
    BMinusL,
    ElectronLightVector,
    ElectronNSI,
    LightVector,
    LMuMinusLTau,
    RadiativeCouplings,
    TreeCouplings,
    TreeElectronCouplings,
    Universal,
)

Q = jnp.array([1.0, 10.0, 60.0]) * MeV
HEAVY, COUPLING = 1000.0 * GeV, 0.5
CONTACT = COUPLING**2 / (np.sqrt(2) * fermi_constant * HEAVY**2)


@pytest.mark.parametrize(("charges", "epsilon"), [(Universal(), CONTACT), (BMinusL(), -CONTACT / 3)])
def test_heavy_bosons_are_contact_interactions(charges, epsilon):
    found = LightVector(TreeCouplings(), charges, mass=HEAVY, coupling=COUPLING).at(Q)
    names = [f"eps_{family}_{quark}" for family in ("ee", "mumu", "tautau") for quark in "ud"]
    for one, other in zip(found, NSI(**dict.fromkeys(names, epsilon)).at(Q), strict=True):
        # (q/m)^2 is 4e-9
        np.testing.assert_allclose(one, np.broadcast_to(other, one.shape), rtol=1e-8, atol=1e-15)
    epsilon = CONTACT / 2  # to each hand; both have charges of one sign for leptons
    electron = ElectronLightVector(TreeElectronCouplings(), charges, mass=HEAVY, coupling=COUPLING).at(Q)
    names = [f"eps_{family}_{hand}" for family in ("ee", "mumu", "tautau") for hand in "LR"]
    other = ElectronNSI(TreeElectronCouplings(), **dict.fromkeys(names, epsilon)).at(Q)
    np.testing.assert_allclose(electron, np.broadcast_to(other, np.shape(electron)), rtol=1e-8, atol=1e-15)


def test_universal_bosons_take_from_the_standard_amplitude_and_b_minus_l_adds():
    for charges, sign in ((Universal(), 1), (BMinusL(), -1)):
        neutron = LightVector(TreeCouplings(), charges, mass=10 * MeV, coupling=1e-4).at(Q)[1]
        assert (sign * (neutron[0, 0] + 0.5) > 0).all()  # the standard one is -1/2


def test_light_bosons_fall_with_the_square_of_the_momentum_transfer():
    new = (
        LightVector(RadiativeCouplings(), Universal(), mass=1e-3 * MeV, coupling=1e-5).at(Q)[0]
        - RadiativeCouplings().at(Q)[0]
    )
    np.testing.assert_allclose(new[1, 1] * Q**2, 3e-10 / (np.sqrt(2) * fermi_constant), rtol=1e-5)  # (m/q)^2 = 1e-6


def test_loops_of_muon_and_tau():
    proton, neutron, electron = LMuMinusLTau().matter(jnp.array([0.0, 500.0 * MeV]))
    closed = 2 * alpha / np.pi / 6 * np.log(tau_mass**2 / muon_mass**2)
    assert float(proton[0]) == pytest.approx(closed, rel=1e-12)
    assert closed == pytest.approx(4.37e-3, rel=1e-3)
    assert float(proton[1]) < float(proton[0])  # the muon is resolved
    assert not np.asarray(neutron).any()
    np.testing.assert_allclose(electron, -proton, rtol=1e-15)
    at = LightVector(TreeCouplings(), LMuMinusLTau(), mass=10 * MeV, coupling=1e-3).at(Q)[0] - TreeCouplings().at(Q)[0]
    np.testing.assert_allclose(at[1, 1], -at[2, 2], rtol=1e-9)
    assert not np.asarray(at[0, 0]).any()


def test_a_boson_without_mass_is_refused():
    with pytest.raises(InputError) as caught:
        LightVector(mass=0.0)
    assert caught.value.where == "mass"
