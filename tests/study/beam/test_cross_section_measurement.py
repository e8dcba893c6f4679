"""A cross-section by methods on a beam of few rays: events against the chain, errors against closed forms."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from monitored_toys import F, asked

from ontarget.analysis.beam.beam_variation import BeamError
from ontarget.analysis.monitored.counted_pulls import count_pulls
from ontarget.experiment import LeptonMonitor
from ontarget.experiment.batch import batched_counts
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.io.entry import load_experiment
from ontarget.numerics import BeamEnergyAxis
from ontarget.source import GaussianMatching, TaggedEnergy, Untagged
from ontarget.study.beam.counters import Counters
from ontarget.study.beam.cross_section_measurement import CrossSectionMeasurement, Method
from ontarget.study.context import Context
from ontarget.study.oscillation.short_baseline import Search, ShortBaseline
from ontarget.study.published import PublishedPrecision

FEW = {
    "source.daughters": [],
    "source.rays": 512,
    "source.repeats": 2,
    "source.precision": 0.99,
    "detector.seen": {"type": "BeamEnergyAxis", "start": "0 GeV", "stop": "10 GeV", "bins": 5},
}
EDGES = jnp.array([0.4, 1.4, 2.4, 4.4, 9.2]) * GeV
PIONS = BeamError("beam.species.pi+.number", 0.02, "pions")
KAONS = BeamError("beam.species.K+.number", 0.03, "kaons")
SHARP = TaggedEnergy(BeamEnergyAxis(0.4 * GeV, 4.4 * GeV, 8), GaussianMatching(0.8, 0.01))
METHODS = (
    Method("nuscope_lar", 0.05, (PIONS,), Untagged(), name="average"),
    Method("nuscope_lar", 0.01, (PIONS, KAONS), SHARP, name="tagged"),
    Method("nuscope_lar", 0.01, (), Untagged(), Counters(), name="mesons"),
)
TASK = CrossSectionMeasurement(METHODS, EDGES, published=(PublishedPrecision(0.01, "aim"),))


@pytest.fixture(scope="module")
def context():
    return Context({"nuscope_lar": load_experiment("nuscope_lar_varied", FEW)}, (), lambda line: None)


@pytest.fixture(scope="module")
def section(context):
    TASK.check(context)
    return TASK.run(context)


def rows(section, name):
    return next(table for table in section.tables if table.name == name).rows


SMALL = CrossSectionMeasurement(
    (
        Method("lar", 0.05, (PIONS,), Untagged(), name="average"),
        Method("lar", 0.01, (PIONS, KAONS), None, Counters(("behind",), F), name="monitored rings"),
    ),
    EDGES,
    published=(PublishedPrecision(0.01, "aim"),),
)


@pytest.fixture(scope="module")
def small():
    """Of a small study: a detector behind a small tunnel, and a range meter."""
    SMALL.check(asked())
    return SMALL.run(asked())


def test_a_small_study(small):
    """Events of both are those of the experiment, errors of the rate those that were put in."""
    assert [table.name for table in small.tables] == [
        f"cross_section_{one}" for one in ("methods", "errors", "ratio", "tags")
    ]
    average, monitored = rows(small, "cross_section_methods")
    experiment = asked().experiment("lar", "methods")
    counts = experiment.expected()
    # rings out to 2.8 m leave out no more than the last 3 cm of the corners, where no ray of the few comes
    assert average["events"] == pytest.approx(monitored["events"], rel=1e-3)
    assert monitored["events"] == pytest.approx(float(counts.signal().sum()), rel=1e-9)
    assert (average["bins of the tag"], monitored["bins of the tag"]) == (1, 2)
    assert average["statistical error of the rate (%)"] == pytest.approx(100 / np.sqrt(average["events"]))
    # 5 % of all, and 2 % of what pions make, which is most of it
    assert np.hypot(5, 1) < average["flux error of the rate (%)"] < np.hypot(5, 2)
    # one number from one bin, two from two rings
    assert average["resolved"] <= 1 <= monitored["resolved"] <= 2
    assert len(rows(small, "cross_section_errors")) == 2 * (len(EDGES) - 1)
    assert rows(small, "cross_section_tags") == []


def test_mesons_are_as_the_counters_leave_them(small):
    """What pulls do to the events, by finite steps of the experiment's flux, with the covariance of the counters."""
    context = asked()
    experiment = context.experiment("lar", "methods").precomputed()
    names = experiment.source.yields.names
    each = {f"source.yields.pulls.{one}.value": row for one, row in zip(names, np.eye(len(names) + 1)[1:], strict=True)}
    counts = batched_counts(experiment, each, len(names) + 1)
    events = np.sum([np.asarray(one.values).sum(axis=(1, 2, 3)) for one in counts.channels], axis=0)
    slopes = events[1:] / events[0] - 1
    monitor = context.experiment("behind", "monitors", LeptonMonitor).precomputed()
    left = count_pulls((monitor,), names, context.nuisances(["behind"])).covariance(("behind",), F)
    mesons = slopes @ left @ slopes
    assert 0 < mesons < slopes @ slopes
    # the numbers of pions and of kaons, each as much as its share of the events
    whole = context.experiment("lar", "methods")
    number = whole.source.beam.species[0].number
    more = replace(whole, {"source.beam.species.pi+.number": 1.02 * number}).expected()
    pions = (float(more.signal().sum()) / events[0] - 1) / 0.02
    wanted = mesons + 0.01**2 + (0.02 * pions) ** 2 + (0.03 * (1 - pions)) ** 2
    # eigenmodes that hold 1e-6 of the variance are left out
    found = rows(small, "cross_section_methods")[1]["flux error of the rate (%)"]
    assert found == pytest.approx(100 * np.sqrt(wanted), rel=1e-5)


def test_figures_of_a_small_study(small):
    """What resolves nothing is one number over the middle of its events; the aim is a line."""
    free, smoothed = small.pictures
    assert (free.name, smoothed.name) == ("cross_section_free", "cross_section_smoothed")
    (axes,) = free.figure.axes
    average = rows(small, "cross_section_methods")[0]
    if average["resolved"] == 0:
        line = axes.lines[0]
        wanted = np.hypot(average["statistical error of the rate (%)"], average["flux error of the rate (%)"])
        np.testing.assert_allclose(line.get_ydata(), wanted)
        low, high = line.get_xdata()
        assert 0.4 < low < high < 9.2
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), 1.0)


@pytest.mark.long
def test_events_are_those_of_the_chain(context, section):
    average, tagged, _ = rows(section, "cross_section_methods")
    whole = context.experiments["nuscope_lar"].noun
    counts = dataclasses.replace(whole, detector=dataclasses.replace(whole.detector, tag=Untagged())).expected()
    assert average["events"] == pytest.approx(float(counts.channels[0].values.sum()), rel=1e-9)
    assert 0.5 < tagged["events"] / average["events"] < 0.8  # pions' share of the events, times the efficiency
    # 5 % of all, and 2 % of what pions make, some 80 % of it
    assert average["flux error of the rate (%)"] == pytest.approx(np.hypot(5.0, 2 * 0.79), abs=0.1)


@pytest.mark.long
def test_mesons_as_known(context, section):
    """With no counters: one per cent of normalisation, and what all pulls do to the precomputed events.

    Eigenmodes that hold 1e-6 of the variance are left out.
    """
    whole = context.experiments["nuscope_lar"].noun
    precomputed = dataclasses.replace(whole, detector=dataclasses.replace(whole.detector, tag=Untagged())).precomputed()
    names = [f"source.yields.pulls.{one}.value" for one in precomputed.source.yields.names]
    each = dict(zip(names, np.eye(len(names) + 1)[1:], strict=True))
    counts = batched_counts(precomputed, each, len(names) + 1)
    events = sum(np.asarray(one.values).sum(axis=(1, 2, 3)) for one in counts.channels)
    mesons = np.sqrt(((events[1:] / events[0] - 1) ** 2).sum())
    assert 0.05 < mesons < 0.08  # 6 % common to all
    row = rows(section, "cross_section_methods")[2]
    assert row["flux error of the rate (%)"] == pytest.approx(100 * np.hypot(mesons, 0.01), rel=1e-5)


@pytest.mark.long
def test_what_is_resolved(section):
    average, tagged, _ = rows(section, "cross_section_methods")
    assert average["resolved"] <= 1  # one number at most
    assert tagged["resolved"] == 3  # three bins of pions, none of kaons


@pytest.mark.long
def test_errors_of_tagged_bins(section):
    """Well resolved bins: counting below, the errors common to all above, about 1 and 2 % in quadrature."""
    found = rows(section, "cross_section_errors")
    tagged, average = ([row for row in found if row["method"] == name] for name in ("tagged", "average"))
    for row in tagged[:3]:
        assert row["statistical (%)"] < 1.0
        assert row["systematic (%)"] == pytest.approx(np.hypot(1.0, 2.0), abs=0.15)
    assert all(row["total (%)"] is None for row in average)
    assert tagged[3]["total (%)"] is None


@pytest.mark.long
def test_ratio_of_electrons_to_muons(section):
    """Pions' muon neutrinos do not know of kaons: errors of both yields remain; kaons' own do, and cancel."""
    of = {(row["muon neutrinos"], row["flux errors"]): row for row in rows(section, "cross_section_ratio")}
    # a finite step: (1.03 - 1) and 1 / 1.02 - 1
    assert of["of pions", "tagged"]["flux (%)"] == pytest.approx(np.hypot(3.0, 2 / 1.02), rel=1e-6)
    assert of["of kaons", "tagged"]["flux (%)"] == pytest.approx(0.0, abs=1e-6)
    row = of["of pions", "average"]
    floor = 100 * np.sqrt(1 / row["electron neutrinos"] + 1 / row["muon neutrinos, events"])
    assert row["statistical (%)"] == pytest.approx(floor)
    assert 0.8 < row["statistical (%)"] < 1.1  # 1.2e4 electron neutrinos


def test_refusals(context):
    with pytest.raises(InputError, match="Name one of these"):
        dataclasses.replace(TASK, methods=(Method("ess_csi", 0.1),)).check(context)
    with pytest.raises(InputError, match="matches no input"):
        dataclasses.replace(TASK, methods=(Method("nuscope_lar", 0.1, (BeamError("beam.no", 0.1),)),)).check(context)
    blind = Method("nuscope_lar", 0.1, production=Counters(("nuscope_lar",)))
    with pytest.raises(InputError, match="a LeptonMonitor is asked for"):
        dataclasses.replace(TASK, methods=(blind,)).check(context)
    with pytest.raises(InputError, match="three bins"):
        dataclasses.replace(TASK, edges=EDGES[:2])
    with pytest.raises(InputError, match="fourth neutrino"):
        ShortBaseline((Search("nuscope_lar", "nu_mu disappearance", 0.1, 0.1),)).check(context)
