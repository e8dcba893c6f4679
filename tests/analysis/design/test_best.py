"""The best design of a formula, against its closed form: sharing a time among two measurements."""

from __future__ import annotations

import numpy as np
import pytest
from design_toys import SIGNAL, Price, Sky, Spread

import ontarget as ot
from ontarget.analysis.design.best import best_design
from ontarget.analysis.design.merit import AbstractFigureOfMerit, AtLeast, AtMost, Measured
from ontarget.analysis.design.problem import design_problem
from ontarget.ground.errors import InputError

FREE = {"sky.on": (1.0, 31.0), "sky.off": (1.0, 21.0)}


@pytest.fixture(scope="module")
def problem():
    return design_problem([Sky()], FREE)


@pytest.fixture(scope="module")
def result(problem):
    """At most 20 in all: of a fixed sum the times are as 3 to 2, and the error is 5 over its root."""
    said = []
    found = best_design(
        problem, Spread(), AtMost(Price(), 20.0), starts=2, points=31, step=0.2, budgets=4, progress=said.append
    )
    assert said == ["derivatives", "2 descents", "grid of 961 designs", "front of 4 budgets"]
    return found


def test_today_and_the_optimum(result):
    np.testing.assert_allclose(result.today.design, [10.0, 10.0])
    assert result.today.objective == pytest.approx(np.sqrt(1.3), rel=1e-14)
    assert result.today.bounds == pytest.approx([20.0])
    # the descents end where the logarithm moves by 1e-9: the place, in which it is quadratic, is good to its root
    np.testing.assert_allclose(result.optimum.design, [12.0, 8.0], rtol=1e-3)
    assert result.optimum.objective == pytest.approx(5 / np.sqrt(20), rel=1e-8)
    assert result.optimum.bounds == pytest.approx([20.0], rel=1e-6)
    assert not result.at_end.any()
    assert result.descents_took.rest > 0


def test_the_grid_beside_it(result):
    """Steps of 1 and 2/3: those neighbours of (12, 8) that cost no more than 20, found by hand."""
    every = [(x, y) for x in np.linspace(1, 31, 31) for y in np.linspace(1, 21, 31) if x + y <= 20 + 1e-9]
    best = min(every, key=lambda one: 9 / one[0] + 4 / one[1])
    np.testing.assert_allclose(result.best_of_grid.design, best, rtol=1e-12)
    assert result.best_of_grid.objective == pytest.approx(np.sqrt(9 / best[0] + 4 / best[1]), rel=1e-12)
    assert result.grid.allowed.sum() == len(every)
    steps = np.abs(np.array(best) - [12, 8]) / [1, 20 / 30]
    assert result.steps_apart == pytest.approx(steps.max(), abs=0.01)
    assert not result.grid_is_lower


def test_swings_are_what_moving_does(result):
    """By a fifth, one after the other, today and at the optimum; slopes are those of the logarithms."""
    for found, (x, y) in ((result.swings_today, (10.0, 10.0)), (result.swings, result.optimum.design)):
        np.testing.assert_allclose(found.lowered_to, [0.8 * x, 0.8 * y], rtol=1e-12)
        np.testing.assert_allclose(found.raised_to, [1.2 * x, 1.2 * y], rtol=1e-12)
        parts = np.array([9 / x, 4 / y])
        assert found.objective == pytest.approx(np.sqrt(parts.sum()))
        np.testing.assert_allclose(found.lowered, np.sqrt(parts.sum() + parts * (1 / 0.8 - 1)), rtol=1e-12)
        np.testing.assert_allclose(found.raised, np.sqrt(parts.sum() + parts * (1 / 1.2 - 1)), rtol=1e-12)
        np.testing.assert_allclose(found.elasticity, -parts / parts.sum() / 2, rtol=1e-12)


def test_front_against_the_cost(result):
    """Four budgets between 2 and 52, the ends left out: 5 over the root, where neither range is at its end."""
    np.testing.assert_allclose(result.front.costs, [12, 22, 32, 42], rtol=1e-6)
    np.testing.assert_allclose(result.front.objectives, 5 / np.sqrt(result.front.costs), rtol=1e-7)
    np.testing.assert_allclose(result.front.designs[0], [7.2, 4.8], rtol=1e-3)
    assert result.front.lost == 0


def test_a_front_of_what_is_asked_for_at_least(problem):
    """The lowest price with at least so much of the second number, and at least eight of both."""
    second = AtLeast(Second(), 5.0)
    found = best_design(problem, Price(), second, [AtLeast(Price(), 8.0)], starts=1, points=0, budgets=3)
    assert found.optimum.objective == pytest.approx(8.0, rel=1e-6)
    assert found.optimum.bounds[0] >= 5.0 * (1 - 1e-6)
    assert found.optimum.bounds[1] == pytest.approx(8.0, rel=1e-6)
    # from the dearest budget down: 16, 11 and 6 of the second, and 1 of the first, but eight in all
    np.testing.assert_allclose(found.front.objectives, [17.0, 12.0, 8.0], rtol=1e-6)
    assert found.grid is None
    assert found.steps_apart is None
    assert found.best_of_grid is None


class Second(AbstractFigureOfMerit):
    """The second number."""

    def measured(self, problem):
        return Measured(lambda designs: designs[:, 1], lambda design: (float(design[1]), np.array([0.0, 1.0])))

    def label(self, problem):
        return "second"


class Wells(AbstractFigureOfMerit):
    """Two wells along the first number, at 5 and, deeper, at 25."""

    def measured(self, problem):
        def value(x):
            return 2.0 - np.exp(-((x - 5) ** 2) / 8) - 1.5 * np.exp(-((x - 25) ** 2) / 8)

        def one(design):
            x = design[0]
            slope = (x - 5) / 4 * np.exp(-((x - 5) ** 2) / 8) + 1.5 * (x - 25) / 4 * np.exp(-((x - 25) ** 2) / 8)
            return float(value(x)), np.array([slope, 0.0])

        return Measured(lambda designs: value(designs[:, 0]), one)

    def label(self, problem):
        return "wells"


def test_a_grid_that_is_lower_says_that_there_were_too_few_starts(problem):
    """From 10 a descent goes to the near well; brute force finds the other."""
    found = best_design(problem, Wells(), starts=1, points=31)
    assert found.optimum.design[0] == pytest.approx(5.0, abs=0.01)
    assert found.best_of_grid.design[0] == pytest.approx(25.0)
    assert found.grid_is_lower
    assert found.front is None


def test_an_end_of_a_range_is_said(problem):
    """Without a cost all of both is taken."""
    found = best_design(problem, Spread(), starts=1, points=3)
    np.testing.assert_allclose(found.optimum.design, [31.0, 21.0])
    assert found.at_end.all()


def test_what_cannot_be_kept_to(problem):
    with pytest.raises(InputError, match=r"mine: got no optimum\. No start led"):
        best_design(problem, Spread(), AtMost(Price(), 1.0), starts=1, points=0, where="mine")
    between = [AtLeast(Price(), 20.1), AtMost(Price(), 20.2)]
    found = best_design(problem, Spread(), limits=between, starts=1, points=3)
    assert found.grid is None  # steps of 15 and 10
    assert found.grid_took is not None
    # of six budgets, 9.1 to 45, three are too small for at least 25 in all
    some = best_design(
        problem, Spread(), AtMost(Price(), 40.0), [AtLeast(Price(), 25.0)], starts=1, points=0, budgets=6
    )
    assert some.front.lost == 3
    assert len(some.front.costs) == 3


def test_from_a_notebook():
    """Addresses and ranges in internal units, and what is asked of them; all else by default."""
    problem = ot.analysis.design_problem([Sky()], FREE, [SIGNAL])
    found = ot.analysis.best_design(
        problem, ot.analysis.JointError(), ot.analysis.AtMost(Price(2.0), 30.0), points=7, budgets=0, starts=1
    )
    # information is on / 11 + 8 off / 3: per price the second is worth more, and all of it is bought
    np.testing.assert_allclose(found.optimum.design, [1.0, 14.5], rtol=1e-6)
    assert found.optimum.objective == pytest.approx((1 / 11 + 8 * 14.5 / 3) ** -0.5, rel=1e-6)
