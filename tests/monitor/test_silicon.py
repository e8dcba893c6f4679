"""Dose and damage of particles in silicon."""

import numpy as np
import pytest

from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, cm, gray
from ontarget.monitor import dose, hardness


def test_a_rad_is_so_many_particles():
    """1 rad is 6.24e7 MeV/g: 3.75e7 particles of 1.664 MeV cm2/g. By hand, four digits."""
    assert dose(as_array(np.array([3.751e7 / cm**2])))[0] / gray == pytest.approx(0.01, rel=3e-4)


def test_pions_at_entries_of_the_table():
    """At 3 and 8.5 GeV of kinetic energy: 0.462, and 0.386 in the full table between our entries."""
    momenta = np.sqrt((np.array([3.0, 8.5]) + 0.13957039) ** 2 - 0.13957039**2) * GeV
    assert hardness("pi+", momenta) == pytest.approx([0.462, 0.386], abs=1e-3)


def test_beyond_the_table_it_is_constant():
    assert hardness("pi+", np.array([20.0, 200.0]) * GeV) == pytest.approx([0.379, 0.379])


def test_muons_only_scatter():
    assert hardness("mu+", np.array([5.0]) * GeV) == pytest.approx([0.08])
    assert hardness("K+", np.array([8.5]) * GeV)[0] > 0.3
