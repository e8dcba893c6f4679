"""The posterior task: its rows are those of the draws of the same seed, beside the profile, with diagnostics."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import STRENGTH, table

from ontarget.analysis import CredibleIntervals, PosteriorDensity
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Fit, Piece, Scan
from ontarget.inference.likelihood import Gaussian, Scale
from ontarget.inference.posterior import NUTS, Diagnostics, Draws, Marginal, Nested, target
from ontarget.study import Posterior
from ontarget.study.parameters.posterior import piece_rows, side
from ontarget.work.campaign import Campaign

NEUTRONS = Scale("neutrons", "*.prompt_neutrons.total", 0.0, 3.0, prior=Gaussian(1.0, 0.25))
SAMPLER = Nested(live=50, runs=1, precision=0.5)
TASK = Posterior(
    "Posterior",
    "posterior",
    (STRENGTH, NEUTRONS),
    groups={"crystal": ("crystal",)},
    sampler=SAMPLER,
    levels=(0.9,),
    points=21,
    shown=("flux",),
)


@pytest.fixture(scope="module")
def storing(context, tmp_path_factory):
    """The context with a store for its jobs."""
    return dataclasses.replace(context, campaign=Campaign(tmp_path_factory.mktemp("stores")))


@pytest.fixture(scope="module")
def section(storing):
    return TASK.run(storing)


def test_rows_are_those_of_the_stored_draws(storing, section):
    likelihood = storing.likelihood(("crystal",), (STRENGTH, NEUTRONS))
    found = target(likelihood)
    said = []
    context = dataclasses.replace(storing, progress=said.append)
    draws = SAMPLER.gathered(found, context.complete("posterior_1", SAMPLER.job(found), "again"))
    assert "done before" in said[0]  # nothing is drawn twice
    rows = next(one for one in section.tables if one.name == "posterior_intervals").rows
    central = {row["parameter"]: row for row in rows if row["method"] == "central"}
    assert set(central) == set(draws.names) == {"strength", "neutrons", "flux", "mass"}
    for name, row in central.items():
        assert (row["low"], row["high"]) == draws.central(name, 0.9)
        assert row["mean"] == pytest.approx(draws.mean[draws.names.index(name)])
    told = table(section, "posterior_diagnostics")["crystal"]
    assert told["ln evidence"] == draws.evidence
    assert told["evaluations"] == draws.diagnostics.evaluations
    (mode,) = next(one for one in section.tables if one.name == "posterior_modes").rows
    assert mode["share"] == pytest.approx(1.0)


def test_what_is_gaussian_agrees_with_the_profile(section):
    rows = next(one for one in section.tables if one.name == "posterior_intervals").rows
    of = {row["method"]: row for row in rows if row["parameter"] == "neutrons"}
    profiled, dense = of["profile"], of["highest density"]
    width = profiled["high"] - profiled["low"]
    # fifty live points: some two hundred independent draws, a tenth of a width at each end
    assert (dense["low"], dense["high"]) == pytest.approx((profiled["low"], profiled["high"]), abs=0.25 * width)


def test_rows_of_pieces():
    pieces = Piece(0.0, 0.2, True, False), Piece(0.5, 0.9, False, False)
    found = CredibleIntervals("x", 0.9, (0.1, 0.8), pieces, (Piece(0.4, 1.0, False, True),))
    assert [tuple(row.values()) for row in piece_rows(found)] == [
        ("central", 1, 1, 0.1, 0.8, False),
        ("highest density", 1, 2, 0.0, 0.2, True),
        ("highest density", 2, 2, 0.5, 0.9, False),
        ("profile", 1, 1, 0.4, 1.0, True),
    ]


def test_profiles_are_drawn_as_ratios_of_likelihoods():
    """A unit Gaussian in x, whose profile is a parabola; y was not asked about."""
    x = np.linspace(-3.0, 3.0, 61)
    density = np.exp(-0.5 * x**2)
    best = Fit({"x": 0.0}, {"x": 1.0}, np.eye(1), 0.0, True, (), "")
    scan = Scan({"x": x}, x**2, {}, np.ones(61, bool), np.zeros(61, bool), best, "")
    told = Diagnostics(np.ones(1), np.full(1, 500.0), 0, 0.8, 1000, (1, 1))
    one = np.zeros(1)
    draws = Draws(("x",), one[None], np.ones(1), one, np.zeros(1, int), one - 3, one + 3, (), 0.0, 0.1, told, "")
    marginals = {name: Marginal({name: x}, density) for name in ("x", "y")}
    found = PosteriorDensity(draws, (), {"x": scan}, {}, marginals, {})
    shown = side(found, "x", [0.9])
    np.testing.assert_array_equal(shown.profile[0], x)
    np.testing.assert_allclose(shown.profile[1], density, rtol=1e-12)
    assert shown.heights == [marginals["x"].height(0.9)]
    assert side(found, "y", [0.9]).profile is None


def test_the_corner_shows_what_was_asked(section):
    (picture,) = section.pictures
    panels = [axes for axes in picture.figure.axes if axes.get_visible()]
    assert len(panels) == 6  # strength, neutrons, flux
    assert "90 %" in picture.caption
    assert any("independent draws" in one for one in section.warnings)


def test_refusals(context):
    with pytest.raises(InputError, match="It is no parameter"):
        dataclasses.replace(TASK, shown=("flugs",)).check(context)
    with pytest.raises(InputError, match="credible level"):
        dataclasses.replace(TASK, levels=(90.0,))
    assert TASK.interest() == (STRENGTH, NEUTRONS)
    assert Posterior("A", "a", (STRENGTH,)).sampler == NUTS()
