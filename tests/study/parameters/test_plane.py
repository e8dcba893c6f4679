"""Rows and regions of a plane: what the typed result holds; lines of equal rate where they belong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import NEUTRONS, STRENGTH

from ontarget.analysis import PlaneRegion
from ontarget.analysis.parameters.plane_region import allowed_region
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Fit, Scan, threshold
from ontarget.interaction import NSI
from ontarget.study import Plane
from ontarget.study.parameters.plane import drawn, figure, guides, rows

X, Y = np.linspace(-2, 2, 41), np.linspace(-3, 3, 61)
FALSE = np.zeros((41, 61), bool)
BEST = Fit({"a": 0.5, "b": -0.5}, {"a": 1.0, "b": 1.0}, np.eye(2), 0.0, True, (), "")
SCAN = Scan({"a": X, "b": Y}, 5 * (X[:, None] ** 2 + Y**2), {}, ~FALSE, FALSE, BEST, "")
FOUND = PlaneRegion(0.9, SCAN, (0.0, 0.25), allowed_region(SCAN, 0.9), allowed_region(SCAN, 0.9))


def test_rows_say_how_much_is_allowed():
    (row,) = rows({"CsI": FOUND})
    assert row["experiments"] == "CsI"
    radius = np.hypot(X[:, None], Y)
    assert row["allowed share of the plane"] == (radius < np.sqrt(threshold(0.9, 2) / 5)).mean()
    assert (row["closed contours"], row["contours that leave the plane"], row["points"]) == (1, 0, 41 * 61)
    assert (row["points not converged"], row["points with a nuisance at its edge"]) == (0, 0)


def test_a_region_has_its_best_fit_where_something_was_measured():
    (region,) = drawn("CsI", 3, FOUND, True, True)
    assert (region.label, region.group, region.filled, region.best) == ("CsI", 3, True, (0.5, -0.5))
    assert region.level == threshold(0.9, 2)
    assert region.values is FOUND.region.values
    assert drawn("CsI", 3, FOUND, False, False)[0].best is None
    made = figure({"CsI": FOUND}, ["CsI"], [], [])
    (axes,) = made.figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")


def test_lines_of_equal_rate_are_drawn_in_their_plane_only(context):
    grid = np.linspace(-1.0, 1.0, 3)
    assert guides(context, "eps_ee_u", "eps_mumu_u", grid) == []
    assert guides(context, "eps_ee_u", "eps_ee_d", grid) == []  # its couplings are those of the standard model
    loaded = context.experiments["crystal"]
    channel = loaded.noun.detector.channels[0]
    coupled = dataclasses.replace(channel, interaction=dataclasses.replace(channel.interaction, couplings=NSI()))
    detector = dataclasses.replace(loaded.noun.detector, channels=(coupled,))
    other = dataclasses.replace(loaded, noun=dataclasses.replace(loaded.noun, detector=detector))
    first, second = guides(dataclasses.replace(context, experiments={"crystal": other}), "eps_ee_u", "eps_ee_d", grid)
    # caesium iodide has 54 protons and 76 neutrons in the mean: the slope is -(108 + 76)/(54 + 152)
    np.testing.assert_allclose(first.y, -grid * 184 / 206, rtol=1e-12)
    proton, neutron = (float(one[0, 0]) for one in NSI().matrices())
    np.testing.assert_allclose(second.y - first.y, -2 * (54 * proton + 76 * neutron) / 206, rtol=1e-12)
    assert (first.label, second.label) == ("A small crystal, same rate as SM", "")


def test_a_label_that_no_group_has_is_refused(context):
    task = Plane("Both", "both", STRENGTH, NEUTRONS, groups={"all": ("crystal",)}, filled=("al",))
    with pytest.raises(InputError, match="Did you mean 'all'"):
        task.check(context)
