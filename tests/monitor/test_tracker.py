"""Planes: two ways to one place, and what users are told."""

import jax
import numpy as np
import pytest

from ontarget.beam import (
    BMPT,
    Beamline,
    Dipole,
    Drift,
    ParametrisedBeam,
    RodTarget,
    Segments,
    Species,
    TrackedBeam,
    Tunnel,
)
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.units import GeV, cm, m, mm, mrad, ns, um
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import ArmPlane, Coming, EntrancePlane, LinePlane, Sensor, Trackers, coming
from ontarget.numerics.lattice import lattice, shifts

SENSOR = Sensor(300 * um, 0.04 * ns, 0.01)
TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
LINE = Beamline((Drift(3 * m, name="first"), Dipole(1 * m, 0.05, name="R4"), Drift(2 * m, name="last")), 8.5 * GeV)
ARM = Beamline((Drift(1 * m, name="first"), Dipole(1 * m, 0.05, name="R5"), Drift(1 * m, name="last")), 8.5 * GeV)


@pytest.fixture(scope="module")
def kaons():
    beam = TrackedBeam(BMPT(), RodTarget(70 * cm, 3 * cm), LINE, 400 * GeV, 2 * mm, 8 * GeV, 9 * GeV, 5 * mrad)
    return coming(beam, TUNNEL, ARM, "K+", lattice(jax.device_put(np.uint64(0)), 256, shifts((1,), beam.dimensions)))


def test_two_ways_to_the_last_drift(kaons):
    """Down the line to a place, and back from the tunnel's entrance: the same straight, the same survivors."""
    forth = LinePlane(SENSOR, 0.5 * m, element="last").passing(kaons)
    back = EntrancePlane(SENSOR, 1.5 * m).passing(kaons)
    for name in ("x", "y", "slope_x", "momentum", "time", "number"):
        scale = np.abs(getattr(forth, name)).max()
        np.testing.assert_allclose(getattr(back, name), getattr(forth, name), atol=1e-12 * scale, rtol=1e-9)


def test_decays_between_two_planes(kaons):
    """Kaons of one momentum: exp(-s/lambda) with the way of each."""
    first = LinePlane(SENSOR, 0.5 * m, element="first").passing(kaons)
    second = LinePlane(SENSOR, 2.5 * m, element="first").passing(kaons)
    way = 2 * m * np.sqrt(1 + np.asarray(first.slope_x) ** 2 + np.asarray(first.slope_y) ** 2)
    lost = np.exp(-way * 0.493677 / (3.7114 * m * np.asarray(first.momentum) / GeV))
    np.testing.assert_allclose(np.asarray(second.number), np.asarray(first.number) * lost, rtol=1e-4)  # c tau: 5 digits


def test_the_dipole_of_the_arm_sorts_momenta(kaons):
    """Behind R5 what is slower lies further towards the bend: -0.05 p0/p over the way from its middle."""
    before = on_host(ArmPlane(SENSOR, 1.0 * m, element="first").passing(kaons))
    behind = on_host(ArmPlane(SENSOR, 0.6 * m, element="last").passing(kaons))
    assert float(behind.number.sum()) < float(before.number.sum())  # some decay
    bend = np.asarray(behind.slope_x - before.slope_x)
    middle = np.asarray(before.x + 0.5 * m * before.slope_x)
    # a sector is longer for what flies outside the orbit, by x over the radius of 20 m
    expected = 0.05 * (1 - (1 + middle / (20 * m)) * 8.5 * GeV / np.asarray(before.momentum))
    # of 0.05 x second-order terms: slopes of 0.005 times the bend of 0.05, and the bend squared times dp/p
    np.testing.assert_allclose(bend, expected, atol=3e-5)


def test_flights_that_end_in_the_tunnel_do_not_come_behind_it():
    """Along the axis from 10 m on with 8.5 GeV/c: 30 m to the end. One ends 1 m before, the other is as long as needed.

    It is there at the speed of its momentum, and at a place of the arm after that.
    """
    start = np.array([[0.0, 0.0, 10.0], [0.0, 0.0, 10.0]]) * m
    momentum = np.array([[0.0, 0.0, 8.5], [0.0, 0.0, 8.5]]) * GeV
    length, time = np.array([29.0, 30.0]) * m, np.array([5.0, 5.0]) * ns
    flight = Segments(*map(as_array, (start, momentum, length, time, np.ones(2), 0 * momentum)))
    arriving = Coming(None, flight, None, TUNNEL, ARM, "mu+")
    hits = ArmPlane(SENSOR, 0.25 * m, element="first").passing(arriving)
    mass = 0.1056583755
    survive = np.exp(-30.25 * m / float(PARTICLES["mu+"].decay_length(as_array(8.5 * GeV))))
    np.testing.assert_allclose(hits.number, [0.0, survive], rtol=1e-9)
    speed = 299.792458 * 8.5 / np.hypot(8.5, mass)  # mm/ns
    assert np.asarray(hits.time)[1] / ns == pytest.approx(5 + 30250 / speed, rel=1e-9)


def test_a_beam_without_a_line_knows_no_planes_in_one():
    beam = ParametrisedBeam(8.4 * GeV, 0.05, 5 * mrad, 18 * mm, (Species(1.0, name="pi+"),))
    plane = LinePlane(SENSOR, 0.5 * m, element="last", name="T1")
    assert not plane.knows(beam)
    assert EntrancePlane(SENSOR, 1 * m).knows(beam)
    came = coming(beam, TUNNEL, ARM, "pi+", lattice(jax.device_put(np.uint64(0)), 16, shifts((1,), 5)))
    with pytest.raises(InputError, match=r"T1.*TrackedBeam"):
        plane.passing(came)


@pytest.mark.parametrize(
    ("element", "place", "words"),
    [("lost", 0.1, "lost"), ("R5", 0.1, "No drift of the line"), ("last", 1.1, "1 m long"), ("last", -0.1, "1 m long")],
)
def test_a_plane_that_stands_nowhere(element, place, words):
    with pytest.raises(InputError, match=words):
        Trackers((ArmPlane(SENSOR, place * m, element=element),), ARM)
