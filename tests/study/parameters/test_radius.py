"""The task of neutron radii: its rows are those of the analysis, in fermi and per cent."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import table

from ontarget.analysis import NeutronRadius
from ontarget.ground.units import fm
from ontarget.inference.fit import Intervals, Piece, intervals, profile
from ontarget.study import Radius
from ontarget.study.parameters.radius import figure, rows

PIECES = Piece(0.6, 0.8, True, False), Piece(0.9, 1.2, False, False)
FOUND = {"tank": NeutronRadius(3.5 * fm, Intervals("scale", 0.9, 2.7, PIECES, ""))}


def test_rows_are_in_fermi_and_per_cent():
    first, second = rows(FOUND)
    assert (first["low (fm)"], first["high (fm)"]) == pytest.approx((2.1, 2.8), rel=1e-12)
    assert (first["error (%)"], first["reaches end of grid"]) == (None, True)
    assert (second["error (%)"], second["reaches end of grid"]) == (pytest.approx(15.0), False)
    assert second["mean neutron radius (fm)"] == pytest.approx(3.5)


def test_bars_are_deviations_from_the_default():
    axes = figure(FOUND, {"tank": "argon"}).axes[0]
    assert "argon (3.50 fm)" in [one.get_text() for one in axes.figure.findobj() if hasattr(one, "get_text")]
    spans = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches)
    np.testing.assert_allclose(spans, [(-40.0, -20.0), (-10.0, 20.0)])
    assert axes.get_xlabel() == "deviation from the default radius (%)"


def test_the_task_asks_the_likelihood_of_the_study(context):
    """One experiment, without the study's nuisances: the profile by hand, on the same grid."""
    alone = dataclasses.replace(context, parameters=(), experiments={"tank": context.experiments["tank"]})
    task = Radius("Radii", "radii", points=21, level=0.9)
    task.check(alone)
    section = task.run(alone)
    row = table(section, "radii")["tank"]
    radius = row["mean neutron radius (fm)"]
    assert radius == pytest.approx(3.488, abs=1e-3)  # of argon: 3.427, and a skin
    nll = alone.likelihood_of(alone.nouns(), [task.free(alone.nouns()[0])])
    grid = [(-0.04 + (0.04 * step - 0.4) * radius) * fm for step in range(21)]
    (piece,) = intervals(profile(nll, {"skin": grid}), 0.9).pieces
    ends = (radius + 0.04 + piece.low / fm, radius + 0.04 + piece.high / fm)
    assert (row["low (fm)"], row["high (fm)"]) == pytest.approx(ends, rel=1e-9)
    assert section.tables[0].title == "Radii, 90 % CL"
