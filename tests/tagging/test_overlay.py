"""What passes while a neutrino interacts: numbers, times, decays."""

import dataclasses

import numpy as np
import pytest
from monitor_toys import RATE, TUNNEL, flow

from ontarget.ground.constants import c, kaon_mass, muon_mass, neutral_pion_mass, pion_mass
from ontarget.ground.units import GeV, m, ns
from ontarget.matter.particle import PARTICLES
from ontarget.tagging.background_tracks import Kind
from ontarget.tagging.overlay import MODES, TwoBody, charged, flown, overlay
from ontarget.tagging.track import Tracks

LENGTH = 40 * m


def many(number: int, momentum: float) -> Tracks:
    """Particles along the axis."""
    zero, event = np.zeros(number), np.arange(number)
    columns = dict.fromkeys(("x", "y", "slope_x", "slope_y", "time"), zero)
    return Tracks(event=event, who=event, momentum=zero + momentum, **columns)


def test_rates_are_those_of_the_source():
    pions = flow().kinds[0]
    assert pions.rate == pytest.approx(0.038 * float(RATE), rel=1e-3)  # the toy's pions per proton
    assert flow().kinds[1].rate == pytest.approx(0.2 * pions.rate)
    assert flow().times(3.0).rate == pytest.approx(3 * flow().rate)
    entering, _ = overlay(flow(), np.zeros(400), 1 * ns, float(TUNNEL.length), np.random.default_rng(1))
    expected = 400 * 2 * ns * flow().rate
    assert abs(len(entering) - expected) < 5 * np.sqrt(expected)
    assert np.abs(entering.time).max() <= 1 * ns


@pytest.mark.parametrize(("name", "momentum"), [("pi+", 8.5), ("K+", 8.5)])
def test_decays_in_the_tunnel(name, momentum):
    number, particle = 20_000, PARTICLES[name]
    kind = Kind(name, 0.0, many(0, 0.0))
    arrived = flown(kind, many(number, momentum * GeV), LENGTH, np.random.default_rng(2))
    alive = np.exp(-LENGTH * particle.mass / (momentum * GeV * c * particle.lifetime))
    through = np.isclose(arrived.momentum, momentum * GeV, rtol=1e-12)
    assert abs(through.mean() * len(arrived) / number - alive) < 5 * np.sqrt(alive * (1 - alive) / number)
    seen = alive + (1 - alive) * sum(mode.branching for mode in MODES[name])
    assert abs(len(arrived) / number - seen) < 5 * np.sqrt(0.25 / number)
    late = arrived.time[through] - LENGTH / c
    np.testing.assert_allclose(late, (np.sqrt(1 + (particle.mass / momentum / GeV) ** 2) - 1) * LENGTH / c, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "mode", "unseen"),
    [("pi+", MODES["pi+"][0], 0.0), ("K+", MODES["K+"][1], neutral_pion_mass), ("K+", TwoBody("mu+", "", 1.0), 0.0)],
)
def test_unseen_particle_has_its_mass(name, mode, unseen):
    parents = many(2000, 8.5 * GeV)
    born = charged(parents, PARTICLES[name], mode, np.random.default_rng(3))
    assert len(born) == 2000  # forwards all of them, at 8.5 GeV/c
    mass = PARTICLES[mode.charged].mass
    along = np.stack([born.slope_x, born.slope_y, np.ones(2000)], axis=1)
    vector = born.momentum[:, None] * along / np.sqrt((along**2).sum(axis=1, keepdims=True))
    missing = np.array([0, 0, 8.5 * GeV]) - vector
    whole = np.sqrt((8.5 * GeV) ** 2 + PARTICLES[name].mass ** 2) - np.sqrt(born.momentum**2 + mass**2)
    found = whole**2 - (missing**2).sum(axis=1)
    np.testing.assert_allclose(found / GeV**2, unseen**2 / GeV**2, atol=1e-12)  # rounding of 72 GeV2
    assert {pion_mass, kaon_mass, muon_mass} >= {mass}


def test_steep_particles_live_and_fly_along_their_path():
    """At a slope of one a particle flies sqrt(2) for every metre of z: fewer are alive, and those are later."""
    number, pion = 20_000, PARTICLES["pi+"]
    steep = dataclasses.replace(many(number, 1 * GeV), slope_x=np.ones(number))
    arrived = flown(Kind("pi+", 0.0, many(0, 0.0)), steep, LENGTH, np.random.default_rng(2))
    through = np.isclose(arrived.momentum, 1 * GeV, rtol=1e-12)
    alive = np.exp(-np.sqrt(2) * LENGTH * pion.mass / (1 * GeV * c * pion.lifetime))
    assert abs(through.sum() / number - alive) < 4 * np.sqrt(alive * (1 - alive) / number)
    np.testing.assert_allclose(arrived.x[through], LENGTH, rtol=1e-12)
    slowness = np.sqrt(2) * np.hypot(1, pion.mass / GeV) / c
    np.testing.assert_allclose(arrived.time[through], slowness * LENGTH, rtol=1e-12)


def test_muons_of_pions_are_flat_in_energy():
    born = charged(many(20_000, 8.5 * GeV), PARTICLES["pi+"], MODES["pi+"][0], np.random.default_rng(4))
    energy = np.sqrt(born.momentum**2 + muon_mass**2)
    low, high = energy.min(), energy.max()
    counts = np.histogram(energy, np.linspace(low, high, 11))[0]
    assert ((counts - 2000) ** 2 / 2000).sum() < 30  # nine degrees of freedom: once in two thousand
    assert low / (8.5 * GeV) == pytest.approx((muon_mass / pion_mass) ** 2, rel=2e-3)
