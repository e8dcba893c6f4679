"""Spin expectation values against the published zero-momentum structure factors of the same paper."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.units import fm
from ontarget.matter import isotope, oscillator_length, spin_expectation
from ontarget.matter.spin import EXPECTATION

# S_00(0) of the fits in Klos:2013rwa; isoscalar, so without two-body currents
ISOSCALAR = {
    "F19": 0.108058,
    "Na23": 0.0325305,
    "Al27": 0.0888149,
    "Si29": 0.0140647,
    "Ge73": 0.215608,
    "I127": 0.0928480,
    "Xe129": 0.0547144,
    "Xe131": 0.0417857,
}
# S_01(0), mean of the band with two-body currents
INTERFERENCE = {
    "F19": 0.167759,
    "Na23": 0.0404609,
    "Al27": 0.108031,
    "Si29": -0.0176295,
    "Ge73": -0.287562,
    "I127": 0.119382,
    "Xe129": -0.0791167,
    "Xe131": -0.0602463,
}


@pytest.mark.parametrize("name", EXPECTATION)
def test_sum_gives_the_isoscalar_structure_factor(name):
    proton, neutron = spin_expectation(name)
    spin = isotope(name).spin
    norm = (2 * spin + 1) * (spin + 1) / (4 * math.pi * spin)
    # the expectation values are given to three decimals: 1e-3 in a sum of 0.17 to 0.48, squared; fits to 0.5 %
    assert norm * (proton + neutron) ** 2 == pytest.approx(ISOSCALAR[name], rel=0.015)


@pytest.mark.parametrize("name", EXPECTATION)
def test_difference_gives_the_interference_up_to_two_body_currents(name):
    proton, neutron = spin_expectation(name)
    spin = isotope(name).spin
    norm = (2 * spin + 1) * (spin + 1) / (4 * math.pi * spin)
    one_body = 2 * norm * (proton + neutron) * (proton - neutron)
    # two-body currents quench the isovector part by 20 to 30 %, the same for all nuclei
    assert 0.68 < INTERFERENCE[name] / one_body < 0.82


def test_oscillator_length():
    # 19F: 1.7623 fm, as used with the structure factors of Hoferichter:2020osn
    assert oscillator_length(19.0) / fm == pytest.approx(1.7623, abs=5e-5)
    # the other form in use, with 41.467 MeV fm^2 for (hbar c)^2/m_N = 41.472: half of 1.1e-4
    A = jnp.array([23.0, 40.0, 131.0])
    want = jnp.sqrt(41.467 / (45 * A ** (-1 / 3) - 25 * A ** (-2 / 3)))
    np.testing.assert_allclose(oscillator_length(A) / fm, want, rtol=7e-5)
    # and as Klos:2013rwa prints it for 23Na and 131Xe, with a slightly larger nucleon mass
    np.testing.assert_allclose(oscillator_length(jnp.array([23.0, 131.0])) / fm, [1.8032, 2.2905], rtol=1e-3)
