"""Recoils above thresholds, from truth cells with round numbers."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from facility_toys import PROTONS, counts_of, tank

from ontarget import analysis
from ontarget.analysis.facility.threshold_counts import recoils_above
from ontarget.experiment.counts import ChannelCounts
from ontarget.ground.units import keV
from ontarget.io.entry import load


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


def counts(edges: np.ndarray, cells: np.ndarray) -> ChannelCounts:
    return ChannelCounts("toy", jnp.zeros((2, 1, 1)), jnp.zeros(2), jnp.asarray(edges), jnp.asarray(cells))


def test_exact_at_the_edges_of_cells():
    edges = np.array([0.0, 1.0, 4.0, 9.0])
    found = counts(edges, np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    assert recoils_above(found, edges).tolist() == [66.0, 55.0, 33.0, 0.0]
    assert recoils_above(found, np.array([20.0])).tolist() == [0.0]


def test_linear_in_the_root_between_edges():
    found = counts(np.array([0.0, 4.0]), np.array([[8.0], [0.0]]))
    assert recoils_above(found, np.array([1.0])) == pytest.approx([4.0], rel=1e-15)


def test_against_the_experiment_with_that_threshold():
    """The scan at 2 keV and an experiment whose response is a sharp threshold there, everything else seen."""
    response = "detector.channels.cevns.response"
    seen = {"type": "EnergyAxis", "start": "0 keV", "stop": "48.5 keV", "bins": 4}
    plain = {"detector.seen": seen, response: []}
    everything = load("ess_csi", plain).expected()
    cut = load("ess_csi", {**plain, response: [{"type": "Threshold", "energy": "2 keV"}]}).expected()
    scanned = recoils_above(everything.channels[0], np.array([2.0]) * keV)[0]
    # linear interpolation within a cell of a quarter of a per cent of the range
    assert scanned == pytest.approx(float(cut.signal().sum()), rel=1e-4)
    # and from Python, in one line: per kg and year
    found = analysis.thresholds(load("ess_csi", plain), np.array([2.0]) * keV, everything)
    assert found.above[0] / found.detected == pytest.approx(scanned / float(everything.signal().sum()), rel=1e-12)
