"""Regions by toys in the tasks: intervals as inference gives them, Wilks' beside, both lines in a plane."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import NEUTRONS, STRENGTH

from ontarget.ground.errors import InputError
from ontarget.inference.fit import intervals, profile
from ontarget.inference.toys import belt_of, construction
from ontarget.io.structure import structure
from ontarget.io.yaml import parse_yaml
from ontarget.numerics.job import complete
from ontarget.study import Bounds, Plane, Profiles, Toys, UpperLimits, Wilks
from ontarget.study.parameters.upper_limits import PublishedLimit

METHOD = Toys(toys=40, more=0, points=5)
ALONE = {"crystal": ("crystal",)}


@pytest.fixture(scope="module")
def alone(context):
    """Without nuisances: one program of few functions."""
    return dataclasses.replace(context, parameters=())


def by_method(rows):
    assert {row["method"] for row in rows} == {"toys (Feldman-Cousins)", "Wilks"}
    return tuple([row for row in rows if row["method"].startswith(one)] for one in ("toys", "Wilks"))


def test_intervals_are_those_of_the_belt(alone):
    task = Bounds("Strength", "strength", (STRENGTH,), groups=ALONE, level=0.9, points=21, method=METHOD)
    section = task.run(alone)
    likelihood = alone.likelihood(("crystal",), (STRENGTH,))
    job = construction(likelihood, {"strength": np.linspace(0.0, 3.0, 5)}, METHOD.seed, toys=40)
    belt = belt_of(job, complete(job))
    fine = profile(likelihood, {"strength": np.linspace(0.0, 3.0, 21)})
    toys, wilks = by_method(section.tables[0].rows)
    for rows, scan in ((toys, belt.scaled(fine)), (wilks, fine)):
        (piece,) = intervals(scan, 0.9).pieces
        # both cut the cells around an end until it is known to 1e-4 of the piece or better, on other ways
        assert [(row["low"], row["high"]) for row in rows] == [pytest.approx((piece.low, piece.high), abs=1e-6)]
    (row,) = section.tables[1].rows
    assert (row["toys"], row["toys not converged"], row["points"]) == (200, 0, 5)


def test_upper_limits_are_the_upper_ends_by_either_method(alone):
    task = Bounds("Strength", "strength", (STRENGTH,), groups=ALONE, level=0.9, points=21, method=METHOD)
    limits = UpperLimits("Limit", "limit", (STRENGTH,), "strength", groups=ALONE, points=21, method=METHOD)
    published = {"others": PublishedLimit(2.0, "strength")}
    rows = dataclasses.replace(limits, published=published).run(alone).tables[0].rows
    ends = [row["high"] for row in task.run(alone).tables[0].rows]
    assert [row["below"] for row in rows] == [*ends, 2.0]
    assert [row["method"] for row in rows] == ["toys (Feldman-Cousins)", "Wilks", "published"]


def test_profiles_say_which_rows_are_by_toys(alone):
    task = Profiles("Strength", "strength", STRENGTH, "strength", groups=ALONE, points=21, method=METHOD)
    toys, wilks = by_method(task.run(alone).tables[0].rows)
    assert [row["level"] for row in toys] == [row["level"] for row in wilks] == list(task.levels)
    plain = dataclasses.replace(task, method=Wilks()).run(alone).tables
    assert [{"method": "Wilks", **row} for row in plain[0].rows] == wilks
    assert len(plain) == 1


def test_a_plane_has_both_lines(alone):
    """A region by forty toys at 36 points, against the same by Wilks' theorem: areas within their errors."""
    x, y = dataclasses.replace(STRENGTH, low=0.6, high=1.6), dataclasses.replace(NEUTRONS, low=0.2, high=1.6)
    method = dataclasses.replace(METHOD, points=6)
    section = Plane("Both", "both", x, y, groups=ALONE, level=0.68, points=31, method=method).run(alone)
    (toys,), (wilks,) = by_method(section.tables[0].rows)
    # at 68 % a critical value of forty toys is known to 0.3 of 2.3, and an area goes with it; thirteen of the
    # points' triangles hold the line
    assert toys["allowed share of the plane"] == pytest.approx(wilks["allowed share of the plane"], rel=0.3)
    assert toys["allowed share of its area"] != wilks["allowed share of its area"]
    assert section.tables[1].rows[0]["points"] == 36
    assert [one.name for one in section.pictures] == ["both", "both_critical"]
    labels = [text.get_text() for text in section.pictures[0].figure.legends[0].get_texts()]
    assert labels[:2] == ["crystal, Wilks", "crystal"]


def test_a_method_may_be_named_only():
    text = "{title: Both, key: both, x: *x, y: *x, method: Toys}"
    box = "{type: Scale, name: x, address: '*.x', low: 0, high: 1}"
    found = structure(Plane, parse_yaml(text.replace("*x", box), "study.yaml")).noun
    assert found.method == Toys()


@pytest.mark.parametrize("changes", [{"toys": 0}, {"more": -1}, {"points": 3}, {"seed": -1}, {"precision": -0.1}])
def test_what_cannot_be_is_refused(changes):
    with pytest.raises(InputError):
        dataclasses.replace(METHOD, **changes)
