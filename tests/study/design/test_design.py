"""The design task on the made-up tank, and what it refuses."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from design_toys import Sky
from study_toys import ANGLE, FLUX, TANK, asked

from ontarget.analysis.design.merit import AtLeast, AtMost, JointError, UpperLimit
from ontarget.ground.errors import InputError
from ontarget.ground.units import kg, m
from ontarget.inference.likelihood.parameter import Parameter
from ontarget.io.entry import load_experiment
from ontarget.io.expression import evaluate, formula
from ontarget.study.context import Context
from ontarget.study.design.design import Design
from ontarget.study.design.design_space import DesignNumber, Tie, design_space, planned, today
from ontarget.study.design.formula import Formula

NEAR = DesignNumber(15.0, 45.0, "tank.detector.site.baseline", "m", name="near")
MASS = DesignNumber(20.0, 200.0, "tank.detector.mass", "kg", name="mass")
PRICE = Formula("mass + 1000 / near")


@pytest.fixture(scope="module")
def tank(tmp_path_factory):
    """A tank without the background that was counted beside the signal."""
    path = tmp_path_factory.mktemp("design") / "tank.yaml"
    path.write_text(TANK[: TANK.index("    steady_state")])
    return Context({"tank": load_experiment(path)}, (FLUX,), lambda line: None)


def task(**more):
    given = {"free": (NEAR, MASS), "objective": JointError(), "parameters": (ANGLE,), "experiments": ("tank",)}
    return Design("Design", "design", **(given | {"points": 4, "starts": 1, "budgets": 3} | more))


@pytest.mark.long
def test_design_of_one_tank(tank):
    """Near and heavy is best, as far as both are paid for; so with the whole chain."""
    section = task(cost=AtMost(PRICE, 120.0)).run(tank)
    now, best, grid = section.tables[0].rows
    assert (now["near (m)"], now["mass (kg)"]) == pytest.approx((20.0, 60.0))
    assert best[PRICE.text] == pytest.approx(120.0, rel=1e-6)
    assert best["error of angle"] <= min(grid["error of angle"], now["error of angle"])


@pytest.fixture(scope="module")
def section():
    on, off = (DesignNumber(0.5, 30.5, f"sky.{name}", name=name) for name in ("on", "off"))
    cost = AtMost(Formula("on + 2 * off", "price (days)"), 30.0)
    one = task(free=(on, off), cost=cost, parameters=(Parameter("signal", "*.signal", 0.0, 9.0),), points=31)
    return one.answered(planned([Sky()], one.parameters, (), one.free), lambda line: None)


def test_tables_of_a_design(section):
    """Information is on / (s + b) + 8 off / s: per price the second is worth more, all of it is bought."""
    designs, search, tornado, line = (one.rows for one in section.tables)
    now, best, grid = designs
    assert (now["on"], now["off"], now["price (days)"]) == (10.0, 10.0, 30.0)
    assert best["off"] == pytest.approx(14.75, rel=1e-6)
    assert best["error of signal"] == pytest.approx((0.5 / 11 + 8 * 14.75 / 3) ** -0.5, rel=1e-6)
    assert grid["price (days)"] <= 30.0
    assert search[1]["steps of the grid apart"] <= 1.0
    assert search[1]["evaluations"] < 31 * 31  # those too dear are not computed
    # the slope against what lowering and raising by 10 % did; the second order is what a tenth leaves of it
    for row in tornado:
        change = (row["objective, raised"] - row["objective, lowered"]) / row["objective"]
        assert change == pytest.approx(0.2 * row["d ln objective / d ln number"], rel=0.05)
    assert (np.diff([row["error of signal"] for row in line]) < 0).all()
    np.testing.assert_allclose([row["price (days)"] for row in line], [24.0, 46.5, 69.0], rtol=0.05)


def test_pictures_and_warnings_of_a_design(section):
    assert [one.name for one in section.pictures] == ["design_tornado", "design_front"]
    assert section.warnings == ["The optimum has on at an end of its range."]
    panels = section.pictures[0].figure.axes
    assert [one.get_title().split(":")[0] for one in panels] == ["today", "optimum"]
    # the strongest stands on top
    assert panels[0].get_yticklabels()[-1].get_text() == "off"


def test_numbers_ties_and_units(tank):
    nouns = tuple(tank.nouns(("tank",)))
    tie = Tie("mass / 10 + near", "*.source.neutrinos_per_proton", name="odd")
    space = design_space((NEAR, MASS), (tie,), nouns)
    found = space.values(jnp.array([30.0, 50.0]))
    assert float(found["tank.detector.site.baseline"]) == pytest.approx(30 * m)
    assert float(found["tank.detector.mass"]) == pytest.approx(50 * kg)
    assert float(found["tank.source.neutrinos_per_proton"]) == pytest.approx(35.0)
    np.testing.assert_allclose(today((NEAR, MASS), space, nouns), [20.0, 60.0])


def test_formula_is_what_evaluate_says_and_has_derivatives():
    text, at = "2 * sqrt(x) ^ 3 - x / (1 + exp(-y)) + abs(y)", {"x": 2.3, "y": -0.7}
    assert float(formula(text, at, "here")) == pytest.approx(evaluate(text, at.__getitem__, "here"), rel=1e-14)
    slope = jax.grad(lambda x: formula("x ^ 2.5", {"x": x}, "here"))(2.0)
    assert float(slope) == pytest.approx(2.5 * 2.0**1.5, rel=1e-14)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"free": (DesignNumber(1.0, 2.0, "tank.detector.mass", "m", name="mass"),)}, "of the kind mass"),
        ({"free": (MASS, DesignNumber(1.0, 2.0, "tank.detector.mass", "kg", name="twice"))}, "sets tank.detector.mass"),
        ({"free": (MASS, MASS)}, "share this name"),
        ({"free": (DesignNumber(1.0, 2.0, "tank.*.fractions", name="many"),)}, "tank"),
        ({"ties": (Tie("mas + 1", name="more"),)}, "Did you mean 'mass'"),
        ({"cost": AtMost(Formula("mass + +"), 1.0)}, "ends too early"),
        ({"objective": JointError(("angel",))}, "Did you mean 'angle'"),
        ({"objective": UpperLimit("angel")}, "Did you mean 'angle'"),
        ({"experiments": ("tnak",)}, "Did you mean 'tank'"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_computed(tank, more, said):
    with pytest.raises(InputError, match=said):
        task(**more).check(tank)


def test_a_counted_background_is_refused(tmp_path):
    mass = DesignNumber(1.0, 9.0, "crystal.detector.mass", "kg", name="mass")
    with pytest.raises(InputError, match="sideband"):
        task(free=(mass,), experiments=("crystal",)).run(asked(tmp_path))


def test_limits_that_exclude_all_are_said():
    on, signal = DesignNumber(0.5, 30.5, "sky.on", name="on"), Parameter("signal", "*.signal", 0.0, 9.0)
    one = task(free=(on,), limits=(AtLeast(Formula("on"), 31.0),), points=4)
    problem = planned([Sky()], [signal], (), [on])
    with pytest.raises(InputError, match="No start"):
        one.answered(problem, lambda line: None)
    between = task(free=(on,), limits=(AtLeast(Formula("on"), 12.0), AtMost(Formula("on"), 19.0)), points=4)
    said = between.answered(problem, lambda line: None)
    assert [row["search"] for row in said.tables[1].rows] == ["by gradient"]
    assert "No point of the grid keeps to all limits." in said.warnings


def test_ranges_names_and_parameters_are_checked():
    with pytest.raises(InputError, match="not empty"):
        DesignNumber(2.0, 1.0, "x", name="x")
    with pytest.raises(InputError, match="what it is now"):
        DesignNumber(1.0, 2.0, name="x")
    with pytest.raises(InputError, match="letters"):
        Tie("1", name="a b")
    with pytest.raises(InputError, match="numbers to choose"):
        task(free=())
