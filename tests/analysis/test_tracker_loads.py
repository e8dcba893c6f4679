"""Loads of planes, by hand."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

import ontarget as ot
from ontarget.analysis.tracker_loads import (
    Load,
    PlaneLoad,
    beside_published,
    load_of,
    momentum_resolutions,
    spread,
)
from ontarget.ground.units import GeV, MHz, cm, gray, mm
from ontarget.monitor import ArmPlane, Hits, Raster
from ontarget.monitor.plane_hits import PlaneHits

PROTONS = 1e13 / (9.6e6 / MHz)
"""Per time of a spill: 1e13 in 9.6 s; power and cycle are rounded, to 0.2 %."""


@pytest.fixture(scope="module")
def experiment():
    return ot.load("nuscope_lar")


@pytest.fixture(scope="module")
def trackers():
    return ot.load("trackers/nuscope")


def test_map_of_a_plane_by_hand(experiment, trackers):
    """A pion per proton on each of 5 x 5 nodes, a millimetre apart, and a tenth of a muon of each charge amid."""
    nodes = jnp.arange(5.0) * mm
    hits = PlaneHits(trackers.planes[0], Raster(nodes, nodes))
    x, y = (one.ravel() for one in jnp.meshgrid(nodes, nodes))
    ray, middle = jnp.ones(25), jnp.array([2.0]) * mm
    one = jnp.ones(1)
    for _ in range(2):
        hits.count("pi+", "pi+", Hits(x, y, ray, ray, ray * 9 * GeV, ray, ray))
        for muon in ("mu+ of pi_munu", "mu- of kmu3"):
            hits.count(muon, muon[:3], Hits(middle, middle, one, one, one * 5 * GeV, one, 0.1 * one))
    found = load_of(experiment, hits)
    assert found.plane == "T1"
    assert dict(found.numbers) == pytest.approx({"pi+": 25.0, "mu+ of pi_munu": 0.1, "mu- of kmu3": 0.1})
    assert found.muons == pytest.approx(0.2)
    assert found.rate[1, 1] * mm**2 / PROTONS == pytest.approx(1.0, rel=2e-3)
    assert found.rate[2, 2] * mm**2 / PROTONS == pytest.approx(1.2, rel=2e-3)
    np.testing.assert_array_equal(found.x, nodes)
    assert found.spot_x == pytest.approx(found.spot_y)
    assert found.peak.error == 0


def test_spread_of_nodes_by_hand():
    assert spread(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 1.0])) == pytest.approx(np.sqrt(0.5))


def plane(name, rate, dose):
    nothing = np.zeros(1)
    return PlaneLoad(name, {}, 1.0, 1.0, Load(rate, dose, 3.0, 0.1), nothing, nothing, np.zeros((1, 1)))


def test_the_worst_plane_stands_beside_what_is_published():
    """The one that is hit most, whatever its dose; planes that are not reached are left out."""
    loads = [plane("T1", 2.0, 9.0), plane("T2", 4.0, 5.0), plane("T7", 50.0, 50.0)]
    found = beside_published(loads, ("T0", "T1", "T2"), Load(8.0, 10.0, 12.0))
    assert (found.planes, found.worst) == (("T1", "T2"), "T2")
    ratio = found.ratio
    assert (ratio.rate, ratio.dose, ratio.fluence, ratio.error) == (0.5, 0.5, 0.25, 0.1)
    assert beside_published(loads, ("T0",), Load(8.0, 10.0, 12.0)) is None


def test_loads_of_the_parametrised_beam(experiment, trackers):
    """0.038 pions and 0.00247 kaons in a Gaussian spot of 18 mm, 0.1 m before the entrance; 1 % for the few rays."""
    (found,) = ot.analysis.plane_loads(experiment, dataclasses.replace(trackers, planes=trackers.planes[5:6]), 2**12, 3)
    assert found.plane == "T6"
    assert found.numbers["pi+"] == pytest.approx(0.038 * np.exp(0.1 / 470), rel=1e-3)
    spot = 2 * np.pi * (18**2 + 0.663**2) * mm**2
    expected = (found.numbers["pi+"] + found.numbers["K+"]) / spot * PROTONS
    assert found.peak.rate == pytest.approx(expected, rel=0.01)
    assert found.rate.max() == pytest.approx(expected, rel=0.05)  # cells of a quarter of the spot
    protons = float(experiment.exposure.protons(experiment.facility))
    # 1.664 MeV cm2/g of a particle that ionises least, in gray
    per_hit = 1.664 * 1.602177e-10 * gray * cm**2
    assert found.peak.dose == pytest.approx(found.peak.rate / PROTONS * protons * per_hit, rel=3e-3)
    assert found.spot_x == pytest.approx(18 * mm, rel=0.01)


def test_resolutions_of_a_spectrometer(experiment, trackers):
    """Without a line only the arm behind the tunnel is one; pixels alone go with the pitch, both together are worse."""
    (found,) = momentum_resolutions(experiment, trackers)
    assert found.planes == ("T7", "T8", "T9", "T10")
    assert (found.particle, found.momentum) == ("mu+", float(trackers.arm.momentum))
    # squares of both add up where, as with four planes, the best fit weighs points nearly as that to either alone
    assert found.resolution == pytest.approx(np.hypot(found.pixels, found.scattering), rel=1e-3)
    wider = [
        dataclasses.replace(one, sensor=dataclasses.replace(one.sensor, pitch=2 * one.sensor.pitch))
        for one in trackers.planes
    ]
    (coarse,) = momentum_resolutions(experiment, dataclasses.replace(trackers, planes=tuple(wider)))
    assert coarse.pixels == pytest.approx(2 * found.pixels, rel=1e-4)  # planes that are next to nothing do scatter
    assert coarse.scattering == pytest.approx(found.scattering, rel=1e-4)
    few = [one for one in trackers.planes if isinstance(one, ArmPlane)][:3]
    assert momentum_resolutions(experiment, dataclasses.replace(trackers, planes=tuple(few))) == ()
