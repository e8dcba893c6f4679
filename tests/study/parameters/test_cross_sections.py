"""The task of cross-sections: rows and points are those of the measurements, curves those of the prediction."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ontarget.analysis import CrossSectionTrend, MeasuredCrossSection
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm
from ontarget.inference.fit import Fit, Piece
from ontarget.report.text_table import text_table
from ontarget.study import CrossSections
from ontarget.study.parameters.cross_sections import figure, rows

UNIT = 1e-40 * cm**2
BEST = Fit({"strength": 0.8}, {"strength": 0.2}, np.eye(1), 1.0, True, (), "")
FOUND = [
    (name, MeasuredCrossSection(neutrons, 0.8, Piece(0.6, 1.1, False, False), 200 * UNIT, BEST, ()))
    for name, neutrons in (("first", 76.0), ("second", 22.0))
]


def test_rows_are_in_units_of_a_ten_thousandth_of_a_picobarn():
    row = rows(FOUND)[0]
    numbers = [row[name] for name in ("measured (1e-40 cm2)", "error below", "error above", "standard (1e-40 cm2)")]
    assert numbers == pytest.approx([160.0, 40.0, 60.0, 200.0], rel=1e-12)
    assert (row["measurement"], row["neutrons"]) == ("first", 76.0)


def test_points_over_both_curves():
    trend = CrossSectionTrend(("Ar40", "Cs133"), np.array([22.0, 78.0]), *(np.array(one) * UNIT for one in CURVES))
    axes = figure(FOUND, trend).axes[0]
    lines = {one.get_label(): one for one in axes.lines}
    np.testing.assert_allclose(lines["with form factor"].get_ydata(), CURVES[0])
    np.testing.assert_allclose(lines["without (about N²)"].get_ydata(), CURVES[1])
    (line, _, (bars,)) = axes.containers[0]
    assert (line.get_xdata()[0], line.get_ydata()[0]) == pytest.approx((76.0, 160.0))
    np.testing.assert_allclose(bars.get_segments()[0][:, 1], [120.0, 220.0])


CURVES = ([18.0, 190.0], [20.0, 250.0])


def test_measurements_are_tasks_of_the_study(context):
    with pytest.raises(InputError, match=r"measurements: got 'later'. The study's tasks of type Measurement: none"):
        CrossSections(("later",)).check(context)


def test_a_study_without_coherent_scattering(context):
    noun = context.experiments["crystal"].noun
    bare = dataclasses.replace(noun, detector=dataclasses.replace(noun.detector, channels=()))
    other = dataclasses.replace(context.experiments["crystal"], noun=bare)
    with pytest.raises(InputError, match="crystal, first channel: got no channel"):
        CrossSections(()).check(dataclasses.replace(context, experiments={"crystal": other}))


def test_a_box_that_ends_an_interval_leaves_no_error_above():
    one = MeasuredCrossSection(40.0, 0.8, Piece(0.6, 3.0, False, True), 200 * UNIT, BEST, ())
    assert one.errors == (pytest.approx(0.2 * 200 * UNIT, rel=1e-12, abs=0), np.inf)
    assert one.mean_error == np.inf
    (row,) = rows([("a", one)])
    assert row["error above"] == np.inf
    assert "not determined" in str(text_table("Found", [row]))
