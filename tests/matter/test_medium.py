"""Ranges of muons against the tables of the Particle Data Group."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.units import GeV, MeV, cm, g
from ontarget.matter.medium import MEDIA

# MeV, MeV cm2/g, g/cm2: ParticleDataGroup:2024cfk, atomic and nuclear properties, table for aluminium of Groom:2001kq
ALUMINIUM = [
    (10, 6.188, 0.9023),
    (100, 1.798, 39.34),
    (500, 1.650, 283.1),
    (1000, 1.745, 577.3),
    (2000, 1.858, 1131.0),
    (5000, 2.007, 2675.0),
    (8000, 2.082, 4140.0),
    (20000, 2.233, 9678.0),
]


@pytest.mark.parametrize(("kinetic", "stopping", "reach"), ALUMINIUM)
def test_aluminium(kinetic, stopping, reach):
    """Four digits are given: 3e-4. Below 30 MeV they have shell corrections, which we do not: 1 %."""
    tolerance = 1e-2 if kinetic < 30 else 5e-4
    medium = MEDIA["aluminium"]
    assert medium.stopping(np.array([kinetic * MeV]))[0] / (MeV * cm**2 / g) == pytest.approx(stopping, rel=tolerance)
    assert float(medium.range_of(jnp.asarray(kinetic * MeV))) / (g / cm**2) == pytest.approx(reach, rel=3 * tolerance)


@pytest.mark.parametrize(
    ("name", "least"), [("iron", 1.451), ("aluminium", 1.615), ("graphite", 1.742), ("concrete", 1.711)]
)
def test_minimum_ionisation(name, least):
    """The least loss, MeV cm2/g, of the same tables, to their four digits."""
    loss = MEDIA[name].stopping(np.geomspace(100, 1000, 400) * MeV) / (MeV * cm**2 / g)
    assert loss.min() == pytest.approx(least, abs=1.5e-3)


def test_ranges_and_energies_are_inverse():
    """Both are straight lines between 4000 nodes in logarithms: 1e-5."""
    kinetic = jnp.geomspace(1.0, 2e4, 300) * MeV
    for medium in MEDIA.values():
        np.testing.assert_allclose(medium.energy_of(medium.range_of(kinetic)), kinetic, rtol=1e-5)


def test_slope_of_the_range_is_one_over_the_loss():
    """Between two nodes, 0.4 % apart, the slope is a constant in logarithms: half of 0.4 % at the ends."""
    medium = MEDIA["iron"]
    slope = jax.grad(lambda kinetic: medium.range_of(kinetic))(3.0 * GeV)
    assert float(slope) == pytest.approx(1 / medium.stopping(np.array([3.0 * GeV]))[0], rel=5e-3)
