"""Pairs before they are fitted: where they meet, when, and how large their chi-square is on average."""

import dataclasses

import numpy as np
import pytest
from monitor_toys import TAGGER

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.ground.units import GeV, cm, m, mm, ns
from ontarget.tagging.pair import Pairs, Seen, disagreement, expected_time, kink_energy, paired, plausible, ray_to
from ontarget.tagging.track import Precision, Precisions, Tracks
from ontarget.tagging.two_body import RELEASED

NUMBER = 4000
LENGTH = 40 * m
P = 8.4 * GeV
ENERGY = 2 * RELEASED * P / pion_mass**2
"""Of a neutrino along its pion."""


def tracks(**given):
    """Many tracks on the axis, apart from what is given."""
    event = np.arange(NUMBER)
    zero = np.zeros(NUMBER)
    return Tracks(
        event=event, who=event, **(dict.fromkeys(("x", "y", "slope_x", "slope_y", "time", "momentum"), zero) | given)
    )


def filled(value):
    return np.full(NUMBER, float(value))


def pairs_at(z, **given):
    """One pair for each event, with its decay at z on the axis."""
    event, zero = np.arange(NUMBER), np.zeros(NUMBER)
    columns = {"z": filled(z), "z_error": zero, "x": zero, "y": zero, "apart": zero} | given
    return Pairs(event=event, before=event, after=event, **columns)


def known(pion_slope=1e-9, muon_slope=1e-9, pion_momentum=1e-9, muon_momentum=1e-9):
    """What is known of all tracks alike; next to everything by default."""
    pion = Precision(filled(pion_slope), filled(pion_momentum), 0.01 * ns, pion_mass)
    return Precisions(pion, Precision(filled(muon_slope), filled(muon_momentum), 0.01 * ns, muon_mass))


def seen_at(vertex):
    return Seen(vertex, np.zeros(NUMBER), filled(ENERGY))


SLOPE, PLACE, DISTANCE = 1e-4, 20 * mm, 60 * m


@pytest.mark.parametrize("source", ["pion", "muon", "vertex", "apart"])
def test_one_error_at_a_time_has_two_degrees_of_freedom(source):
    """A neutrino along its pion, whose energy hangs on the angle to second order only: what is off across is linear."""
    random = np.random.default_rng(4)
    x, y = random.standard_normal((2, NUMBER))
    pion, muon, pairs = tracks(momentum=filled(P)), tracks(momentum=filled(P - ENERGY)), pairs_at(10 * m)
    vertex, precise, size = np.tile([0.0, 0.0, 10 * m + DISTANCE], (NUMBER, 1)), known(), 1e-9 * mm
    if source == "pion":
        pion = dataclasses.replace(pion, slope_x=SLOPE * x, slope_y=SLOPE * y)
        precise = known(pion_slope=SLOPE)
    elif source == "muon":
        muon = dataclasses.replace(muon, slope_x=SLOPE * x, slope_y=SLOPE * y)
        precise = known(muon_slope=SLOPE)
    elif source == "vertex":
        vertex[:, 0], vertex[:, 1], size = PLACE * x, PLACE * y, PLACE
    else:
        pairs = pairs_at(10 * m, x=PLACE * x, y=PLACE * y, apart=filled(PLACE))
    found = disagreement(pion, muon, precise, pairs, seen_at(vertex), size)
    # two numbers of a Gaussian; four standard deviations of the mean of 4000 are 0.13, and the second order of the
    # energy (angles to 0.3 mrad, a few parts in a thousand of it) adds less than 0.05
    assert abs(found.mean() - 2) < 0.18
    assert abs(found.std() - 2) < 0.4


def test_errors_of_momenta_come_with_the_slopes():
    """Steep tracks at the angle where the energy does not hang on the pion's momentum: p times angle is the mass.

    The momenta alone are off, by errors that are drawn here; both numbers of the chi-square, across and along, are then
    one and the same Gaussian: two on average. Without the lever of the slopes the first would be several hundred.
    """
    random, steep, share = np.random.default_rng(5), 0.1, 0.01
    angle = pion_mass / P
    energy = RELEASED / P * (P / pion_mass) ** 2  # half of that along the pion
    p, q = P, P - energy
    slope = steep + angle
    off = (p * steep - energy * slope) / q  # of the muon: momentum across is kept
    pion = tracks(slope_x=filled(steep), momentum=p * (1 + share * random.standard_normal(NUMBER)))
    muon = tracks(slope_x=filled(off), momentum=q * (1 + share * random.standard_normal(NUMBER)))
    vertex = np.tile([slope * DISTANCE, 0.0, 10 * m + DISTANCE], (NUMBER, 1))
    precise = known(pion_momentum=share * p, muon_momentum=share * q)
    found = disagreement(pion, muon, precise, pairs_at(10 * m), seen_at(vertex), 1e-9 * mm)
    # sqrt(8/4000) = 0.045 is the error of the mean; 1 % of the energy that is doubted takes 1 % off, and a muon that
    # is 3 % less steep than the pion as much
    assert abs(found.mean() - 2) < 0.25
    assert (plausible(pion, muon, precise, pairs_at(10 * m), seen_at(vertex), TAGGER)).mean() > 0.999


def test_energy_from_the_kink_is_that_of_two_bodies():
    """The energy of a massless particle in the frame of the pion, boosted: E = E* / gamma / (1 - beta cos)."""
    angle = np.linspace(0, 0.03, NUMBER)
    vertex = np.stack([np.tan(angle) * DISTANCE, 0 * angle, filled(10 * m + DISTANCE)], axis=1)
    pairs = pairs_at(10 * m)
    slope_x, slope_y, distance = ray_to(pairs, seen_at(vertex))
    np.testing.assert_allclose(distance, DISTANCE, rtol=1e-12)
    found = kink_energy(tracks(momentum=filled(P)), pairs, slope_x, slope_y)
    gamma = np.sqrt(1 + (P / pion_mass) ** 2)
    inner = (pion_mass**2 - muon_mass**2) / (2 * pion_mass)
    exact = inner / gamma / (1 - np.sqrt(1 - 1 / gamma**2) * np.cos(angle))
    # small angles and a relativistic pion: angle^2 and (m/p)^2, both below 1e-3
    np.testing.assert_allclose(found, exact, rtol=1.5e-3)


def test_times_are_those_of_flights():
    z = filled(15 * m)
    pion = tracks(momentum=filled(P), slope_x=filled(3e-3), x=filled(5 * mm), time=filled(0.2 * ns))
    vertex = np.tile([0.5 * m, -0.2 * m, 70 * m], (NUMBER, 1))
    decay, interaction = expected_time(pion, pairs_at(15 * m), seen_at(vertex), z)
    speed = c * P / np.hypot(P, pion_mass)
    assert decay[0] == pytest.approx(0.2 * ns + 15 * m * np.sqrt(1 + 9e-6) / speed, rel=1e-12)
    place = np.array([5 * mm + 3e-3 * 15 * m, 0.0, 15 * m])
    assert interaction[0] - decay[0] == pytest.approx(np.linalg.norm(vertex[0] - place) / c, rel=1e-12)


def exact_decays(random, bend=2.5e-3):
    """Pions, and their muons at the end of the tunnel with a kink to the side, all measured exactly."""
    x, y = 10 * mm * random.standard_normal((2, NUMBER))
    slope_x, slope_y = 5e-3 * random.standard_normal((2, NUMBER))
    z, turn, kink = random.uniform(2 * m, 38 * m, NUMBER), random.uniform(0, 2 * np.pi, NUMBER), filled(bend)
    pion = tracks(x=x, y=y, slope_x=slope_x, slope_y=slope_y, momentum=filled(P))
    there_x, there_y = slope_x + kink * np.cos(turn), slope_y + kink * np.sin(turn)
    left = LENGTH - z
    at_end = {"x": x + slope_x * z + there_x * left, "y": y + slope_y * z + there_y * left}
    secant, after = np.sqrt(1 + slope_x**2 + slope_y**2), np.sqrt(1 + there_x**2 + there_y**2)
    q = filled(0.75 * P)
    time = z * secant * np.hypot(1, pion_mass / P) / c + left * after * np.hypot(1, muon_mass / q) / c
    return z, pion, tracks(slope_x=there_x, slope_y=there_y, momentum=q, time=time, **at_end)


def test_lines_meet_where_the_pion_decayed():
    """Every pair of an event is found, at its place; how well that is known is the distance over the kink."""
    z, pion, muon = exact_decays(np.random.default_rng(6))
    pion_slope, muon_slope = 1e-6, 2e-6
    found = paired(pion, muon, known(pion_slope, muon_slope, 0.01 * P, 0.01 * P), LENGTH, TAGGER)
    assert (np.sort(found.before) == np.arange(NUMBER)).all()
    assert (found.before == found.after).all()
    assert (found.event == found.before).all()
    np.testing.assert_allclose(found.z, z[found.before], atol=1e-6 * m)  # rounding of kinks of 2.5 mrad over 40 m
    np.testing.assert_allclose(found.x, (pion.x + pion.slope_x * z)[found.before], atol=1e-6 * m)
    np.testing.assert_allclose(found.y, (pion.y + pion.slope_y * z)[found.before], atol=1e-6 * m)
    own = z[found.before]
    apart = np.sqrt((own * pion_slope) ** 2 + ((LENGTH - own) * muon_slope) ** 2)
    np.testing.assert_allclose(found.apart, apart, rtol=1e-6)
    np.testing.assert_allclose(found.z_error, apart / 2.5e-3, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, 1.0),
        ({"time": 0.075 * ns}, 0.0),  # four standard deviations of 10 ps each are 57 ps; pions and muons differ by 10
        ({"time": 0.04 * ns}, 1.0),
        ({"time": -0.075 * ns}, 0.0),
        ({"momentum": -0.25 * P}, 0.0),  # half the pion's momentum: less than a decay leaves
        ({"momentum": 0.3 * P}, 0.0),  # more than the pion has
        ({"y": 30 * mm}, 0.0),  # lines that do not meet
    ],
)
def test_what_is_no_decay_is_no_pair(change, kept):
    _, pion, muon = exact_decays(np.random.default_rng(7))
    muon = dataclasses.replace(muon, **{name: getattr(muon, name) + value for name, value in change.items()})
    if "y" in change:  # away from the plane of the kink, which is that of x
        muon = dataclasses.replace(muon, slope_y=pion.slope_y, y=pion.y + pion.slope_y * LENGTH + change["y"])
    found = paired(pion, muon, known(1e-5, 1e-5, 0.005 * P, 0.005 * P), LENGTH, TAGGER)
    assert np.isin(np.arange(NUMBER), found.before).mean() == pytest.approx(kept, abs=0.02)


@pytest.mark.parametrize(("bend", "kept"), [(4.5e-3, 1.0), (5e-3, 0.0)])
def test_kinks_are_as_large_as_a_decay_makes_them(bend, kept):
    """Of three quarters of 8.4 GeV/c: 28 and 31.5 MeV across, where a decay gives 29.8 and errors 0.1."""
    _, pion, muon = exact_decays(np.random.default_rng(8), bend)
    found = paired(pion, muon, known(1e-5, 1e-5, 0.005 * P, 0.005 * P), LENGTH, TAGGER)
    assert np.isin(np.arange(NUMBER), found.before).mean() == kept


def test_vertices_of_others_are_not_plausible():
    """A vertex half a metre off, for an angle that is known to 0.1 mrad over 60 m."""
    pion, muon = tracks(momentum=filled(P)), tracks(momentum=filled(P - ENERGY))
    given = known(1e-4, 1e-4, 0.01 * P, 0.01 * P)
    for off, good in ((1 * cm, 1.0), (50 * cm, 0.0)):
        vertex = np.tile([off, 0.0, 10 * m + DISTANCE], (NUMBER, 1))
        assert plausible(pion, muon, given, pairs_at(10 * m), seen_at(vertex), TAGGER).mean() == good
