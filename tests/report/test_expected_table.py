"""Expected counts as plain data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ontarget.analysis.facility.expectation import expected_counts
from ontarget.experiment import BackgroundCounts, ChannelCounts, Counts
from ontarget.ground.units import us
from ontarget.io.entry import load
from ontarget.numerics import CountAxis, TimeAxis
from ontarget.report.expected_table import axis_data, bin_rows, expectation, expectation_rows, exposure_text

TIMED = {
    "source.nodes": 16,
    "detector.tag": {"type": "ArrivalTime", "times": {"type": "TimeAxis", "start": "0 us", "stop": "9 us", "bins": 3}},
}


@pytest.fixture(scope="module")
def timed():
    experiment = load("ess_csi", TIMED)
    return experiment, experiment.expected()


def test_tag_and_seen_axes(timed):
    experiment, counts = timed
    channel = expectation(expected_counts(experiment, counts))["channels"]["cevns"]
    assert channel["tag"] == {"quantity": "time", "unit": "us", "edges": pytest.approx([0.0, 3.0, 6.0, 9.0])}
    assert np.shape(channel["counts"]) == (3, counts.seen.bins)


def test_seen_and_unseen_are_all_interactions(timed):
    """What is seen, what falls outside, and what the threshold kills: the last is all that is missing."""
    experiment, counts = timed
    channel = expectation(expected_counts(experiment, counts))["channels"]["cevns"]
    assert channel["total"] + channel["outside"] < channel["interactions"]
    assert channel["outside"] > channel["total"]  # a window of 9 us in a pulse of 2.86 ms


def test_it_is_json(timed):
    assert json.loads(json.dumps(expectation(expected_counts(*timed))))["exposure"] == "3 yr"


def test_rows(timed):
    experiment, counts = timed
    rows = bin_rows(expected_counts(experiment, counts))
    assert len(rows) == (3 + 1) * 3 * counts.seen.bins  # three flavours and a background
    assert sum(row["counts"] for row in rows) == pytest.approx(float(counts.total().sum()), rel=1e-12)  # rounding
    assert {row["flavour"] for row in rows if row["kind"] == "signal"} == {"nu_e", "nu_mu", "nubar_mu"}
    assert all(row["tag high (us)"] - row["tag low (us)"] == pytest.approx(3.0) for row in rows)
    assert rows[0]["seen low (keV)"] == counts.seen.shown()[0]
    kinds = [(row["kind"], row["name"]) for row in expectation_rows(expected_counts(experiment, counts))]
    assert kinds == [("signal", "cevns"), ("background", "steady_state")]


@pytest.mark.parametrize(("given", "text"), [("3 yr", "3 yr"), ("13.8e22 POT", "1.38e+23 POT")])
def test_exposure_in_words(given, text):
    assert exposure_text(load("ess_csi", {"exposure": given})) == text


def test_no_axis():
    assert axis_data(None) is None


def test_a_second_observable_is_summed_over():
    values = np.arange(24.0).reshape(2, 12)
    axes = CountAxis(0.0, 60.0, 3), TimeAxis(0.0, 6 * us, 2), CountAxis(0.5, 0.9, 4)
    by_flavour = np.concatenate([values[None], np.zeros((5, 2, 12))])
    channel = ChannelCounts("c", by_flavour, np.zeros(6), np.arange(2.0), np.ones((6, 1)))
    experiment = load("ess_csi")
    rows = bin_rows(expected_counts(experiment, Counts((channel,), (BackgroundCounts("b", 2 * values),), *axes)))
    assert [one["counts"] + other["counts"] for one, other in zip(rows[:6], rows[6:], strict=True)] == [
        *(18, 66, 114, 162, 210, 258)
    ]
    assert [row["seen high"] for row in rows] == pytest.approx([20, 40, 60] * 4)
