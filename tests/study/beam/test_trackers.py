"""The specification of trackers: loads by hand, and refusals."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.tracker_loads import load_on, momentum_resolutions
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, MHz, cm, gray, mm
from ontarget.io.entry import load, load_experiment
from ontarget.monitor import EntrancePlane, Hits, Raster, Trackers
from ontarget.monitor.plane_hits import PlaneHits
from ontarget.study.beam.trackers import PublishedLoad, TrackerSpecification
from ontarget.study.context import Context
from ontarget.tagging import Tagger
from ontarget.validation.tracker_quantity import PeakRate

SAID = PublishedLoad(("T5", "T6"), 20 * MHz / mm**2, 7e6 * gray, 1e16 / cm**2, name="beam spectrometer")


@pytest.fixture(scope="module")
def loaded():
    return load_experiment("nuscope_lar")


@pytest.fixture(scope="module")
def entrance():
    """The two planes before the tunnel, and an arm."""
    trackers = load("trackers/nuscope")
    return Trackers(tuple(one for one in trackers.planes if isinstance(one, EntrancePlane)), trackers.arm)


def context(loaded):
    return Context({"nuscope_lar": loaded}, (), lambda line: None)


def test_a_load_by_hand(loaded, entrance):
    """One pion per proton and mm2: 1e13 of them in 9.6 s, and 1.4e19 in all. To 0.2 %: power and cycle are rounded."""
    nodes = jnp.arange(5.0) * mm
    found = PlaneHits(entrance.planes[0], Raster(nodes, nodes))
    x, y = (one.ravel() for one in jnp.meshgrid(nodes, nodes))
    ray = jnp.ones(25)
    for _ in range(2):
        found.count("pi+", "pi+", Hits(x, y, ray, ray, ray * 9.13849 * GeV, ray, ray))
    load = load_on(loaded.noun, found)
    assert load.rate == pytest.approx(1e13 / 9.6e6 * MHz / mm**2, rel=2e-3)
    assert load.dose == pytest.approx(1.4e21 * 1.664 * 1.602177e-13 * 1e3 * gray, rel=1e-6)
    assert load.fluence == pytest.approx(0.379 * 1.4e21 / cm**2, rel=1e-3)  # at 9 GeV, the last entry of the table
    assert load.error == 0


def test_pions_of_the_parametrised_beam(loaded, entrance):
    """0.038 pions and 0.00247 kaons in a Gaussian spot of 18 mm, 0.1 m before the entrance; 1 % for the few rays."""
    task = TrackerSpecification(("nuscope_lar",), entrance, (SAID,), rays=2**12, repeats=3)
    task.check(context(loaded))
    section = task.run(context(loaded))
    beside, planes, momenta = section.tables
    rate, dose, fluence = beside.rows
    by_hand = (0.038 * np.exp(0.1 / 470) + 0.00247 * np.exp(0.1 / 63)) / (2 * np.pi * (18**2 + 0.663**2)) * 1e13 / 9.6e6
    assert rate["ours"] == pytest.approx(by_hand, rel=0.01)
    assert rate["at"] == "T6"
    assert rate["ours / published"] == pytest.approx(rate["ours"] / 20)
    assert dose["ours"] / rate["ours"] == pytest.approx(1.344e7 * 1e8 * 1.664 * 1.602177e-14, rel=2e-3)
    assert dose["published"] == pytest.approx(700)
    assert fluence["published"] == pytest.approx(1e16)
    assert [row["plane"] for row in planes.rows] == ["T5", "T6"]
    assert planes.rows[1]["spot x (mm)"] == pytest.approx(18, rel=0.01)  # less what is beyond four of them
    assert [row["planes"] for row in momenta.rows] == []  # no line, and no plane behind the tunnel
    assert len(section.pictures) == 1
    assert "<svg" in section.pictures[0].svg


def test_planes_that_are_not_there(loaded, entrance):
    wrong = PublishedLoad(("T11",), 20 * MHz / mm**2, 7e6 * gray, 1e16 / cm**2, name="other")
    with pytest.raises(InputError, match=r"other\.planes.*T11"):
        TrackerSpecification(("nuscope_lar",), entrance, (wrong,)).check(context(loaded))
    with pytest.raises(InputError, match="reaches none"):
        PeakRate("nuscope_lar", trackers="trackers/nuscope", planes=("T1",)).of(loaded.noun)


def test_what_has_no_tunnel_has_no_planes(entrance):
    csi = load_experiment("ess_csi")
    task = TrackerSpecification(("ess_csi",), entrance)
    with pytest.raises(InputError, match="decay tunnel"):
        task.check(Context({"ess_csi": csi}, (), lambda line: None))
    with pytest.raises(InputError, match="The study has"):
        TrackerSpecification(("nuscope_lar",), entrance).check(Context({"ess_csi": csi}, (), lambda line: None))


def test_the_tagger_of_the_catalog_knows_momenta_as_the_trackers_do():
    """Typed in one, computed of the other; 5 %, so that a plane that is moved by centimetres needs no new number."""
    line = load_experiment("nuscope_lar_line").noun
    found = {one.planes: one.resolution for one in momentum_resolutions(line, load("trackers/nuscope"))}
    tagger = load("taggers/nuscope")
    assert isinstance(tagger, Tagger)
    assert float(tagger.pions.momentum) == pytest.approx(found["T1", "T2", "T3", "T4", "T5", "T6"], rel=0.05)
    assert float(tagger.muons.momentum) == pytest.approx(found["T7", "T8", "T9", "T10"], rel=0.05)
