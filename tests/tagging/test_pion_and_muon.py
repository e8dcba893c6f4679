"""A pion's decay: the energy beside a boost, and what an uncertain depth does to a vertex."""

import jax.numpy as jnp
import numpy as np
import pytest
from monitor_toys import PIONS

from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.units import GeV, cm, m, mm
from ontarget.tagging.two_body import covariance_of_known, error_of_vertex, muon_of


def test_muon_and_energy_are_those_of_a_boosted_decay():
    """A decay is drawn in the frame of the pion and boosted; its neutrino is followed to a vertex."""
    random = np.random.default_rng(8)
    inner = (pion_mass**2 - muon_mass**2) / (2 * pion_mass)
    for _ in range(5):
        x, y = 10 * mm * random.standard_normal(2)
        slope_x, slope_y = 5e-3 * random.standard_normal(2)
        p, z, length, depth = 8.4 * GeV, random.uniform(5, 35) * m, 40 * m, 75 * m
        along = np.array([slope_x, slope_y, 1.0]) / np.sqrt(1 + slope_x**2 + slope_y**2)
        star = random.standard_normal(3)
        star *= inner / np.linalg.norm(star)
        gamma, beta = np.hypot(1, p / pion_mass), p / np.hypot(p, pion_mass)

        def boosted(momentum, energy, along=along, gamma=gamma, beta=beta):
            return momentum + along * ((gamma - 1) * (momentum @ along) + gamma * beta * energy)

        neutrino, muon = boosted(star, inner), boosted(-star, np.hypot(inner, muon_mass))
        if neutrino[2] <= 0:
            continue
        place = np.array([x + slope_x * z, y + slope_y * z, z])
        vertex = place + neutrino / neutrino[2] * (depth - z)
        known = jnp.array([x, y, slope_x, slope_y, p, vertex[0], vertex[1]])
        found, energy = muon_of(known, *(jnp.asarray(float(one)) for one in (z, depth, length)))
        assert float(energy) == pytest.approx(np.linalg.norm(neutrino), rel=1e-9)  # differences of slopes over 60 m
        end = place + muon / muon[2] * (length - z)
        expected = [end[0], end[1], muon[0] / muon[2], muon[1] / muon[2], np.linalg.norm(muon)]
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_a_depth_that_is_uncertain_blurs_what_flies_askew():
    """Along the slope, the error is that of a place and, times the slope, of a depth, both drawn here."""
    random = np.random.default_rng(9)
    known = jnp.array([5 * mm, -3 * mm, 0.0, 0.0, 8 * GeV, 3 * m, 4 * m])
    depth = 20 * m
    slope = np.hypot(3 * m - 5 * mm, 4 * m + 3 * mm) / depth
    off, deep = 2 * cm * random.standard_normal((2, 100_000))
    found = np.asarray(error_of_vertex(jnp.asarray(2 * cm), known, jnp.asarray(depth)))
    # a standard deviation of 100,000 draws is known to 0.2 %
    assert np.sqrt(found[0, 0]) == pytest.approx((off - slope * deep).std(), rel=0.01)
    assert found[1, 1] == found[0, 0]
    assert found[0, 1] == 0
    whole = np.asarray(covariance_of_known(PIONS, jnp.asarray(2 * cm), known, jnp.asarray(depth)))
    np.testing.assert_array_equal(whole[5:, 5:], found)
    assert whole[4, 4] == pytest.approx((0.007 * 8 * GeV) ** 2)
