"""Counts speak the formats of the ecosystem."""

import sys

import numpy as np
import pytest

import ontarget as ot
from ontarget.ground.errors import InputError


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


def test_a_missing_extra_is_one_sentence(counts, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match="ontarget\\[data\\]"):
        counts.to_xarray()
