"""Backgrounds from a sideband: shares over the tag, and the sideband that a likelihood profiles."""

import numpy as np
import pytest
from detector_toys import running

from ontarget.detector import DecayingShape, MeasuredBackground, SteadyShape
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import us
from ontarget.numerics import Explicit, TimeAxis
from ontarget.source import ArrivalTime, ExponentialLoss, Untagged

AXIS = TimeAxis(-0.1 * us, 4.9 * us, 3, Explicit([0.0, 0.2, 0.5, 1.0]))
COUNTS = np.array([3.0, 0.0, 8.0, 1.0])


def expected(shape, tag):
    background = MeasuredBackground(COUNTS, 0.2, shape)
    return np.asarray(background.expected(as_array(1.0), running(1.0), tag, as_array(np.arange(5.0))))


def test_a_steady_sideband_goes_with_the_width_of_the_bins():
    found = expected(SteadyShape(), ArrivalTime(AXIS))
    np.testing.assert_allclose(found, np.outer([0.2, 0.3, 0.5], 0.2 * COUNTS), rtol=1e-13)


def test_a_decaying_one_by_hand():
    t = np.array([0.0, 1.0, 2.5, 5.0])
    shares = (np.exp(-t[:-1] / 3) - np.exp(-t[1:] / 3)) / (1 - np.exp(-5 / 3))
    found = expected(DecayingShape(3 * us), ArrivalTime(AXIS))
    np.testing.assert_allclose(found, np.outer(shares, 0.2 * COUNTS), rtol=1e-13)


def test_a_decay_is_what_an_exponential_loss_makes_of_a_constant_rate():
    lossy = ArrivalTime(AXIS, efficiency=ExponentialLoss(-0.1 * us, 0.3 / us))
    found = expected(SteadyShape(), lossy)
    np.testing.assert_allclose(found, expected(DecayingShape(1 / 0.3 * us), lossy), rtol=1e-13)


@pytest.mark.parametrize("shape", [SteadyShape(), DecayingShape(3 * us)])
def test_without_a_tag_all_is_in_one_bin(shape):
    np.testing.assert_allclose(expected(shape, Untagged()), [0.2 * COUNTS], rtol=1e-15)


def test_the_sideband_is_what_was_counted():
    sideband = MeasuredBackground(COUNTS, 0.2).sideband(running(1.0), Untagged())
    np.testing.assert_array_equal(sideband.counts, COUNTS)
    assert float(sideband.ratio) == 0.2


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: MeasuredBackground(-COUNTS), "counts"),
        (lambda: MeasuredBackground(COUNTS, 0.0), "ratio"),
        (lambda: DecayingShape(0 * us), "lifetime"),
        (lambda: MeasuredBackground(COUNTS).check_bins(3, 3, 1), "counts"),
    ],
)
def test_impossible_sidebands_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
