"""Decays turned towards a window, against those that meet it by themselves, and what each stands for."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from ray_toys import decays, drawn, numbers, window

from ontarget.beam import Decays, TwoBodyDecay, decays_of
from ontarget.beam.decays.kinematics import energy_of
from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.io.formats.rays import MASSES, PDG, PROCESSES, Window, gather, histogram, hits, seen_from, through
from ontarget.matter.particle import PARTICLES


def test_energy_at_rest_is_that_of_the_decay():
    rays = decays()
    of_pions = rays.process == 13
    assert of_pions.sum() == 200
    line = (pion_mass**2 - muon_mass**2) / (2 * pion_mass)
    np.testing.assert_allclose(rays.at_rest[of_pions], line, rtol=1e-11)  # gamma^2 of 4000 times rounding


def test_turned_decays_keep_the_rest_energy_and_fly_to_the_point():
    rays, point = decays(), np.array([0.3, -0.4, 65.0]) * m
    momentum, _ = seen_from(rays, point[None])
    direction = (point - rays.place) / np.linalg.norm(point - rays.place, axis=1, keepdims=True)
    size = np.linalg.norm(momentum, axis=1)
    np.testing.assert_allclose(momentum, size[:, None] * direction, rtol=1e-13, atol=1e-13 * GeV)
    for pdg in np.unique(rays.parent):
        mine = rays.parent == pdg
        mass = MASSES[int(pdg)]
        energy = np.asarray(energy_of(jnp.asarray(rays.momentum[mine]), mass))
        product = (energy * size[mine] - (rays.momentum[mine] * momentum[mine]).sum(axis=1)) / mass
        np.testing.assert_allclose(product, rays.at_rest[mine], rtol=1e-9)  # cancels to 1/gamma^2


def test_the_whole_sphere_is_one():
    """The fluence over a sphere about the decay, one neutrino per decay: Gauss in the cosine, which the boost peaks."""
    one = decays(1, ("K+",)).only(np.zeros(400, int))
    cosine, weight = np.polynomial.legendre.leggauss(400)
    unit = one.momentum[0] / np.linalg.norm(one.momentum[0])
    side = np.cross(unit, [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    distance = 30 * m
    points = one.place[0] + distance * (cosine[:, None] * unit + np.sqrt(1 - cosine**2)[:, None] * side)
    total = (weight * 2 * np.pi * distance**2 * seen_from(one, points)[1]).sum()
    assert total == pytest.approx(1, abs=1e-6)


def test_turned_and_drawn_decays_agree():
    """Totals within 4 standard deviations of the drawn ones (0.5 % of pions), energies through a window to 1 %."""
    rays, face = drawn(20_000, ("pi+",)), window()
    met, turned = hits(rays, face), through(rays, face, numbers(len(rays)))
    error = np.sqrt((met.number**2).sum())
    assert error < 0.012 * met.number.sum()
    assert abs(met.number.sum() - turned.number.sum()) < 4 * error
    means = [np.average(one.energy, weights=one.number) for one in (met, turned)]
    assert means[0] == pytest.approx(means[1], rel=0.02)  # rms over mean 0.4, 1e4 drawn hits: 0.4 %, thrice


def test_hits_are_in_the_window_at_the_right_time():
    rays, face = decays(), window()
    met = hits(rays, face)
    assert 0 < len(met.number) < len(rays)
    inside = met.place - face.base
    np.testing.assert_allclose(inside[:, 2], 0, atol=1e-9 * m)
    assert (inside[:, :2] >= 0).all()
    assert (inside[:, :2] <= 4 * m).all()
    np.testing.assert_allclose(met.flown, np.linalg.norm(met.place - met.decays.place, axis=1), rtol=1e-12)
    np.testing.assert_allclose(met.time, met.decays.time + met.flown / c, rtol=1e-12)


def test_window_of_a_site():
    face = window()
    np.testing.assert_allclose(face.base / m, [-1.5, -2.0, 65.0], atol=1e-12)
    assert face.area / m**2 == pytest.approx(16)
    np.testing.assert_allclose(face.normal, [0, 0, 1])


def test_polarised_muons_send_their_electron_neutrinos_away_from_their_axis():
    """In the muon's frame 1 - cos: forward nothing, backward twice the mean; the muon neutrino follows less."""
    rays = decays(50, ("mu+",))
    unit = rays.momentum / np.linalg.norm(rays.momentum, axis=1, keepdims=True)
    ahead, behind = rays.place + unit * 50 * m, rays.place - unit * 50 * m
    polarised = dataclasses.replace(rays, axis=unit)
    electron = rays.neutrino == 12
    ratios = [seen_from(polarised, points)[1] / seen_from(rays, points)[1] for points in (ahead, behind)]
    np.testing.assert_allclose(ratios[0][electron], 0, atol=1e-9)
    np.testing.assert_allclose(ratios[1][electron], 2, rtol=1e-9)
    x = 2 * rays.at_rest[~electron] / muon_mass
    np.testing.assert_allclose(ratios[0][~electron], 1 - (1 - 2 * x) / (3 - 2 * x), rtol=1e-9)


def test_histogram_holds_the_flux():
    rays, face = decays(), window()
    found = through(rays, face, numbers(len(rays)))
    table = histogram(found.neutrino, found.energy, found.fluence, np.linspace(0, 10, 21) * GeV, 45 * m)
    assert {one.name for one in table.flavours} == {"nu_e", "nu_mu", "nubar_mu"}
    for one in table.flavours:
        total = found.fluence[found.neutrino == PDG[one.name]].sum()
        assert float(one.values.sum()) == pytest.approx(total, rel=1e-12)
    with pytest.raises(InputError, match="an empty flux"):
        histogram(found.neutrino, found.energy, found.fluence, np.linspace(20, 30, 3) * GeV, 45 * m)


def test_a_tilted_window_counts_the_same_flux():
    """Its shape does not change what crosses each area of it: a window half as large takes half."""
    rays = decays(200, ("pi+",))
    face = window()
    tilted = Window(face.base, face.along, face.across + np.array([0.0, 0.0, 0.5 * m]))
    u = np.full((len(rays), 2), 0.5)
    straight, slanted = through(rays, face, u), through(rays, tilted, u)
    assert tilted.area > face.area
    np.testing.assert_allclose(slanted.fluence, straight.fluence, rtol=0.03)  # 0.25 m further at its middle, of 25 m


def test_what_cannot_be_gathered():
    with pytest.raises(InputError, match="none"):
        gather([])
    unknown = TwoBodyDecay(1.0, "pi+", "nu_mu", "mu+", name="mine")
    rays = decays(2, ("pi+",))
    given = (rays.place, rays.time, rays.momentum, rays.sent, rays.sent, rays.number)
    with pytest.raises(InputError, match="no number in dk2nu"):
        gather([(unknown, Decays(*map(jnp.asarray, given)))])
    strange = dataclasses.replace(rays, parent=np.full(len(rays), 3334))
    with pytest.raises(InputError, match="3334"):
        seen_from(strange, np.array([[0.0, 0.0, 60 * m]]))


def test_every_decay_of_a_beam_has_its_number():
    names = {(parent, one.name) for parent in ("pi+", "pi-", "K+", "K-", "mu+", "mu-") for one in decays_of(parent)}
    assert names == set(PROCESSES)
    assert {PARTICLES[parent].pdg for parent, _ in names} <= set(MASSES)
