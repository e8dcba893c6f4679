"""The reach of two detectors as a task: tables and figures hold what the analysis finds."""

import dataclasses

import numpy as np
import pytest
from oscillation_toys import POINTS, SEARCHES, SPLITTINGS, detectors

from ontarget import analysis
from ontarget.ground.errors import InputError
from ontarget.ground.units import eV
from ontarget.study.context import Context
from ontarget.study.oscillation.sterile_reach import SterileReach

TASK = SterileReach(
    SEARCHES,
    groups={"first": ("rates", "leak-in"), "second": ("distances",)},
    discovery=("rates",),
    blind={"rates": "distances"},
    lowest=0.5 * eV**2,
    points=POINTS,
    normalisation=0.07,
    background=0.5,
    level=0.95,
    discovery_level=0.99,
)


@pytest.fixture(scope="module")
def context():
    return Context(detectors(), (), lambda line: None)


@pytest.fixture(scope="module")
def section(context):
    TASK.check(context)
    return TASK.run(context)


@pytest.fixture(scope="module")
def result():
    """What the analysis says of the same numbers; its own test holds that against counts by hand and brute force."""
    both = [one.noun for one in detectors().values()]
    return analysis.sterile_reach(both, SEARCHES, SPLITTINGS, 0.07, 0.5, 0.95, 0.99)


def test_rows_are_the_result(section, result):
    summary, _, exclusion, discovery = (one.rows for one in section.tables)
    for table, limits in ((exclusion, result.excluded), (discovery, result.discovered)):
        np.testing.assert_allclose([row["dm2 (eV2)"] for row in table], SPLITTINGS / float(eV**2))
        for search, limit in zip(result.searches, limits, strict=True):
            np.testing.assert_allclose([row[search] for row in table], limit, rtol=1e-9)
    high = np.searchsorted(SPLITTINGS, 3.0 * float(eV**2))
    part = np.log(3.0 * float(eV**2) / SPLITTINGS[high - 1]) / np.log(SPLITTINGS[high] / SPLITTINGS[high - 1])
    for i, row in enumerate(summary):
        assert row["search"] == result.searches[i]
        assert row["signal, pip2_sterile_near"] == result.signal[i, 0]
        assert row["signal, pip2_sterile_far"] == result.signal[i, 1]
        assert row["least excluded"] == pytest.approx(result.excluded[i].min(), rel=1e-9)
        assert row["dm2 there (eV2)"] == pytest.approx(SPLITTINGS[result.excluded[i].argmin()] / float(eV**2))
        for word, limits in (("excluded", result.excluded[i]), ("discovered", result.discovered[i])):
            # between two splittings, 10 % apart, along both logarithms
            expected = limits[high - 1] ** (1 - part) * limits[high] ** part
            assert row[f"{word} at 3 eV2"] == pytest.approx(expected, rel=1e-9)
    assert [row["uncorrelated (%)"] for row in summary] == pytest.approx([0.0, 0.0, 0.0, 1.0])
    assert "excluded at 0.3 eV2" not in summary[0]  # below the lowest


def test_blind_rows_are_the_result(section, result):
    blind, places = section.tables[1].rows, analysis.blind_splittings(result.excluded[0])
    assert len(places) > 2
    np.testing.assert_allclose([row["dm2 (eV2)"] for row in blind], SPLITTINGS[places] / float(eV**2))
    np.testing.assert_allclose([row["by rate"] for row in blind], result.excluded[0][places], rtol=1e-9)
    np.testing.assert_allclose([row["by distance"] for row in blind], result.excluded[1][places], rtol=1e-9)


def test_figures_are_the_result(section, result):
    """The amplitude across, the splitting upwards; one figure for each group, and exclusion beside discovery."""
    assert [one.name for one in section.pictures] == ["sterile_reach_0", "sterile_reach_1", "sterile_discovery"]
    expected = [result.excluded[[0, 2]], result.excluded[[1]], [result.excluded[0], result.discovered[0]]]
    for picture, limits in zip(section.pictures, expected, strict=True):
        lines = [one for one in picture.figure.axes[0].lines if len(one.get_xdata()) == POINTS]
        np.testing.assert_allclose([one.get_xdata() for one in lines], limits)
        np.testing.assert_allclose(lines[0].get_ydata(), SPLITTINGS / float(eV**2))


def test_names_of_tables(section, context):
    names = ["sterile_reach", "sterile_blind", "sterile_exclusion", "sterile_discovery"]
    assert [one.name for one in section.tables] == names
    short = dataclasses.replace(TASK, searches=SEARCHES[:1], groups={}, discovery=(), blind={}, key="again")
    found = short.run(context)
    assert [one.name for one in found.tables] == [name.replace("sterile", "again") for name in names]
    assert [one.name for one in found.pictures] == ["again_reach_0"]


def test_refusals(context):
    with pytest.raises(InputError, match="has 2 windows"):
        SterileReach((analysis.Disappearance((2,), ("nu_mu",), name="late"),)).check(context)
    with pytest.raises(InputError, match="No search has this name"):
        SterileReach(SEARCHES, discovery=("rats",)).check(context)
