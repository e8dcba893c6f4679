"""Multiple scattering against the formula by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.units import GeV, MeV
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import highland


@pytest.mark.parametrize("momentum", [0.3, 8.5])
@pytest.mark.parametrize("thickness", [0.01, 0.13, 10.0])
def test_formula_of_the_particle_data_group(momentum, thickness):
    """Written once more with numpy in MeV: rounding only."""
    mass = PARTICLES["mu+"].mass
    p, m = momentum * 1e3, mass / MeV
    beta = p / np.hypot(p, m)
    by_hand = 13.6 / (beta * p) * np.sqrt(thickness) * (1 + 0.038 * np.log(thickness / beta**2))
    assert highland(jnp.array([momentum * GeV]), mass, thickness)[0] == pytest.approx(by_hand, rel=1e-12)


def test_one_per_cent_of_a_radiation_length():
    """0.13 mrad at 8.5 GeV/c: the number of the reference notes, two digits."""
    found = highland(jnp.array([8.5 * GeV]), PARTICLES["pi+"].mass, 0.01)[0]
    assert found == pytest.approx(0.13e-3, abs=0.005e-3)
