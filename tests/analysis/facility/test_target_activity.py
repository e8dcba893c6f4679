"""Decays of the target, counted by hand from the share of the spectrum that is seen."""

from __future__ import annotations

import dataclasses
import math

import equinox as eqx
import numpy as np
import pytest
from facility_toys import BACKGROUNDS, PROTONS, counts_of, tank

from ontarget import analysis
from ontarget.analysis.facility.target_activity import decays_of
from ontarget.detector import ConstantEfficiency
from ontarget.ground.errors import InputError
from ontarget.ground.units import Hz, kg


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    """A tank of 3 Bq/kg, in which a quarter of the decays passes the selection."""
    found = tank(tmp_path_factory.mktemp("toys"))
    half = ConstantEfficiency(0.5)
    chosen = dataclasses.replace(BACKGROUNDS[0], activity=3 * Hz / kg, efficiency=(half, half))
    detector = dataclasses.replace(found.detector, backgrounds=(chosen, *BACKGROUNDS[1:]))
    return dataclasses.replace(found, detector=detector)


def test_decays_by_hand(experiment):
    """60 kg, windows of 6 us at 60 Hz in 5000 hours a year, in three equal bins of time."""
    found = analysis.target_decays(experiment, np.array([1.0, 0.01]) * Hz / kg, counts_of(experiment))
    seen = float(eqx.filter_jit(BACKGROUNDS[0].spectrum.shares)(experiment.detector.seen.edges).sum())
    whole = 60 * seen * 60 * 6e-6 * 5000 * 3600
    assert found.activities == pytest.approx([1.0, 0.01], rel=1e-14)
    assert found.selections == ((), ("ConstantEfficiency", "ConstantEfficiency"))
    assert found.per_window == pytest.approx([60 * 6e-6, 60 * 6e-8], rel=1e-12)
    assert found.counts.shape == (2, 2, 3)
    assert found.counts[0, 0] == pytest.approx(whole / 3, rel=1e-9)
    assert found.totals == pytest.approx(whole * np.outer([1, 0.25], [1, 0.01]), rel=1e-9)
    signal = 367.5 * PROTONS * 5000 * 3600 / 3e23
    assert found.signal == pytest.approx(signal, rel=1e-12)
    assert found.significance[1, 0] == pytest.approx(signal / math.sqrt(signal + whole / 4), rel=1e-9)


def test_its_own_activity_by_default(experiment):
    found = analysis.target_decays(experiment, counts=counts_of(experiment))
    assert found.activities == pytest.approx([3.0], rel=1e-14)


def test_a_target_without_decays_is_refused(experiment):
    without = dataclasses.replace(experiment.detector, backgrounds=BACKGROUNDS[1:])
    with pytest.raises(InputError) as caught:
        decays_of(dataclasses.replace(experiment, detector=without))
    assert caught.value.where == "tank.backgrounds"
