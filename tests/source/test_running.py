"""The duty that follows from repetition and window."""

import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, Hz, MHz, day, kW, ns, us, year
from ontarget.numerics import TimeAxis
from ontarget.source import (
    ArrivalTime,
    ExponentialLoss,
    Facility,
    ProtonsOnTarget,
    Running,
    RunningTime,
    UniformPulse,
    Untagged,
)

PULSE = UniformPulse(320 * ns)
TAG = ArrivalTime(TimeAxis(-1 * us, 9 * us, 4))


def test_repetition_times_window():
    found = Running(1 * day, 100 * Hz, 1.0, PULSE).duty(TAG)
    np.testing.assert_allclose(float(found), 1e-3, rtol=1e-12)


def test_what_an_efficiency_loses_is_not_open():
    lossy = ArrivalTime(TAG.times, efficiency=ExponentialLoss(1 * us, 0.5 / us))
    found = float(Running(1 * day, 100 * Hz, 1.0, PULSE).duty(lossy))
    assert found == pytest.approx(1e-4 * (2 + (1 - np.exp(-0.5 * 8)) / 0.5), rel=1e-6)  # quadrature of the loss


@pytest.mark.parametrize(("repetition", "tag"), [(100 * Hz, Untagged()), (1 * MHz, TAG)])
def test_no_duty_follows_from_no_window_or_from_windows_that_overlap(repetition, tag):
    with pytest.raises(InputError) as caught:
        Running(1 * day, repetition, 1.0, PULSE).duty(tag)
    assert caught.value.where == "tag"


def test_an_exposure_says_how_the_beam_ran():
    facility = Facility(0.8 * GeV, 128 * kW, 100 * Hz, PULSE, operation=0.75)
    for exposure in (RunningTime(1 * year), ProtonsOnTarget(1e22)):
        running = exposure.running(facility)
        # 1e13 protons in each of the pulses that came during the live time
        np.testing.assert_allclose(float(running.live * running.repetition * 1e13 / running.protons), 1.0014, rtol=2e-3)
        assert running.pulse == PULSE
