"""Profiles of one parameter: intervals of each group as inference gives them, published values beside them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import ANGLE

from ontarget.ground.errors import InputError
from ontarget.inference.fit import intervals, profile
from ontarget.inference.likelihood import likelihood
from ontarget.inference.likelihood.narrowed import narrowed
from ontarget.study import Bounds, Profiles, UpperLimits
from ontarget.study.parameters.profiles import PublishedRange

TASK = Profiles(
    "Weak mixing angle",
    "angle",
    ANGLE,
    "angle",
    unit=2.0,
    groups={"crystal alone": ("crystal",), "both": ("crystal", "tank")},
    published={"others": PublishedRange(0.48, 0.02, 0.04)},
    points=41,
)


@pytest.fixture(scope="module")
def rows(context):
    return TASK.run(context).tables[0].rows


def of(rows, label, level):
    return [row for row in rows if row["experiments"] == label and row["level"] == pytest.approx(level, abs=1e-3)]


def test_intervals_are_those_of_the_profile(context, rows):
    noun = context.experiments["crystal"].noun
    nll = likelihood(noun, [ANGLE, *context.nuisances(["crystal"])], known=context.expansions)
    scan = profile(nll, {"angle": np.linspace(0.05, 0.45, 41)})
    for level in TASK.levels:
        found = intervals(scan, level).pieces
        mine = of(rows, "crystal alone", level)
        # shown in units of half the angle; 1e-4 of the width is what 41 points in other expansions differ by
        assert [row["low"] for row in mine] == pytest.approx([2 * one.low for one in found], abs=1e-4)
        assert [row["high"] for row in mine] == pytest.approx([2 * one.high for one in found], abs=1e-4)
        assert mine[0]["best"] == pytest.approx(2 * scan.best.values["angle"], abs=1e-4)


def test_upper_limits_are_the_upper_ends(context, rows):
    task = UpperLimits("A limit", "limit", (ANGLE,), "angle", unit=2.0, groups=TASK.groups, points=41)
    found = {row["experiments"]: row["below"] for row in task.run(context).tables[0].rows}
    assert found == {label: pytest.approx(of(rows, label, 0.90)[-1]["high"], abs=1e-12) for label in TASK.groups}


def test_bounds_are_the_same_intervals(context, rows):
    """Of one parameter, at one of the levels; the study's nuisances are profiled in both."""
    task = Bounds("An angle", "angles", (ANGLE,), groups=TASK.groups, level=0.90, points=41)
    section = task.run(context)
    for row in section.tables[0].rows:
        (same,) = of(rows, row["experiments"], 0.90)
        assert (2 * row["low"], 2 * row["high"]) == pytest.approx((same["low"], same["high"]), rel=1e-12)
    assert [one.name for one in section.tables] == [one.name for one in section.pictures] == ["angles"]


def test_an_asimov_tank_that_agrees_narrows_the_range(rows):
    alone, both = (of(rows, label, 0.683)[0] for label in ("crystal alone", "both"))
    assert both["high"] - both["low"] < alone["high"] - alone["low"]


def test_published_values_are_rows_too(rows):
    (other,) = of(rows, "others", 0.683)
    assert (other["best"], other["low"], other["high"]) == pytest.approx((0.48, 0.46, 0.52))


def test_a_nuisance_that_is_fixed_is_not_profiled(context):
    """Nothing is widened by a flux that is left out."""
    task = dataclasses.replace(TASK, groups={"crystal": ("crystal",)}, fixed=("flux",), levels=(0.683,))
    nll = context.likelihood(("crystal",), (ANGLE,), without=("flux",))
    assert set(nll.names) == {"angle", "mass"}
    (mine,) = of(task.run(context).tables[0].rows, "crystal", 0.683)
    (free,) = of(TASK.run(context).tables[0].rows, "crystal alone", 0.683)
    assert mine["high"] - mine["low"] < 0.8 * (free["high"] - free["low"])


def test_nuisances_touch_what_they_fit(context):
    names = {group: [one.name for one in context.nuisances(group)] for group in (("crystal",), ("tank",))}
    assert names == {("crystal",): ["flux", "mass"], ("tank",): ["flux"]}


def test_of_several_addresses_those_are_kept_that_fit(context):
    mass = dataclasses.replace(context.parameters[1], address=("crystal.detector.mass", "tank.detector.mass"))
    crystal, tank = (context.experiments[name].noun for name in ("crystal", "tank"))
    assert narrowed(mass, (tank,), (crystal, tank)).address == ("tank.detector.mass",)
    assert narrowed(mass, (crystal, tank), (crystal, tank)).address == mass.address
    alone = dataclasses.replace(mass, address="crystal.detector.mass")
    assert narrowed(alone, (tank,), (crystal, tank)) is None
    nowhere = dataclasses.replace(mass, address=("crystal.detector.mass", "tonk.detector.mass"))
    with pytest.raises(InputError, match="It matches no input of the experiments"):
        narrowed(nowhere, (tank,), (crystal, tank))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"levels": (90.0,)}, "A confidence level lies between 0 and 1"), ({"points": 3}, "At least 11 and at most")],
)
def test_what_cannot_be_is_refused(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        dataclasses.replace(TASK, **changes)


def test_an_unknown_group(context):
    task = dataclasses.replace(TASK, groups={"all": ("crystal", "tonk")})
    with pytest.raises(InputError, match=r"groups.all: got 'tonk'. The study has no such experiment"):
        task.check(context)
