"""The range meter: planes against ranges, spread against a closed form, every muon counted once."""

import dataclasses

import numpy as np
import pytest
from counter_toys import KAONS, PIONS, TUNNEL, range_meter, source

from ontarget.beam import Segments
from ontarget.ground.constants import muon_mass
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, cm, g, m
from ontarget.matter.medium import MEDIA
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import Block
from ontarget.monitor.flow import precompute_leptons

IRON = 7.874 * g / cm**3


def test_planes_in_one_medium():
    """Iron alone: a plane needs the range that it is deep."""
    iron = Block(1 * m, IRON, "iron")
    meter = dataclasses.replace(range_meter(), absorber=(iron,), blocks=(iron, iron))
    # through energy and back, each table being good to 1e-5
    np.testing.assert_allclose(meter.needed(), IRON * np.array([1.0, 2.0, 3.0]) * m, rtol=1e-4)


def test_planes_through_graphite():
    """What arrives behind 3 m of graphite still has the range of the iron that follows."""
    meter = range_meter()
    graphite, iron = MEDIA["graphite"], MEDIA["iron"]
    start = graphite.energy_of(meter.needed())
    after = graphite.energy_of(graphite.range_of(start) - 3 * m * 2.21 * g / cm**3)
    np.testing.assert_allclose(iron.range_of(after), IRON * np.array([1.0, 2.0]) * m, rtol=1e-4)


def test_half_of_them_reach_a_plane_at_their_range():
    meter = range_meter()
    energy = MEDIA["graphite"].energy_of(meter.needed())
    reached = np.asarray(meter.reaching(energy, np.ones(2)))
    np.testing.assert_allclose(np.diag(reached), 0.5, atol=1e-3)
    assert (np.diff(reached, axis=1) <= 0).all()


def test_spread_without_loss_of_energy():
    r"""A fast muon in one block: :math:`\sigma_y = \theta_0 L/\sqrt3`. At 100 GeV, 1 m of iron takes 2 % of the energy.

    So the spread is 1 % larger on average, and the sum over twelve points is 0.1 % off.
    """
    block = Block(1 * m, IRON, "iron")
    meter = dataclasses.replace(range_meter(), absorber=(block,), blocks=())
    energy = 100 * GeV
    thickness = IRON * m / (13.84 * g / cm**2)
    theta = 13.6e-3 * GeV / (energy + muon_mass) * np.sqrt(thickness) * (1 + 0.038 * np.log(thickness))
    found = np.asarray(meter.spread(np.array([energy])))[0]
    assert found == pytest.approx(theta * m / np.sqrt(3), rel=0.02)


def test_spread_of_two_blocks():
    r"""Scattered in the first block, a muon goes on through the second: :math:`\sigma_y^2 = \theta_0^2 L^2 (7 + 1)/3`.

    At 100 GeV, 2 m of iron take 4 % of the energy: the spread is 2 % larger on average.
    """
    block = Block(1 * m, IRON, "iron")
    one, two = (dataclasses.replace(range_meter(), absorber=(block,) * n, blocks=()) for n in (1, 2))
    energy = np.array([100 * GeV])
    far, near = (np.asarray(meter.spread(energy))[0] for meter in (two, one))
    assert far / near == pytest.approx(np.sqrt(8), rel=0.02)


def test_every_muon_is_counted_once():
    """Stopped, last at a plane, or outside the rings: one for one, but for decays on the way (2 in 1000 at most)."""
    momentum = np.tile(np.array([[0.02, 0.0, 5.0]]) * GeV, (3, 1)) * np.array([[0.3], [1.0], [2.0]])
    nought = np.zeros(3)
    flight = Segments(*map(as_array, (0 * momentum, momentum, nought, nought, nought + 1, 0 * momentum)))
    where, weight = range_meter().place("mu+", flight, TUNNEL, np.full((3, 2), 0.4))
    total = np.asarray(weight).sum(axis=1)
    assert ((total > 0.99) & (total <= 1)).all()
    last = (np.asarray(where[0]) * np.asarray(weight)).sum(axis=1)
    assert last[0] < 0.01 < last[1] <= last[2] <= 2


def test_muons_of_pions_dominate():
    """Nine of ten behind the dump are of pi -> mu nu, the more so near the axis."""
    pions, kaons = (
        sum(np.asarray(flow.values)[:, 1:, :-1].sum() for flow in precompute_leptons(range_meter(), source(one)).flows)
        for one in (PIONS, KAONS)
    )
    assert 0.85 < pions / (pions + kaons) < 1


def test_slow_muons_do_not_arrive():
    """Behind 663 g/cm2 of graphite and 1 m of iron: none of pions of 2 GeV/c."""
    slow = source(PIONS, momentum=2 * GeV)
    (flow,) = [one for one in precompute_leptons(range_meter(), slow).flows if one.mode == "pi_munu"]
    values = np.asarray(flow.values).sum(axis=(0, 2))
    assert values[1:].sum() < 1e-6 * values[0]


def test_slanted_muons_need_more():
    """At a cosine of 0.8, half of those with 1.25 times the range of a plane reach it."""
    meter = range_meter()
    energy = MEDIA["graphite"].energy_of(meter.needed() / 0.8)
    reached = np.asarray(meter.reaching(energy, np.full(2, 0.8)))
    np.testing.assert_allclose(np.diag(reached), 0.5, atol=1e-3)


def test_straggling():
    """3 % of the range of a plane further, one in six does not reach it."""
    meter = range_meter()
    energy = MEDIA["graphite"].energy_of(meter.needed() * 1.03)
    # tables of range and energy are good to 1e-5, a thirtieth of a per cent of the 3 %
    np.testing.assert_allclose(np.diag(np.asarray(meter.reaching(energy, np.ones(2)))), 0.8413447, atol=1e-3)


def test_muons_decay_on_the_way():
    """From 10 m on, along the axis: 30 m of tunnel, 2 m to the dump, and 4 m of it."""
    momentum = np.array([[0.0, 0.0, 5.0]]) * GeV
    nought = np.zeros(1)
    start = np.array([[0.0, 0.0, 10.0]]) * m
    flight = Segments(*map(as_array, (start, momentum, nought, nought, nought + 2, 0 * momentum)))
    _, weight = range_meter().place("mu+", flight, TUNNEL, np.full((1, 2), 0.5))
    length = float(PARTICLES["mu+"].decay_length(as_array(5 * GeV)))
    assert 1 - np.asarray(weight).sum() / 2 == pytest.approx(-np.expm1(-36 * m / length), rel=1e-9)


def test_what_is_seen():
    """The last plane and the ring, times the efficiency; those who reach no plane or no ring are not seen."""
    meter = range_meter(halo=1e-6)
    arrived = np.arange(float(np.prod(meter.shape))).reshape(meter.shape)
    np.testing.assert_allclose(meter.seen({"one": as_array(arrived)})["one"], 0.95 * arrived[1:, :-1], rtol=1e-12)
    # even over the area of rings of 0.5 m, and 0.3 times as many with each plane
    halo = 1e-6 * np.outer([1.0, 0.3], np.array([1.0, 3.0, 5.0]) / 9)
    np.testing.assert_allclose(meter.background(), halo, rtol=1e-12)
