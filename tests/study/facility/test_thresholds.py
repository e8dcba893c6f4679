"""The scan of thresholds as a task."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import keV, kg, year
from ontarget.study.facility import thresholds
from ontarget.study.facility.thresholds import ThresholdScan


def test_the_lowest_threshold_holds_nearly_all_recoils(context, monkeypatch):
    """Against the interactions of the chain, per kg and calendar year; published numbers stand beside ours."""
    monkeypatch.setattr(thresholds, "published_counts", lambda: {"tank": 1000.0, "ess_csi": 1.0})
    task = ThresholdScan(1e-9 * keV, 160 * keV, points=50)
    task.check(context)
    section = task.run(context)
    beside, table = section.tables
    for name in ("crystal", "tank"):
        experiment, counts = context.experiment(name, "experiments"), context.counts(name)
        mass = float(experiment.detector.mass / kg)
        exposure = float(experiment.exposure.calendar(experiment.facility) / year) * mass
        every = float(np.asarray(counts.channels[0].interactions).sum())
        # linear in the root within the first cell: 3e-5 of it, which holds less than a fifth of the recoils
        assert table.rows[0][f"{name} (1/kg/yr)"] * exposure == pytest.approx(every, rel=2e-5)
    (row,) = beside.rows
    seen = float(np.asarray(context.counts("tank").signal()).sum())
    assert row["ours"] * exposure / mass == pytest.approx(seen, rel=1e-12)
    assert (row["experiment"], row["published"]) == ("tank", 1000.0)
    assert row["threshold (keV)"] == pytest.approx(5.0, rel=1e-12)
    assert [one.name for one in section.tables] == ["published_counts", "thresholds"]
    figure = section.pictures[0].figure.axes[0]
    labels = [text.get_text() for text in section.pictures[0].figure.legends[0].get_texts()]
    assert labels == ["crystal", "tank"]
    assert figure.get_xscale() == figure.get_yscale() == "log"


def test_published_counts_are_those_of_the_catalog():
    assert thresholds.published_counts()["ess_csi"] == 8405


@pytest.mark.parametrize(
    ("start", "stop", "points"), [(0.0, 1.0, 60), (2.0, 1.0, 60), (1.0, 2.0, 1), (1.0, 2.0, 10**9)]
)
def test_impossible_scans(start, stop, points):
    with pytest.raises(InputError):
        ThresholdScan(start * keV, stop * keV, points)
