"""Recoils above thresholds, from truth cells."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.experiment.counts import ChannelCounts
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV
from ontarget.io.entry import load
from ontarget.study.facility.thresholds import ThresholdScan, recoils_above


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


@pytest.mark.parametrize(
    ("start", "stop", "points"), [(0.0, 1.0, 60), (2.0, 1.0, 60), (1.0, 2.0, 1), (1.0, 2.0, 10**9)]
)
def test_impossible_scans(start, stop, points):
    with pytest.raises(InputError):
        ThresholdScan(start * keV, stop * keV, points)
