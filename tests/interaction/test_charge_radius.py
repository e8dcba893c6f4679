"""Charge radii: what radiative couplings contain, and closed forms."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm2
from ontarget.interaction import (
    NSI,
    ChargeRadii,
    ChargeRadius,
    ElectronChargeRadius,
    RadiativeCouplings,
    RadiativeElectronCouplings,
    TreeCouplings,
)

Q = jnp.array([0.0, 30.0]) * MeV
RADII = ChargeRadii(mumu=(-0.30 + 0.48) * 1e-32 * cm2)  # from a muon's radius to a tau's


def test_a_muon_neutrino_with_the_radius_of_a_tau_neutrino_couples_like_one():
    moved = ChargeRadius(RadiativeCouplings(), RADII).matrices()[0]
    # 0.0300 and 0.0257, printed to four digits; radii printed to two
    assert float(moved[1, 1]) == pytest.approx(float(moved[2, 2]), abs=1e-4)
    left, right = ElectronChargeRadius(RadiativeElectronCouplings(), RADII).at(Q)
    np.testing.assert_allclose(left[1, 1], left[2, 2], atol=2e-4)
    np.testing.assert_allclose(right[1, 1], right[2, 2], atol=2e-4)


def test_it_is_an_interaction_with_electric_charge():
    """A radius moves the proton's vector coupling one way and the electron's the other way; not the neutron's."""
    radii = ChargeRadii(emu=1e-32 * cm2)
    proton, neutron = (a - b for a, b in zip(ChargeRadius(radii=radii).at(Q), TreeCouplings().at(Q), strict=True))
    bare = RadiativeElectronCouplings()
    left, right = (a - b for a, b in zip(ElectronChargeRadius(bare, radii).at(Q), bare.at(Q), strict=True))
    assert float(proton[0, 1, 0]) == pytest.approx(-0.0238, rel=5e-3)  # sqrt2 pi alpha / 3 G_F = 2.38e30 / cm2
    np.testing.assert_allclose(left + right, np.broadcast_to(-proton, left.shape), rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-16)
    assert not np.asarray(neutron).any()


def test_what_is_held_may_depend_on_anything():
    """Non-standard interactions on top of a radius keep it."""
    held = ChargeRadius(radii=RADII)
    found = NSI(held, eps_ee_u=0.1).at(Q)[0] - held.at(Q)[0]
    assert float(found[0, 0, 0]) == pytest.approx(0.2, rel=1e-12)
    assert not np.asarray(found[1]).any()


def test_no_number_is_refused():
    with pytest.raises(InputError) as caught:
        ChargeRadii(tautau=float("nan"))
    assert caught.value.where == "tautau"
