"""Reach for a sterile neutrino at a short baseline as a task: its tables and figures, and what tags add."""

import dataclasses

import equinox as eqx
import numpy as np
import pytest
from oscillation_toys import table_experiment, table_loaded

from ontarget import analysis
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, eV, m
from ontarget.io.entry import load_experiment
from ontarget.numerics import LengthAxis
from ontarget.propagation import NoOscillation
from ontarget.source import TaggedPath, Untagged
from ontarget.study.context import Context
from ontarget.study.oscillation import short_baseline as short_baseline_task
from ontarget.study.oscillation.short_baseline import Search, ShortBaseline

FEW = {
    "source.rays": 1024,
    "source.repeats": 2,
    "source.precision": 0.99,
    "source.paths": 24,
    "source.energies.bins": 51,
    "detector.seen.bins": 18,
    "detector.channels.cc.truth.bins": 51,
}
TAG = TaggedPath(LengthAxis(25 * m, 89 * m, 8), 0.77, 1.3 * m)
SEARCHES = (
    Search("nuscope_lar_short_baseline", "nu_mu disappearance", 0.01, 0.05, name="untagged"),
    Search("nuscope_lar_short_baseline", "nu_mu disappearance", 0.01, 0.05, tag=TAG, name="tagged"),
    Search("nuscope_lar_short_baseline", "nu_mu to nu_e", 0.01, 0.05, 0.002, tag=TAG, name="appearance"),
)


@pytest.fixture(scope="module")
def small():
    """Two searches of a table of fluxes."""
    searches = (
        Search("table", "nu_mu disappearance", 0.02, 0.05, 0.01, 0.3, name="muons"),
        Search("table", "nu_mu to nu_e", 0.01, 0.03, 0.002, 0.1, name="electrons"),
    )
    task = ShortBaseline(searches, {"one": ("muons",)}, 5 * eV**2, 20 * eV**2, 0.7 * GeV, 3, 0.95)
    context = Context({"table": table_loaded()}, (), lambda line: None)
    task.check(context)
    return task, task.run(context)


def test_tables_hold_what_the_analysis_finds(small):
    """All numbers of the task reach the analysis, whose own test holds limits against a minimiser, and the tables."""
    task, section = small
    summary, curves = section.tables
    assert [one.name for one in section.tables] == ["short_baseline", "short_baseline_curves"]
    shown = np.array([5.0, 10.0, 20.0])
    for search, row in zip(task.searches, summary.rows, strict=True):
        numbers = [float(getattr(search, name)) for name in ("normalisation", "shape", "misidentified", "background")]
        more = (search.channel, shown * float(eV**2), *numbers, float(0.7 * GeV), 0.95)
        found = analysis.short_baseline(table_experiment(), *more)
        np.testing.assert_allclose([one[search.name] for one in curves.rows], found.excluded, rtol=1e-9)
        assert row["search"] == search.name
        assert row["events"] == pytest.approx(found.events)
        assert row["misidentified"] == pytest.approx(found.misidentified)
        assert row["at 10 eV2"] == pytest.approx(found.excluded[1], rel=1e-9)
        assert row["smallest"] == pytest.approx(found.excluded.min(), rel=1e-9)
        assert row["dm2 there (eV2)"] == pytest.approx(shown[found.excluded.argmin()])
        assert "at 1 eV2" not in row  # no splitting as small was asked for
    np.testing.assert_allclose([one["dm2 (eV2)"] for one in curves.rows], shown)
    assert [row["normalisation (%)"] for row in summary.rows] == pytest.approx([2.0, 1.0])
    assert [row["shape (%)"] for row in summary.rows] == pytest.approx([5.0, 3.0])


def test_figures_of_groups(small):
    """The amplitude across, the splitting upwards, one line for each search of the group."""
    _, section = small
    assert [one.name for one in section.pictures] == ["short_baseline_0"]
    (line,) = [one for one in section.pictures[0].figure.axes[0].lines if len(one.get_xdata()) == 3]
    np.testing.assert_allclose(line.get_xdata(), [row["muons"] for row in section.tables[1].rows])
    np.testing.assert_allclose(line.get_ydata(), [5.0, 10.0, 20.0])


def test_a_key_of_its_own_and_counts_that_are_shared(small, monkeypatch):
    """Two tasks of a kind do not write over each other; searches of the same counts have them computed once."""
    task, _ = small
    asked, answers = [], []
    templates = short_baseline_task.oscillation_templates

    def counted(*given):
        asked.append(given)
        return templates(*given)

    def limits(*given, templates, **named):
        answers.append(templates)
        return analysis.AmplitudeLimits(given[2], np.ones(len(given[2])), 1.0, 0.0)

    monkeypatch.setattr(short_baseline_task, "oscillation_templates", counted)
    monkeypatch.setattr(short_baseline_task, "short_baseline", limits)
    context = Context({"table": table_loaded()}, (), lambda line: None)
    found = dataclasses.replace(task, groups={}, key="again").run(context)
    assert [one.name for one in (*found.tables, *found.pictures)] == ["again", "again_curves", "again_0"]
    assert len(asked) == 1
    assert answers[0] is answers[1]


def test_a_search_may_have_a_tag_of_its_own():
    context = Context({"table": table_loaded()}, (), lambda line: None)
    search = Search("table", "nu_mu disappearance", 0.01, 0.05, tag=TAG, name="tagged")
    assert isinstance(search.tagged(context).detector.tag, TaggedPath)
    assert isinstance(dataclasses.replace(search, tag=None).tagged(context).detector.tag, Untagged)


@pytest.fixture(scope="module")
def section():
    loaded = {"nuscope_lar_short_baseline": load_experiment("nuscope_lar_short_baseline", FEW)}
    task = ShortBaseline(SEARCHES, {"muons": ("untagged", "tagged")}, 1 * eV**2, 100 * eV**2, points=3)
    context = Context(loaded, (), lambda line: None)
    task.check(context)
    return task.run(context)


@pytest.mark.long
def test_tags_help_where_paths_differ(section):
    """Above some 100 eV2 the tunnel is longer than an oscillation: only tagged paths see it."""
    curves = section.tables[1].rows
    assert curves[-1]["tagged"] < 0.5 * curves[-1]["untagged"]
    assert curves[0]["untagged"] == 1.0  # nothing has oscillated at 1 eV2
    assert all(0 < row[name] <= 1 for row in curves for name in ("untagged", "tagged", "appearance"))


@pytest.mark.long
def test_events_and_backgrounds(section):
    rows = {row["search"]: row for row in section.tables[0].rows}
    assert 1.1e6 < rows["untagged"]["events"] < 1.4e6
    assert 0.5 < rows["tagged"]["events"] / rows["untagged"]["events"] < 0.77
    # without accidental tags no electron neutrino has the tracks of a pion; what is left is misidentified
    assert rows["appearance"]["events"] == 0
    assert rows["appearance"]["misidentified"] == pytest.approx(0.002 * rows["tagged"]["events"])


def test_refusals():
    with pytest.raises(InputError, match="no such one"):
        Search("a", "nu_mu to nu_tau", 0.1, 0.1)
    context = Context({"table": table_loaded()}, (), lambda line: None)
    search = Search("table", "nu_mu disappearance", 0.1, 0.1, name="muons")
    with pytest.raises(InputError, match="No search has this name"):
        ShortBaseline((search,), {"x": ("y",)}).check(context)
    with pytest.raises(InputError) as caught:
        ShortBaseline((dataclasses.replace(search, experiment="tables"),)).check(context)
    assert caught.value.where == "searches.muons.experiment"
    still = eqx.tree_at(lambda one: one.propagation, table_experiment(), NoOscillation())
    context = Context({"table": dataclasses.replace(table_loaded(), noun=still)}, (), lambda line: None)
    with pytest.raises(InputError, match="needs a fourth neutrino"):
        ShortBaseline((search,)).check(context)
