"""Counts speak the formats of the ecosystem."""

import sys

import numpy as np
import pytest

import ontarget as ot
from ontarget.experiment import BackgroundCounts, ChannelCounts, Counts
from ontarget.ground.errors import InputError
from ontarget.ground.units import us
from ontarget.numerics import CountAxis, TimeAxis


@pytest.fixture(scope="module")
def counts():
    return ot.load("ess_csi").expected()


def test_xarray_holds_the_same_counts(counts):
    array = counts.to_xarray()
    assert array.dims == ("part", "tag", "seen")
    np.testing.assert_allclose(array.sum("part"), counts.total())  # copies of one array
    np.testing.assert_allclose(array.sel(part="steady_state"), counts.background())
    assert array.attrs["seen_unit"] == "keV"


def test_hist_holds_the_same_counts(counts):
    histogram = counts.to_hist()
    np.testing.assert_allclose(histogram.project("tag", "seen").values(), counts.total())
    assert histogram.axes["seen"].edges[0] == pytest.approx(1.0)  # keV, the threshold


def test_a_second_observable_is_an_axis_of_its_own():
    values = np.arange(24.0).reshape(2, 12)
    axes = CountAxis(0.0, 60.0, 3), TimeAxis(0.0, 6 * us, 2), CountAxis(0.5, 0.9, 4)
    channel = ChannelCounts("c", values[None], np.zeros(1), np.arange(2.0), np.ones((1, 1)))
    counts = Counts((channel,), (BackgroundCounts("b", 2 * values),), *axes)
    np.testing.assert_array_equal(counts.along_seen(values), [[6, 22, 38], [54, 70, 86]])
    array, histogram = counts.to_xarray(), counts.to_hist()
    assert array.dims == ("part", "tag", "seen", "second")
    assert float(array.sel(part="b", tag=4.5, seen=30.0)[2]) == 2 * (12 + 4 + 2)
    np.testing.assert_array_equal(histogram.values(), array.values)
    assert histogram.axes["second"].edges.tolist() == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])


def test_without_a_second_observable_nothing_is_summed(counts):
    np.testing.assert_array_equal(counts.along_seen(counts.total()), counts.total())


def test_a_missing_extra_is_one_sentence(counts, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match="ontarget\\[data\\]"):
        counts.to_xarray()
