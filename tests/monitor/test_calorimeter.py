"""The calorimeter on the wall: geometry in closed form, energies, and every particle counted once."""

import equinox as eqx
import numpy as np
import pytest
from counter_toys import TUNNEL, calorimeter, source

from ontarget.beam import Segments, Species, TwoBodyDecay, decays_of
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.ground.constants import kaon_mass, muon_mass, pion_mass
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, MeV, cm, g, m, mrad
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import PrecomputedLeptons
from ontarget.monitor.calorimeter import EnergyResponse, at_wall, impact
from ontarget.monitor.flow import precompute_leptons


def mode(name: str) -> AbstractDecay:
    return next(one for parent in ("pi+", "K+") for one in decays_of(parent) if one.name == name)


@pytest.fixture(scope="module")
def of_a_pencil() -> PrecomputedLeptons:
    """What kaons send to the wall that fly along the axis, all alike."""
    pencil = source(Species(1.0, name="K+"), divergence=1e-6, spread=1e-6, yields=None, rays=4096)
    return precompute_leptons(calorimeter(), pencil)


def steepest(parent_mass: float, momentum: float) -> float:
    """The largest angle of the muon of a two-body decay in flight."""
    p = (parent_mass**2 - muon_mass**2) / (2 * parent_mass)
    return float(np.arcsin(p / (muon_mass * momentum / parent_mass)))


def drawn_angles(name: str, momentum: float) -> np.ndarray:
    decay = mode(name)
    assert isinstance(decay, TwoBodyDecay)
    rays = 20_000
    along = np.tile(np.array([[0.0, 0.0, 1.0]]) * momentum, (rays, 1))
    u = np.stack([(np.arange(rays) + 0.5) / rays, np.full(rays, 0.3)], axis=1)
    lepton = np.asarray(decay.emit(along, 0 * along, u).lepton)
    return np.arctan2(np.hypot(lepton[:, 0], lepton[:, 1]), lepton[:, 2])


@pytest.mark.parametrize(("name", "mass", "quoted"), [("pi_munu", pion_mass, 4.6), ("k_munu", kaon_mass, 130.0)])
def test_largest_angles_of_muons(name, mass, quoted):
    """At 8.5 GeV/c: muons of pions stay in the beam. The largest drawn is within 1e-4 below the closed form."""
    largest = drawn_angles(name, 8.5 * GeV).max()
    wanted = steepest(mass, 8.5 * GeV)
    assert wanted == pytest.approx(quoted * mrad, rel=0.01)
    assert wanted * (1 - 1e-4) < largest <= wanted * (1 + 1e-12)


def test_a_kaons_muon_needs_seven_metres():
    """At the largest angle, from the axis to a wall at 1 m: 7.7 m, as the notes say; a pion's muon needs 200 m."""
    assert float(impact(steepest(kaon_mass, 8.5 * GeV), TUNNEL)) == pytest.approx(7.7 * m, rel=0.01)
    assert float(impact(steepest(pion_mass, 8.5 * GeV), TUNNEL)) > 5 * 40 * m


def one_ray(start, direction, momentum=2 * GeV, number=1.0):
    size = np.linalg.norm(direction)
    flight, nought = np.array([np.asarray(direction) / size * momentum]), np.zeros(1)
    arrays = np.array([start]) * 1.0, flight, nought, nought, nought + number, 0 * flight
    return Segments(*map(as_array, arrays))


def test_impact_off_the_axis():
    """Along x from x = -0.4 m: 1.4 m across at a slope of 0.1, so 14 m on, at an angle of atan 0.1 to the wall."""
    z, sine, distance, inside = map(np.asarray, at_wall(one_ray([-0.4 * m, 0.0, 5 * m], [0.1, 0.0, 1.0]), TUNNEL))
    assert float(z[0]) == pytest.approx(19 * m, rel=1e-12)
    assert float(sine[0]) == pytest.approx(0.1 / np.hypot(1, 0.1), rel=1e-12)
    assert float(distance[0]) == pytest.approx(14 * m * np.hypot(1, 0.1), rel=1e-12)
    assert float(inside[0]) == 1.0


def test_what_starts_outside_is_not_counted():
    where, weight = calorimeter().place("e+", one_ray([1.2 * m, 0.0, 5 * m], [0.1, 0.0, 1.0]), TUNNEL, np.zeros((1, 0)))
    assert len(where) == 3
    assert np.asarray(weight).sum() == 0.0


def test_every_positron_is_on_the_wall_in_the_end_or_lost_before(of_a_pencil):
    """Sum over bins of K_e3 positrons: decays in the tunnel times branching, (1 - e^(-l/lambda)) for each ray."""
    (positrons,) = [one for one in of_a_pencil.flows if one.mode == "ke3"]
    length = PARTICLES["K+"].decay_length(as_array(8.5 * GeV))
    wanted = float(mode("ke3").branching) * -np.expm1(-40 * m / float(length))
    # the spread of 1e-6 in momentum changes it by less than that
    assert float(positrons.values.sum()) == pytest.approx(wanted, rel=1e-5)
    before, *wall, behind = np.asarray(positrons.values).sum(axis=(0, 2, 3))
    assert before < 1e-3 * wanted  # 1 in 1e4 flies backwards to the entrance
    assert 0.4 < sum(wall) / wanted < 0.7
    assert 0.3 < behind / wanted < 0.6


def test_energies_are_kept(of_a_pencil):
    """Sum over nodes is that of the visible energies: positrons as born, of mean energy 0.26 of a kaon's or so.

    Against an analogue count with random numbers: 5e4 decays know the mean to 0.3 %, our 8192 rays to 1 %.
    """
    instrument = calorimeter()
    (flow,) = [one for one in of_a_pencil.flows if one.mode == "ke3"]
    by_node = np.asarray(flow.values).sum(axis=(0, 1, 2))
    mean = by_node @ np.asarray(instrument.truth.edges) / by_node.sum()
    random = np.random.default_rng(1).uniform(size=(50_000, 5))
    along = np.tile(np.array([[0.0, 0.0, 8.5]]) * GeV, (len(random), 1))
    lepton = np.asarray(eqx.filter_jit(mode("ke3").emit)(along, 0 * along, random).lepton)
    assert mean == pytest.approx(np.linalg.norm(lepton, axis=1).mean(), rel=0.02)


def test_places_against_an_analogue_count(of_a_pencil):
    """Muons of K -> mu nu by metres of the wall, with numpy and random numbers: 5 standard deviations of 1e5 decays."""
    (flow,) = [one for one in of_a_pencil.flows if one.mode == "k_munu"]
    ours = np.asarray(flow.values).sum(axis=(0, 2, 3))
    random, decays = np.random.default_rng(2), 100_000
    gamma, beta = np.hypot(8.5 * GeV, kaon_mass) / kaon_mass, 8.5 * GeV / np.hypot(8.5 * GeV, kaon_mass)
    p = (kaon_mass**2 - muon_mass**2) / (2 * kaon_mass)
    cosine, energy = random.uniform(-1, 1, decays), np.hypot(p, muon_mass)
    along, across = gamma * (p * cosine + beta * energy), p * np.sqrt(1 - cosine**2)
    length = float(PARTICLES["K+"].decay_length(as_array(8.5 * GeV)))
    z = -length * np.log1p(-random.uniform(size=decays) * -np.expm1(-40 * m / length))
    # the spot has 18 mm of 1 m: drawn too
    x, y = random.normal(0, 18, (2, decays)) * 1e-3 * m
    phi = random.uniform(0, 2 * np.pi, decays)
    dot = x * np.cos(phi) + y * np.sin(phi)
    reach = np.sqrt(dot**2 + (1 * m) ** 2 - x**2 - y**2) - dot
    hit = z + reach * along / across
    counts = np.histogram(hit, [-np.inf, 0, 10 * m, 20 * m, 30 * m, 40 * m, np.inf])[0] / decays
    sigma = np.sqrt(np.maximum(counts * (1 - counts), 1e-5) / decays)
    # ours have errors too, of quasi-random rays: taken as large as those of 2e4 random ones
    assert (np.abs(ours / ours.sum() - counts) < 5 * sigma * np.hypot(1, 5**0.5)).all()


def test_a_muon_loses_what_iron_takes():
    """1 GeV at 90 degrees through 33 cm of 5.7 g/cm3, 188 g/cm2 at 1.5 to 1.6 MeV cm2/g; or all of it."""
    instrument = calorimeter()
    momentum = np.array([[np.sqrt((1 * GeV + muon_mass) ** 2 - muon_mass**2), 0.0, 0.0]])
    seen = instrument.visible_energy("mu+", momentum, np.ones(1), np.full(1, 40 * m))
    crossed = 33 * cm * 5.7 * g / cm**3 / (g / cm**2)
    assert 1.45 < np.asarray(seen)[0] / MeV / crossed < 1.62
    stopped = instrument.visible_energy("mu+", momentum, np.full(1, 0.05), np.full(1, 40 * m))
    assert np.asarray(stopped)[0] == pytest.approx(1 * GeV, rel=1e-4)


def test_resolution():
    """17 % at 1 GeV and 8.5 % at 4 GeV: the middle 68.27 % of what is seen."""
    response = EnergyResponse(0.17)
    for energy, sigma in ((1.0, 0.17), (4.0, 0.34)):
        edges = np.array([energy - sigma, energy + sigma]) * GeV
        assert np.asarray(response.matrix(np.array([energy]) * GeV, edges))[0, 0] == pytest.approx(0.6826895, abs=1e-6)


def test_scale_and_constant_of_a_response():
    """0.8 of 2 GeV in the middle; 3 % and 4 GeV^(1/2) % in quadrature, of what is there and not of what is seen."""
    response = EnergyResponse(0.04, 0.03, 0.8)
    sigma = 2.0 * np.hypot(0.04 / np.sqrt(2.0), 0.03)
    edges = np.array([0.0, 1.6 - sigma, 1.6, 1.6 + sigma, 3.2]) * GeV
    shares = np.asarray(response.matrix(np.array([2.0]) * GeV, edges))[0]
    np.testing.assert_allclose(shares, [0.1586553, 0.3413447, 0.3413447, 0.1586553], atol=1e-6)


def test_hadrons_leave_their_kinetic_energy_and_positrons_all():
    instrument, ones = calorimeter(), np.ones(1)
    momentum = np.array([[0.0, 0.3, 0.4]]) * GeV
    pion = instrument.visible_energy("pi+", momentum, ones, ones * m)
    assert np.asarray(pion)[0] == pytest.approx(np.hypot(0.5 * GeV, pion_mass) - pion_mass, rel=1e-12)
    positron = instrument.visible_energy("e+", momentum, ones, ones * m)
    assert np.asarray(positron)[0] == pytest.approx(0.5 * GeV, rel=1e-5)  # its mass is a millionth of it, squared


def test_a_muon_leaves_the_calorimeter_at_the_tunnels_end():
    """A metre before it at a slope of 0.05: 1 m of 5.7 g/cm3, and not 6.6 m, in which it would stop; at it, nothing."""
    instrument = calorimeter()
    momentum = np.array([[0.0, 0.0, 5.0]]) * GeV
    seen = [
        np.asarray(instrument.visible_energy("mu+", momentum, np.full(1, 0.05), np.full(1, room)))[0] / MeV
        for room in (0.0, 1 * m, 40 * m)
    ]
    assert seen[0] == pytest.approx(0.0, abs=1.0)  # tables of energy and range are good to 1e-5, of 5 GeV
    assert 1.6 < seen[1] / 570 < 2.1
    assert seen[2] == pytest.approx((np.hypot(5 * GeV, muon_mass) - muon_mass) / MeV, rel=1e-4)  # it stops


def test_particles_decay_on_their_way_to_the_wall():
    """A pion of 2 GeV/c, 14 m from the wall along its flight: exp(-14.07 / 111.7) of it come there."""
    start, direction = [-0.4 * m, 0.0, 5 * m], [0.1, 0.0, 1.0]
    _, weight = calorimeter().place("pi+", one_ray(start, direction, number=3.0), TUNNEL, np.zeros((1, 0)))
    flown = 14 * m * np.hypot(1, 0.1) / float(PARTICLES["pi+"].decay_length(as_array(2 * GeV)))
    assert flown == pytest.approx(14.07 / 111.7, rel=2e-3)
    assert np.asarray(weight).sum() == pytest.approx(3 * np.exp(-flown), rel=1e-12)


def test_what_is_seen_of_each_kind():
    """One particle in one bin of the wall, of 2 GeV: the probability of each selection, in the energies around it."""
    instrument = calorimeter()
    arrived = np.zeros(instrument.shape)
    arrived[2, 1, 4] = 1.0  # the second bin of the wall; nodes of the truth are 0.5 GeV apart
    seen = instrument.seen({name: as_array(arrived) for name in ("K+_ke3_e+", "K+_k_munu_mu+", "K+_undecayed_K+")})
    wanted = {"K+_ke3_e+": (0.5, 1e-3), "K+_k_munu_mu+": (1e-3, 0.85), "K+_undecayed_K+": (0.03, 0.05)}
    responses = EnergyResponse(0.17), EnergyResponse(0.2), EnergyResponse(0.6, 0.05, 0.8)
    for name, response in zip(wanted, responses, strict=True):
        inside = np.asarray(response.matrix(np.array([2.0]) * GeV, instrument.visible.edges))[0]
        found = np.asarray(seen[name]).reshape(2, 4, 2, 4)
        np.testing.assert_allclose(found[:, 1, 1], np.outer(wanted[name], inside), rtol=1e-12)
        assert found.sum() == pytest.approx(sum(wanted[name]) * inside.sum())


def test_halo():
    """Even along the wall and in angle, and e times less from one GeV to the next: 1e-6 and 2e-6 per proton."""
    found = np.asarray(calorimeter().background()).reshape(2, 4, 2, 4)
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), [1e-6, 2e-6], rtol=1e-12)
    np.testing.assert_allclose(found, found[:, :1, :1] * np.ones((1, 4, 2, 1)), rtol=1e-12)
    np.testing.assert_allclose(found[..., 1:] / found[..., :-1], np.exp(-2.0), rtol=1e-12)  # bins of 2 GeV
