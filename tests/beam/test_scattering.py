"""Multiple scattering against the formula by hand."""

import jax
import numpy as np
import pytest

from ontarget.beam import highland
from ontarget.ground.units import GeV, MeV
from ontarget.matter.particle import PARTICLES

scattered = jax.jit(highland)
brought = jax.jit(jax.grad(lambda thickness, momentum, mass: highland(momentum, mass, thickness)[0]))


@pytest.mark.parametrize("momentum", [0.3, 8.5])
@pytest.mark.parametrize("thickness", [0.01, 0.13, 10.0])
def test_formula_of_the_particle_data_group(momentum, thickness):
    """Written once more with numpy in MeV: rounding only."""
    mass = PARTICLES["mu+"].mass
    p, m = momentum * 1e3, mass / MeV
    beta = p / np.hypot(p, m)
    by_hand = 13.6 / (beta * p) * np.sqrt(thickness) * (1 + 0.038 * np.log(thickness / beta**2))
    assert np.asarray(scattered(np.array([momentum * GeV]), mass, thickness))[0] == pytest.approx(by_hand, rel=1e-12)
    assert highland(np.array([momentum * GeV]), mass, thickness)[0] == pytest.approx(by_hand, rel=1e-12)


def test_one_per_cent_of_a_radiation_length():
    """By hand, 13.6/8500 x 0.1 x (1 - 0.038 x 4.6): three digits."""
    found = np.asarray(scattered(np.array([8.5 * GeV]), PARTICLES["pi+"].mass, 0.01))[0]
    assert found == pytest.approx(0.132e-3, rel=3e-3)


def test_nothing_scatters_nothing():
    """And more of it less: the derivative is a number."""
    pion, momentum = PARTICLES["pi+"].mass, np.array([8.5 * GeV])
    assert np.asarray(scattered(momentum, pion, 0.0))[0] == 0.0
    assert brought(0.0, momentum, pion) == 0.0
    assert brought(0.01, momentum, pion) > 0.0
