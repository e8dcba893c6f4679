"""Tasks on experiments without channels, on counters, on one bin: each works, or is refused before it computes."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from template_toys import MU, SIZE, asked

from ontarget.analysis.facility.threshold_counts import check_recoils
from ontarget.analysis.oscillation.sterile_counts import Disappearance
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, keV, m
from ontarget.inference.likelihood import Scale
from ontarget.study import (
    BaselineScan,
    BeamEvents,
    BeamFluxes,
    Bounds,
    Coverage,
    CrossSectionMeasurement,
    CrossSections,
    Entrance,
    Expect,
    LongBaseline,
    Measurement,
    OffAxis,
    Plane,
    Posterior,
    Profiles,
    Radius,
    ShortBaseline,
    SterileProduct,
    SterileReach,
    TargetActivity,
    ThresholdScan,
    Timing,
    UpperLimits,
)
from ontarget.study.beam.cross_section_measurement import Method
from ontarget.study.facility.activity import Activity
from ontarget.study.oscillation.short_baseline import Search
from ontarget.validation.cross_section_quantity import of_first_channel

NAMED = "Name an experiment with channels."
EVENTS = f"Events are sorted by the parents of their neutrinos. {NAMED}"
LOST = (Disappearance((0,), ("nu_mu",), name="lost"),)
GAIN = Scale("gain", "*.instrument.electromagnetic.scale", 0.5, 2.0)
"""Of a counter."""


def task_of(kind, name, mu=MU, size=SIZE):
    """A task of this kind that asks about one experiment."""
    shape = {"title": "t", "key": "k"}
    made = {
        Expect: lambda: Expect(),
        Plane: lambda: Plane(**shape, x=size, y=mu, points=21),
        Bounds: lambda: Bounds(**shape, parameters=(mu,)),
        Posterior: lambda: Posterior(**shape, parameters=(mu,)),
        Profiles: lambda: Profiles(**shape, label="mu", parameter=mu),
        UpperLimits: lambda: UpperLimits(**shape, label="mu", parameters=(mu,)),
        Coverage: lambda: Coverage(**shape, experiment=name, parameter=mu),
        Measurement: lambda: Measurement(**shape, experiment=name, strength=mu),
        CrossSections: lambda: CrossSections(()),
        Radius: lambda: Radius(**shape),
        ThresholdScan: lambda: ThresholdScan(1 * keV, 10 * keV),
        BaselineScan: lambda: BaselineScan((name,), np.array([20.0, 30.0]) * m),
        Timing: lambda: Timing(name, ()),
        TargetActivity: lambda: TargetActivity(name, (Activity(1.0, name="some"),)),
        LongBaseline: lambda: LongBaseline(name, ()),
        ShortBaseline: lambda: ShortBaseline((Search(name, "nu_mu disappearance", 0.01, 0.05, name="muons"),)),
        SterileReach: lambda: SterileReach(LOST),
        SterileProduct: lambda: SterileProduct(LOST),
        BeamEvents: lambda: BeamEvents((name,)),
        BeamFluxes: lambda: BeamFluxes(name),
        OffAxis: lambda: OffAxis(name, [0.1], [7e-3]),
        Entrance: lambda: Entrance((name,)),
        CrossSectionMeasurement: lambda: CrossSectionMeasurement(
            (Method(name, 0.005, (), name="rings"),), np.array([1.0, 2.0, 3.0, 4.0]) * GeV
        ),
    }
    return made[kind]()


WORK = (Expect, Plane, Bounds, Posterior, Profiles, UpperLimits, Coverage)
REFUSED = {
    Measurement: "A cross-section is computed for the channels of a detector. Name another experiment as 'standard'.",
    CrossSections: "Only coherent scattering has the form factors asked for. Leave it out.",
    Radius: "Only coherent scattering has the form factors asked for. Leave it out.",
    ThresholdScan: f"Thresholds are set on the recoils of a detector's first channel. {NAMED}",
    BaselineScan: f"Only what neutrinos do in a detector falls with its distance. {NAMED}",
    Timing: f"Windows are chosen for the neutrinos of each flavour. {NAMED}",
    LongBaseline: f"Electron neutrinos that appear are counted in its first channel. {NAMED}",
    ShortBaseline: f"The search 'muons' counts neutrinos by flavour. {NAMED}",
    SterileReach: f"The search counts neutrinos that disappear. {NAMED}",
    SterileProduct: f"The search counts neutrinos that disappear. {NAMED}",
    BeamEvents: EVENTS,
    CrossSectionMeasurement: EVENTS,
    OffAxis: f"Rings are filled with the events of its channels. {NAMED}",
    BeamFluxes: "Only a DecayTunnel, with its detector at a BeamSite, has a flux by parents. Give a DecayTunnel.",
    Entrance: "It has no tunnel to enter. Give a DecayTunnel.",
    TargetActivity: "The task asks about one background of type BetaDecays. Give the detector one.",
}


@pytest.fixture(scope="module", params=["templates", "one_bin"])
def alone(request, tmp_path_factory):
    """A study of one experiment without channels."""
    return asked(tmp_path_factory.mktemp("alone"), request.param)


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """A study of counters of charged particles at a tunnel."""
    return asked(tmp_path_factory.mktemp("counter"), "nuscope_tunnel")


@pytest.mark.parametrize("kind", WORK)
def test_what_asks_for_counts_alone_is_taken(alone, kind):
    task_of(kind, *alone.experiments).check(alone)


@pytest.mark.parametrize(("kind", "sentence"), REFUSED.items(), ids=[one.__name__ for one in REFUSED])
def test_what_asks_for_interactions_is_refused_before_it_computes(alone, kind, sentence):
    (name,) = alone.experiments
    with pytest.raises(InputError) as error:
        task_of(kind, name).check(alone)
    said = str(error.value)
    assert said.startswith(name)
    assert said.endswith(sentence)


@pytest.mark.parametrize("kind", [*WORK, *REFUSED])
def test_a_counter_of_charged_particles(counter, kind):
    task = task_of(kind, "nuscope_tunnel", mu=GAIN, size=dataclasses.replace(GAIN, name="b"))
    if kind in WORK and kind is not Coverage:
        task.check(counter)
        return
    with pytest.raises(InputError) as error:
        task.check(counter)
    assert "got 'nuscope_tunnel'. It is of type LeptonMonitor, and an Experiment is asked for." in str(error.value)


def test_thresholds_are_energies(context, tmp_path):
    """Those of an axis of photo-electrons stood in a table of keV."""
    axis = asked(tmp_path, "templates").experiments["templates"].noun.detector.seen
    noun = eqx.tree_at(lambda one: one.detector.seen, context.experiment("crystal", "experiment"), axis)
    with pytest.raises(InputError, match=r"crystal\.detector\.seen: got CountAxis\. Thresholds are energies"):
        check_recoils(noun)


def test_a_plane_of_templates(tmp_path):
    """The share of the points, and the best fit: bins of 4/3 mu + (3, 1.5, 1.5) b, which 0 and 5/3 fit best."""
    study = asked(tmp_path, "templates")
    task = dataclasses.replace(task_of(Plane, "templates"), x=SIZE, y=MU)
    (row,) = task.run(study).tables[0].rows
    assert row["allowed share of the plane"] == pytest.approx(177 / 441, rel=1e-12)
    named = dataclasses.replace(SIZE, name="eps_ee_u"), dataclasses.replace(MU, name="eps_ee_d")
    assert Plane("t", "k", *named, points=11).run(study).headline  # no lines of equal rate without couplings


def test_a_published_cross_section_needs_a_channel(alone):
    (name,) = alone.experiments
    with pytest.raises(InputError, match=f"{name}.detector: got no channels. A cross-section is that of"):
        of_first_channel(alone.experiment(name, "experiment"), "nu_e", jnp.array([30.0]))
