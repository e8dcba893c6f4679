"""Decays in flight against closed forms: the exponential law, walls, energies and fluences of a pencil beam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from ontarget.beam import Segments, Tunnel, decays_of
from ontarget.beam.flight import (
    at_distance,
    behind_entrance,
    decay_on,
    decays_as_drawn,
    decays_towards,
    norm,
    room_in_tunnel,
)
from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, m
from ontarget.matter.particle import PARTICLES

TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
PION = PARTICLES["pi+"]
MOMENTUM = 8.5 * GeV
MEAN = float(PION.decay_length(as_array(MOMENTUM)))
(TO_MUON,) = (one for one in decays_of("pi+") if one.name == "pi_munu")


def pencil(rays, length, number=1.0):
    """Pions down the axis from the entrance, each a share of `number`."""
    zero, share = np.zeros(rays), np.full(rays, number / rays)
    momentum = np.tile([0.0, 0.0, MOMENTUM], (rays, 1))
    return segments(np.zeros((rays, 3)), momentum, np.full(rays, length), zero, share, np.zeros((rays, 3)))


def segments(*arrays):
    return Segments(*map(as_array, arrays))


def nodes(count):
    """Gauss-Legendre on [0, 1]."""
    u, weight = np.polynomial.legendre.leggauss(count)
    return (u + 1) / 2, weight / 2


def exact_energy(theta):
    """E* / gamma (1 - beta cos theta), with 1 - beta cos theta free of differences of nearly equal numbers."""
    total = np.sqrt(MOMENTUM**2 + pion_mass**2)
    beta = MOMENTUM / total
    slow = (pion_mass / total) ** 2 / (1 + beta) + 2 * beta * np.sin(theta / 2) ** 2
    return (pion_mass**2 - muon_mass**2) / (2 * pion_mass) * pion_mass / total / slow


def seen_at(theta, u):
    """Decays of a pencil beam whose neutrinos fly at one angle to it."""
    place, _, _ = decay_on(pencil(len(u), 40 * m), PION, u)
    vertex = np.asarray(place) + 50 * m * np.array([np.sin(theta), 0.0, np.cos(theta)])
    numbers = np.concatenate([u[:, None], np.full((len(u), TO_MUON.dimensions), 0.5)], axis=1)
    return decays_towards(pencil(len(u), 40 * m), TO_MUON, vertex, numbers)


@pytest.mark.parametrize("theta", [0.0, 0.003, 0.02, 0.3])
def test_energy_of_a_pencil_beam_at_an_angle(theta):
    found = norm(seen_at(theta, np.linspace(0.0, 0.99, 7)).neutrino)
    # rounding of 2e-16 in the angle's cosine is 1e-12 of the energy at gamma = 61
    np.testing.assert_allclose(found, exact_energy(theta), rtol=1e-9)


@pytest.mark.parametrize("theta", [0.0, 0.005, 0.01])
def test_energy_in_the_usual_approximation(theta):
    r"""(1 - m_mu^2/m^2) E / (1 + gamma^2 theta^2), which leaves out terms of order 1/gamma^2 = 3e-4 and theta^2."""
    total = np.sqrt(MOMENTUM**2 + pion_mass**2)
    usual = (1 - (muon_mass / pion_mass) ** 2) * total / (1 + (total / pion_mass * theta) ** 2)
    (found,) = np.asarray(norm(seen_at(theta, np.array([0.4])).neutrino))
    assert found == pytest.approx(usual, rel=1 / (total / pion_mass) ** 2 + theta**2)
    assert found != pytest.approx(usual, rel=1e-6)


def test_fluence_of_a_pencil_beam():
    """Decays along the tunnel, each with (E/E*)^2 / 4 pi d^2, against adaptive quadrature over the place."""
    u, weight = nodes(40)
    ahead, aside = 67 * m, 0.4 * m
    vertex = np.tile([aside, 0.0, ahead], (len(u), 1))
    numbers = np.concatenate([u[:, None], np.full((len(u), TO_MUON.dimensions), 0.5)], axis=1)
    found = decays_towards(pencil(len(u), 40 * m, 0.038), TO_MUON, vertex, numbers)

    def fluence(z):
        theta, square = np.arctan2(aside, ahead - z), (ahead - z) ** 2 + aside**2
        ratio = exact_energy(theta) / float(TO_MUON.energy)
        return np.exp(-z / MEAN) / MEAN * ratio**2 / (4 * np.pi * square)

    wanted, _ = quad(fluence, 0, 40 * m, epsrel=1e-12, epsabs=0)
    # forty Gauss nodes on a smooth function: 1e-12, and the rounding of the angle
    assert np.asarray(found.number) @ weight * len(u) == pytest.approx(
        0.038 * float(TO_MUON.branching) * wanted, rel=1e-9
    )


def test_exponential_law():
    """Places, times and numbers of decays on a piece of flight."""
    u = np.linspace(0.0, 1.0, 11)
    place, time, number = map(np.asarray, decay_on(pencil(11, 40 * m, 11.0), PION, u))
    share = -np.expm1(-40 * m / MEAN)
    np.testing.assert_allclose(number, share, rtol=1e-13)
    # the share of the decays up to the place is the number that was drawn; differences of e^-0.08 lose a digit
    np.testing.assert_allclose(-np.expm1(-place[:, 2] / MEAN) / share, u, atol=1e-13)
    speed = c * MOMENTUM / np.sqrt(MOMENTUM**2 + pion_mass**2)
    np.testing.assert_allclose(time, place[:, 2] / speed, rtol=1e-13)


def test_flight_there_and_back():
    there = at_distance(pencil(3, 0.0), PION, np.full(3, 12 * m), np.zeros(3))
    np.testing.assert_allclose(there.number, np.exp(-12 * m / MEAN) / 3, rtol=1e-14)
    back = at_distance(there, PION, np.full(3, -12 * m), np.zeros(3))
    for one in ("start", "number", "time"):
        np.testing.assert_allclose(getattr(back, one), getattr(pencil(3, 0.0), one), atol=1e-13)


def test_regions_follow_one_another():
    """What enters is what decays in the tunnel and behind it, and what reaches the dump."""
    inside, behind = (behind_entrance(pencil(1, 0.0), PION, one, TUNNEL) for one in ("tunnel", "exit"))
    decayed = [float(np.asarray(decay_on(one, PION, np.zeros(1))[2])[0]) for one in (inside, behind)]
    assert sum(decayed) == pytest.approx(-np.expm1(-42 * m / MEAN), rel=1e-13)
    assert np.asarray(behind.start)[0, 2] == 40 * m
    assert np.asarray(behind.length)[0] == pytest.approx(2 * m, rel=1e-14)


def test_what_has_met_a_wall_does_not_come_out():
    steep = np.array([[0.05, 0.0, 1.0], [0.01, 0.0, 1.0]])  # 2 m and 0.4 m aside after 40 m
    flown = segments(np.zeros((2, 3)), MOMENTUM * steep, np.zeros(2), np.zeros(2), np.ones(2), np.zeros((2, 3)))
    lengths = np.asarray(behind_entrance(flown, PION, "exit", TUNNEL).length)
    assert float(lengths[0]) == 0
    assert float(lengths[1]) == pytest.approx(2 * m * np.hypot(1, 0.01), rel=1e-12)


number = st.floats(-1.0, 1.0)


@given(st.tuples(number, number, st.floats(0, 0.999)), st.tuples(number, number, st.floats(1e-3, 3)))
def test_room_in_tunnel_ends_where_the_tunnel_ends(place, slope):
    """Just before the end of its flight a particle is in the tunnel, and just behind it is not."""
    start, direction = np.array(place) * [0.7 * m, 0.7 * m, 40 * m], np.array(slope) / np.linalg.norm(slope)
    (room,) = np.asarray(room_in_tunnel(start[None], direction[None], TUNNEL))

    def inside(x, y, z):
        return x**2 + y**2 < float(TUNNEL.radius) ** 2 and 0 <= z < float(TUNNEL.length)

    assert room > 0
    # a slope of 1e-9 stands in for none: 40 m later that is a tenth of a micrometre, 4e-8 of the radius
    assert inside(*(start + room * (1 - 1e-7) * direction))
    assert not inside(*(start + (room * (1 + 1e-7) + 1e-4) * direction))


@pytest.mark.parametrize(
    ("start", "direction"),
    [((0, 0, 41), (0, 0, 1)), ((1.1, 0, 5), (0, 0, 1)), ((0, 0, 5), (0, 0, -1)), ((0, 0, 5), (1, 0, 0))],
)
def test_no_room_outside_or_backwards(start, direction):
    given = np.array([start], float) * m, np.array([direction], float)
    assert np.asarray(room_in_tunnel(*given, TUNNEL))[0] == 0


def test_drawn_directions_are_those_of_the_density():
    """Of 20,000 decays as drawn, the share within an angle is that of two-body kinematics (binomial errors)."""
    rays, random = 20_000, np.random.default_rng(3)
    u = random.uniform(size=(rays, 1 + TO_MUON.dimensions))
    found = np.asarray(decays_as_drawn(pencil(rays, 40 * m), TO_MUON, u).neutrino)
    angle = np.arctan2(np.hypot(found[:, 0], found[:, 1]), found[:, 2])
    beta = MOMENTUM / np.sqrt(MOMENTUM**2 + pion_mass**2)
    for limit in (0.005, 0.0164, 0.05):
        share = 1 - (1 + (np.cos(limit) - beta) / (1 - beta * np.cos(limit))) / 2
        assert abs((angle < limit).mean() - share) < 4 * np.sqrt(share * (1 - share) / rays)
