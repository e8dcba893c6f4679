"""The measurement task: its rows against direct use of inference, published numbers beside them, what it refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import FLUX, MASS, NEUTRONS, STRENGTH, table

from ontarget.ground.errors import InputError
from ontarget.ground.units import cm
from ontarget.inference.fit import fit, intervals, profile
from ontarget.inference.likelihood import Parameter, likelihood
from ontarget.inference.toys import goodness_of_fit, significance
from ontarget.study import CrossSections, Measurement
from ontarget.study.parameters.measurement import PublishedNumber, Quantity
from ontarget.study.parameters.measurement import rows as beside
from ontarget.validation.quantity import AverageCrossSection

MASS_ALONE = dataclasses.replace(MASS, address="*.detector.mass")
TASK = Measurement(
    "A crystal",
    "crystal",
    "crystal",
    STRENGTH,
    (NEUTRONS,),
    (FLUX, MASS_ALONE),
    {"fitted cevns": PublishedNumber(500.0, 40.0), "significance": PublishedNumber(9.0, 0.0)},
    axes=("energy", "time"),
    toys=30,
)


@pytest.fixture(scope="module")
def study(context):
    """The context of a study that holds the task, which other tasks name by its key."""
    return dataclasses.replace(context, tasks=(TASK,))


@pytest.fixture(scope="module")
def section(study):
    return TASK.run(study)


@pytest.fixture(scope="module")
def rows(section):
    return table(section, "crystal_results")


@pytest.fixture(scope="module")
def events(context):
    """The first fit, made by hand."""
    return likelihood(context.experiments["crystal"].noun, [STRENGTH, NEUTRONS], known=context.expansions)


def test_events_are_those_of_the_first_fit(context, rows, events):
    noun, best = context.experiments["crystal"].noun, fit(events)
    signal = float(noun.expected().signal().sum())
    assert rows["fitted cevns"]["value"] == pytest.approx(best.values["strength"] * signal, rel=1e-9)
    assert rows["fitted cevns"]["error"] == pytest.approx(best.errors["strength"] * signal, rel=1e-9)
    assert rows["fitted prompt neutrons"]["value"] == pytest.approx(30 * best.values["neutrons"], rel=1e-9)
    assert rows["observed"]["value"] == np.sum(noun.observed) == 910
    assert rows["significance"]["value"] == pytest.approx(significance(events, "strength", 0.0).sigma, rel=1e-9)
    # parts of a best fit with a free scale add up to the data, the steady state among them, but for the pull of the
    # neutrons and that of the sideband
    parts = [one["value"] for name, one in rows.items() if name.startswith("fitted ")]
    assert len(parts) == 3
    assert sum(parts) == pytest.approx(910, abs=25)


def test_prediction_has_the_errors_of_the_systematics(context, rows):
    """Ten per cent of the flux, five of the mass; the strength is not among them."""
    signal = float(context.experiments["crystal"].noun.expected().signal().sum())
    assert rows["predicted signal"]["value"] == pytest.approx(signal, rel=1e-12)
    assert rows["predicted signal"]["error"] == pytest.approx(signal * np.hypot(0.10, 0.05), rel=1e-9)


def test_cross_section_is_that_of_the_second_fit(context, rows):
    noun = context.experiments["crystal"].noun
    nll = likelihood(noun, [STRENGTH, NEUTRONS, FLUX, MASS_ALONE], known=context.expansions)
    scan = profile(nll, {"strength": np.linspace(0.0, 3.0, 121)})
    standard = AverageCrossSection("crystal").of(noun) / (1e-40 * cm**2)
    (piece,) = intervals(scan, 0.6826894921370859).pieces
    assert rows["standard cross-section (1e-40 cm2)"]["value"] == pytest.approx(standard, rel=1e-12)
    assert 150 < standard < 230  # of CsI, whatever the convention
    measured = rows["cross-section (1e-40 cm2)"]
    assert measured["value"] == pytest.approx(scan.best.values["strength"] * standard, rel=1e-9)
    assert measured["error"] == pytest.approx(standard * piece.width / 2, rel=1e-9)
    # flux and mass are known to 11 %, and the rest adds to that
    assert 0.11 < rows["strength, all systematics"]["error"] / rows["strength, all systematics"]["value"] < 0.16


def test_goodness_is_that_of_the_same_toys(rows, events):
    good = goodness_of_fit(events, fit(events), TASK.seed, toys=TASK.toys)
    assert rows["-2 ln L at the best fit"]["value"] == pytest.approx(good.observed, rel=1e-9)
    assert rows["p-value of the fit, toys"]["value"] == good.p_value


def test_published_numbers_stand_beside_ours(rows):
    mine = rows["fitted cevns"]
    assert (mine["published"], mine["published error"]) == (500.0, 40.0)
    assert mine["difference (sigma)"] == pytest.approx((mine["value"] - 500) / 40, rel=1e-12)
    assert rows["significance"]["published"] == 9.0
    assert rows["significance"]["difference (sigma)"] is None  # published without an error
    assert rows["observed"]["published"] is None


def test_nuisances_have_their_pulls(section):
    found = table(section, "crystal_nuisances")
    assert set(found) == {"strength", "neutrons", "flux", "mass"}
    assert found["neutrons"]["pull"] == pytest.approx((found["neutrons"]["value"] - 1) / 0.25, rel=1e-12)
    assert found["strength"]["pull"] == 0.0
    # strength and flux multiply the same number: the data say nothing of the flux
    assert found["flux"]["value"] == pytest.approx(1.0, abs=1e-4)
    assert found["flux"]["error"] == pytest.approx(0.1, rel=1e-3)


def test_pictures_are_projections_residuals_and_toys(section):
    names = [one.name for one in section.pictures]
    assert names == ["crystal_projections", "crystal_residuals", "crystal_goodness"]


def test_the_ladder_carries_the_measurement(study, section):
    """The task of cross-sections takes over what the measurement found."""
    drawn = CrossSections(("crystal",), ladder=("Ar40", "Cs133")).run(study)
    (found,) = drawn.tables[0].rows
    mine = table(section, "crystal_results")
    assert found["measurement"] == "A crystal"
    assert found["neutrons"] == pytest.approx(76.0, rel=1e-12)  # 78 of Cs, 74 of I
    assert found["measured (1e-40 cm2)"] == mine["cross-section (1e-40 cm2)"]["value"]
    both = found["error below"] + found["error above"]
    assert both == pytest.approx(2 * mine["cross-section (1e-40 cm2)"]["error"], rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"experiment": "cristal"}, "experiment: got 'cristal'. The study has crystal, tank. Did you mean 'crystal'?"),
        ({"standard": "argon"}, "standard: got 'argon'. The study has crystal, tank."),
        ({"experiment": "tank"}, "experiment: got 'tank'. Nothing was observed there"),
        ({"strength": dataclasses.replace(STRENGTH, low=0.1)}, "strength.low: got a box from 0.1. No signal, zero"),
        ({"strength": dataclasses.replace(STRENGTH, low=-1.0)}, "strength.low: got a box from -1"),
        ({"backgrounds": (Parameter("b", "*.no_such.total", 0.0, 1.0),)}, "It matches no input of the experiments"),
    ],
)
def test_refusals_before_anything_is_computed(context, changes, sentence):
    with pytest.raises(InputError) as error:
        dataclasses.replace(TASK, **changes).check(context)
    assert sentence in str(error.value)


def test_a_published_number_that_is_none_of_ours():
    ours = [Quantity("observed", 910.0), Quantity("significance", 9.0)]
    with pytest.raises(InputError, match=r"published.fitted CEvNS: got no quantity of ours. Known: observed, signif"):
        beside(ours, {"fitted CEvNS": PublishedNumber(1.0, 1.0)})


def test_the_task_that_passes_its_check(context):
    TASK.check(context)


def test_signal_from_templates_needs_a_standard(context):
    """What a release gives as counts has no cross-section of its own."""
    bare = dataclasses.replace(context.experiments["crystal"].noun.detector, channels=())
    loaded = dataclasses.replace(
        context.experiments["crystal"], noun=dataclasses.replace(context.experiments["crystal"].noun, detector=bare)
    )
    study = dataclasses.replace(context, experiments={"crystal": loaded, "tank": context.experiments["tank"]})
    task = dataclasses.replace(
        TASK, strength=dataclasses.replace(NEUTRONS, name="strength"), backgrounds=(), systematics=()
    )
    with pytest.raises(InputError, match="Name another experiment as 'standard'"):
        task.check(study)
    dataclasses.replace(task, standard="tank").check(study)
