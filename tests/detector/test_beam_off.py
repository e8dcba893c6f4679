"""Counted without beam: the ratio follows from the running, and is the sideband's."""

import numpy as np
import pytest
from detector_toys import running

from ontarget.detector import BeamOff
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import day, kg, us
from ontarget.numerics import Explicit, TimeAxis
from ontarget.source import ArrivalTime, Untagged

TAG = ArrivalTime(TimeAxis(0 * us, 10 * us, 2, Explicit([0.0, 0.2, 1.0])))
COUNTS = np.array([40.0, 0.0, 9.0])


def test_the_ratio_is_that_of_the_open_times():
    """10 us at 100 Hz are open for 1e-3 of 300 days: 0.3 days, for 2 days without beam."""
    background, beam = BeamOff(COUNTS, 2 * day), running(300 * day)
    found = np.asarray(background.expected(as_array(1 * kg), beam, TAG, as_array(np.arange(4.0))))
    np.testing.assert_allclose(found, np.outer([0.03, 0.12], COUNTS), rtol=1e-12)
    sideband = background.sideband(beam, TAG)
    assert float(sideband.ratio) == pytest.approx(0.15, rel=1e-12)
    np.testing.assert_allclose(found.sum(axis=0), float(sideband.ratio) * np.asarray(sideband.counts), rtol=1e-12)


def test_a_duty_may_be_given():
    found = BeamOff(COUNTS, 2 * day, 0.5).expected(
        as_array(1 * kg), running(4 * day), Untagged(), as_array(np.arange(4.0))
    )
    np.testing.assert_allclose(found, [COUNTS], rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: BeamOff(-COUNTS, 1 * day), "counts"),
        (lambda: BeamOff(COUNTS, 0 * day), "open_for"),
        (lambda: BeamOff(COUNTS, 1 * day).check_bins(2, 2, 1), "counts"),
    ],
)
def test_what_was_not_counted_so_is_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
