"""What passes while neutrinos interact: rates by hand, and pools with the moments of the beam."""

import jax.numpy as jnp
import numpy as np
import pytest
from monitor_toys import BEAM, flow

import ontarget as ot
from ontarget.beam.segment import Segments
from ontarget.ground.units import GeV, m, mm, s
from ontarget.tagging.background_tracks import POOL, at_t6, chosen, working_point
from ontarget.tagging.interactions import drawn_origins


def test_working_point_of_a_facility_by_hand():
    """1e13 protons in 9.6 s, as published; power and cycle are rounded, to 0.2 %."""
    facility = ot.load("nuscope_lar").facility
    found = working_point(facility, 2.0)
    assert float(found.rate) == pytest.approx(2 * 1e13 / (9.6 * s), rel=2e-3)
    assert float(found.protons) == 0.2


def test_pools_have_the_moments_of_the_beam():
    pool = flow().kinds[0].pool
    assert len(pool) == POOL
    assert pool.x.std() == pytest.approx(18 * mm, rel=0.01)
    assert pool.slope_y.std() == pytest.approx(float(BEAM.divergence), rel=0.01)
    assert abs(np.corrcoef(pool.x, pool.slope_x)[0, 1]) < 0.02  # a waist
    # 65536 of some 1e5 rays: the mean is known to 0.03 % and the width to 0.3 %; decays on the way up to T6 move both
    assert pool.momentum.mean() == pytest.approx(float(BEAM.momentum), rel=0.003)
    assert pool.momentum.std() == pytest.approx(float(BEAM.momentum * BEAM.spread), rel=0.02)
    assert flow().kinds[1].name == "p"


def test_rays_are_taken_in_proportion():
    number = np.array([1.0, 0.0, 3.0])
    picked = chosen(number, np.random.default_rng(1))
    assert np.bincount(picked, minlength=3) == pytest.approx(POOL * number / 4, abs=1)
    assert (picked[:100] == 0).any()  # in random order


def test_flights_are_carried_back_to_t6():
    start, momentum = jnp.array([[4 * mm, 0.0, 2 * m]]), jnp.array([[0.01, 0.02, 1.0]]) * 8 * GeV
    one = jnp.ones(1)
    found = at_t6(Segments(start, momentum, one, one, one, jnp.zeros((1, 3))))
    assert found.x[0] == pytest.approx(4 * mm - 0.01 * 2 * m)
    assert found.y[0] == pytest.approx(-0.02 * 2 * m)
    assert found.momentum[0] == pytest.approx(8 * GeV * np.sqrt(1 + 0.01**2 + 0.02**2))


def test_no_origin_is_left_out():
    """Every origin of the source once, with the decay that makes its neutrino."""
    source = ot.load("nuscope_lar").source
    found = drawn_origins(source)
    assert [one.origin for one in found] == [origin for part in source.components() for origin in part.origins]
    assert all(one.chain.decay.neutrino == one.origin.neutrino for one in found)
