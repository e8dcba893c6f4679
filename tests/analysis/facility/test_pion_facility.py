"""Yields of facilities, from the charge of the electron and the seconds of a year."""

from __future__ import annotations

import numpy as np
import pytest
from facility_toys import PROTONS, RING, YEAR, tank

from ontarget import analysis
from ontarget.analysis.facility.pion_facility import constant_yield
from ontarget.ground.units import MW, GeV, Hz, ns
from ontarget.source import Facility, StoppedPion, UniformPulse

ALWAYS = analysis.StoppedPionFacility(
    "always", Facility(2.0 * GeV, 1.0 * MW, 50 * Hz, UniformPulse(320 * ns)), StoppedPion(0.3)
)


def test_yields_by_hand():
    found = analysis.neutrino_yields([RING, ALWAYS])
    protons = np.array([0.13e6 / (0.8 * 1.602176634e-10), 1e6 / (2 * 1.602176634e-10)])  # per second, while it runs
    assert found.names == ("ring", "always")
    assert found.power == pytest.approx([0.13, 1.0], rel=1e-12)
    assert found.proton_energy == pytest.approx([0.8, 2.0], rel=1e-12)
    assert found.protons == pytest.approx(protons * YEAR * np.array([0.75, 1.0]), rel=1e-12)
    assert found.per_proton.tolist() == [0.12, 0.3]
    assert found.per_second == pytest.approx(protons * [0.12, 0.3], rel=1e-12)
    assert found.per_year == pytest.approx(protons * YEAR * np.array([0.75 * 0.12, 0.3]), rel=1e-12)
    assert found.error[0] == 0.02
    assert found.error_per_year[0] == pytest.approx(found.per_year[0] / 6, rel=1e-12)
    assert np.isnan(found.error_per_year[1])


def test_where_an_experiment_stands(tmp_path):
    found = analysis.facility_of(tank(tmp_path))
    assert found.name == "Spallation Neutron Source, first target station, 1.4 MW"
    assert found.neutrinos_per_year == pytest.approx(0.09 * PROTONS * 5000 * 3600, rel=1e-12)


def test_a_line_of_constant_yield():
    """A megawatt at 1 GeV for 5000 hours: 1.12e23 protons."""
    found = constant_yield(np.array([1.0, 2.0]), 0.1, 5000.0)
    assert found == pytest.approx([0.1 * 1e6 / 1.602176634e-10 * 5000 * 3600 * n for n in (1, 2)], rel=1e-12)
