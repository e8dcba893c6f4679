"""Arrival times at facilities against closed forms, windows by brute force, and events at baselines."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.window import BestSignificance, MostAtPurity
from ontarget.detector import AfterPulse, BeamNeutrons, BetaDecays, ExponentialRecoils, UniqueFirstForbidden
from ontarget.ground.errors import InputError
from ontarget.ground.units import Hz, keV, kg, m, ns, us, year
from ontarget.study.context import Context
from ontarget.study.facility.activity import Activity, TargetActivity
from ontarget.study.facility.baselines import BaselineScan
from ontarget.study.facility.timing import Timing

BACKGROUNDS = (
    BetaDecays(1 * Hz / kg, UniqueFirstForbidden(565 * keV, 19.0), name="argon39"),
    BeamNeutrons(1e-24 / kg, ExponentialRecoils(20 * keV), AfterPulse(100 * ns, 200 * ns), name="neutrons"),
)
TAUS = 26.033, 2196.9811


@pytest.fixture(scope="module")
def beside(context):
    """The tank of the toys with backgrounds that are known at any facility; neutrinos are not computed anew."""
    counts, loaded = context.counts("tank"), context.experiments["tank"]
    detector = dataclasses.replace(loaded.noun.detector, backgrounds=BACKGROUNDS)
    noun = dataclasses.replace(loaded.noun, detector=detector)
    tank = dataclasses.replace(loaded, noun=noun)
    return Context({"tank": tank}, (), lambda line: None, known={"tank": counts})


@pytest.fixture(scope="module")
def tables(beside):
    task = Timing("tank", ("pip2_bar", "sns_fts"), stop=6 * us, bins=300)
    task.check(beside)
    return {table.name.removeprefix("timing_"): table.rows for table in task.run(beside).tables}


def h(t, tau):
    return np.where(t > 0, t - tau * -np.expm1(-np.maximum(t, 0) / tau), 0.0)


def reached(t, width=320.0):
    """Prompt and delayed shares by a time in ns, for protons spread evenly."""
    pi, mu = ((h(t, tau) - h(t - width, tau)) / width for tau in TAUS)
    return pi, (TAUS[1] * mu - TAUS[0] * pi) / (TAUS[1] - TAUS[0])


def test_leakage_into_prompt_windows_is_that_of_the_closed_form(tables):
    rows = [row for row in tables["leakage"] if row["facility"] == "pip2_bar"]
    assert [row["share of prompt"] for row in rows] == [0.9, 0.95, 0.99]
    for row in rows:
        prompt, delayed = reached(row["stop (us)"] * 1e3)
        # linear between points of 4 ns: h^2/8 of a slope that changes within 26 ns
        assert float(prompt) == pytest.approx(row["share of prompt"], abs=4e-4)
        assert float(delayed) == pytest.approx(row["share of delayed"], abs=4e-4)
        assert row["duty"] == pytest.approx(row["stop (us)"] * 1e-4, rel=1e-12)


def test_windows_hold_what_the_closed_form_says_and_follow_each_other(tables):
    prompt, delayed = (row for row in tables["windows"] if row["facility"] == "pip2_bar")
    for row in (prompt, delayed):
        ends = np.array([row["start (us)"], row["stop (us)"]]) * 1e3
        for share, name in zip(np.diff(reached(ends)), ("prompt", "delayed"), strict=True):
            assert row[f"share of {name} kept"] == pytest.approx(
                float(share[0]) / float(reached(6e3)[name == "delayed"])
            )
    assert prompt["stop (us)"] <= delayed["start (us)"]


def test_the_tank_at_the_sns_counts_what_the_chain_counts(beside, tables):
    """The toy runs there, 20 m away, and looks at the first 6 us from the pulse's own zero."""
    (row,) = (one for one in tables["facilities"] if one["facility"] == "sns_fts")
    noun, signal = beside.experiments["tank"].noun, float(np.asarray(beside.known["tank"].signal()).sum())
    a_year = float(noun.facility.protons_per_time * year / noun.exposure.protons(noun.facility))
    # the times of the task start with the flight of 67 ns: more is seen, by less than 67 ns of a muon's life at 6 us
    assert 1.0 < row["neutrinos per year"] / (signal * a_year) < 1.004


def test_steady_backgrounds_go_with_open_time_and_neutrons_with_protons(tables):
    bar, sns = tables["facilities"]
    live = 0.75 / (5000 / 8766)
    assert bar["argon39 per year"] / sns["argon39 per year"] == pytest.approx(100 / 60 * live, rel=1e-9)
    protons = [row["neutrinos per flavour and year"] / row["neutrinos per flavour and proton"] for row in (bar, sns)]
    # a Gaussian pulse has 1e-4 of itself before the time at which the task starts
    assert bar["neutrons per year"] / sns["neutrons per year"] == pytest.approx(protons[0] / protons[1], rel=5e-4)


@pytest.mark.parametrize("goal", [BestSignificance(), MostAtPurity(0.7), MostAtPurity(0.999)])
def test_the_best_window_is_the_best_of_all(goal):
    random = np.random.default_rng(4)
    wanted, other = random.uniform(0, 5, 12), random.uniform(0, 2, 12)
    windows = [(i, j) for i in range(12) for j in range(i + 1, 13)]
    sums = np.array([(wanted[i:j].sum(), other[i:j].sum()) for i, j in windows])
    best = windows[int(np.argmax(goal.score(sums[:, 0], sums[:, 1])))]
    assert goal.window(wanted, other) == best
    if isinstance(goal, MostAtPurity) and goal.purity < 0.9:
        i, j = best
        share = sums[:, 0] / sums.sum(axis=1)
        assert wanted[i:j].sum() == pytest.approx(sums[share >= 0.7, 0].max())


def test_events_at_a_baseline(beside):
    task = BaselineScan(("tank",), jnp.array([10.0, 20.0]) * m)
    task.check(beside)
    rows = task.run(beside).tables[0].rows
    counts, noun = beside.known["tank"], beside.experiments["tank"].noun
    years = float(noun.exposure.calendar(noun.facility) / year)
    near, far = rows[1], rows[5]
    assert (near["baseline (m)"], far["threshold (keV)"]) == (pytest.approx(10), pytest.approx(15))
    assert near["signal per year"] == pytest.approx(4 * far["signal per year"], rel=1e-12)
    signal, neutrons = np.asarray(counts.signal())[:, 1:].sum(), 6 + 3 + 2 + 2 + 1 + 1 + 1 + 1
    assert far["signal per year"] == pytest.approx(signal / years, rel=1e-12)
    assert far["prompt_neutrons per year"] == pytest.approx(neutrons / years, rel=1e-12)


def test_a_purer_target_decays_less(beside):
    """60 kg, windows of 6 us at 60 Hz: 360e-6 decays in each at 1 Bq/kg; nothing is selected here."""
    batches = Activity(1 * Hz / kg, name="air"), Activity(0.01 * Hz / kg, name="underground")
    task = TargetActivity("tank", batches)
    task.check(beside)
    air, underground = task.run(beside).tables[0].rows
    assert air["decays per window"] == pytest.approx(60 * 6e-6, rel=1e-9)
    assert air["selection"] == "none"
    assert underground["counts per year"] == pytest.approx(0.01 * air["counts per year"], rel=1e-9)
    share = float(eqx.filter_jit(BACKGROUNDS[0].spectrum.shares)(beside.known["tank"].seen.edges).sum())
    by_hand = 60 * share * 60 * 6e-6 * 5000 * 3600  # windows are open in the 5000 hours with beam
    assert air["counts per year"] == pytest.approx(by_hand, rel=1e-3)  # a schedule of 5000 h/yr


@pytest.mark.parametrize(
    ("task", "where"),
    [
        (lambda: Timing("crystal", ("pip2_bar",)), "crystal.backgrounds.prompt_neutrons"),
        (lambda: Timing("nobody", ("pip2_bar",)), "experiment"),
        (lambda: TargetActivity("crystal", ()), "crystal.backgrounds"),
        (lambda: BaselineScan(("nobody",), jnp.array([1.0]) * m), "experiments"),
        (lambda: BaselineScan(("tank",), jnp.array([-1.0]) * m), "baselines"),
        (lambda: MostAtPurity(1.2), "purity"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(context, task, where):
    with pytest.raises(InputError) as caught:
        task().check(context)
    assert caught.value.where == where
