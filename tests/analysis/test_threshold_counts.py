"""Recoils above thresholds, from truth cells with round numbers."""

from __future__ import annotations

import numpy as np
import pytest
from facility_toys import PROTONS, counts_of, tank

from ontarget import analysis
from ontarget.ground.units import keV


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return tank(tmp_path_factory.mktemp("toys"))


def test_per_kg_and_calendar_year(experiment):
    """Cells at 0, 1, 4 and 9 keV with 2100, 1050 and 350 recoils; 60 kg, 1.9 years."""
    found = analysis.thresholds(experiment, np.array([1.0, 2.25, 4.0, 6.25, 9.0, 20.0]) * keV, counts_of(experiment))
    exposure = 60 * 3e23 / (PROTONS * 5000 * 3600)
    assert found.thresholds == pytest.approx([1.0, 2.25, 4.0, 6.25, 9.0, 20.0], rel=1e-14)
    # half of the way in the root at 2.25 and at 6.25 keV
    assert found.above * exposure == pytest.approx([1400, 875, 350, 175, 0, 0], rel=1e-12)
    assert (found.start, found.mass) == pytest.approx((5.0, 60.0), rel=1e-14)
    assert found.detected * exposure == pytest.approx(367.5, rel=1e-12)
    assert found.detected_per_year == pytest.approx(367.5 / (exposure / 60), rel=1e-12)


def test_usual_thresholds(experiment):
    found = analysis.thresholds(experiment, counts=counts_of(experiment))
    assert found.thresholds[[0, -1]] == pytest.approx([0.05, 100.0], rel=1e-12)
    assert np.diff(np.log(found.thresholds)) == pytest.approx(np.log(2000) / 119, rel=1e-9)
