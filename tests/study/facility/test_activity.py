"""Decays of a target, as the task's table says them."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest
from facility_toys import BACKGROUNDS

from ontarget.ground.errors import InputError
from ontarget.ground.units import Hz, kg
from ontarget.study.facility.activity import Activity, TargetActivity


def test_a_purer_target_decays_less(beside):
    """60 kg, windows of 6 us at 60 Hz: 360e-6 decays in each at 1 Bq/kg; nothing is selected here."""
    batches = Activity(1 * Hz / kg, name="air"), Activity(0.01 * Hz / kg, name="underground")
    task = TargetActivity("tank", batches)
    task.check(beside)
    air, underground = task.run(beside).tables[0].rows
    assert air["decays per window"] == pytest.approx(60 * 6e-6, rel=1e-9)
    assert air["selection"] == "none"
    assert underground["counts per year"] == pytest.approx(0.01 * air["counts per year"], rel=1e-9)
    share = float(eqx.filter_jit(BACKGROUNDS[0].spectrum.shares)(beside.counts("tank").seen.edges).sum())
    by_hand = 60 * share * 60 * 6e-6 * 5000 * 3600  # windows are open in the 5000 hours with beam
    assert air["counts per year"] == pytest.approx(by_hand, rel=1e-3)  # a schedule of 5000 h/yr
    assert air["activity (mBq/kg)"] == pytest.approx(1000, rel=1e-12)
    assert air["in the first bin of time"] == pytest.approx(by_hand / 3, rel=1e-3)
    everything = air["signal per year"] + air["counts per year"]
    assert air["S/sqrt(S+B)"] == pytest.approx(air["signal per year"] / np.sqrt(everything), rel=1e-12)


def test_a_target_without_decays_is_refused(context):
    with pytest.raises(InputError) as caught:
        TargetActivity("crystal", ()).check(context)
    assert caught.value.where == "crystal.backgrounds"
