"""The timing task on the tank of the toys: its tables against closed forms of the pulse and the decays."""

from __future__ import annotations

import numpy as np
import pytest
from facility_toys import reached

from ontarget.analysis.facility.window import BestSignificance, MostAtPurity
from ontarget.ground.errors import InputError
from ontarget.ground.units import us, year
from ontarget.study.facility.timing import Timing


@pytest.fixture(scope="module")
def section(beside):
    task = Timing("tank", ("pip2_bar", "sns_fts"), stop=6 * us, bins=300)
    task.check(beside)
    return task.run(beside)


@pytest.fixture(scope="module")
def tables(section):
    return {table.name.removeprefix("timing_"): table.rows for table in section.tables}


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
    noun, signal = beside.experiments["tank"].noun, float(np.asarray(beside.counts("tank").signal()).sum())
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


def test_figures_and_words(section):
    assert [one.name for one in section.pictures] == ["timing_flavours", "timing_arrivals", "timing_prompt_windows"]
    assert "start, 130 kW [pip2_bar]." in section.pictures[0].caption
    assert "20 m from every source" in section.text


@pytest.mark.parametrize(
    ("task", "where"),
    [
        (lambda: Timing("crystal", ("pip2_bar",)), "crystal.backgrounds.prompt_neutrons"),
        (lambda: Timing("nobody", ("pip2_bar",)), "experiment"),
        (lambda: MostAtPurity(1.2), "purity"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(context, task, where):
    with pytest.raises(InputError) as caught:
        task().check(context)
    assert caught.value.where == where


def test_only_stopped_pions_are_compared(beside):
    with pytest.raises(InputError, match="stopped pions") as caught:
        Timing("tank", ("nuscope",)).check(beside)
    assert caught.value.where == "sources/nuscope"
