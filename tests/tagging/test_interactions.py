"""Interactions drawn one by one, beside the weighted rays that they were drawn from."""

import numpy as np
import pytest
from monitor_toys import ENERGIES, SITE, TUNNEL, beam_of, drawing

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm, m
from ontarget.tagging.interactions import BLOCK, RAYS, Drawing, Interactions


def test_interactions_have_the_mean_energy_and_place_of_weighted_rays():
    made, random = drawing(), np.random.default_rng(9)
    events = made.block(0)
    assert len(events) == BLOCK
    sums = np.zeros(4)
    for _ in range(8):
        decays, vertex, _ = rays = made._rays(0, random)
        weight = made._weights(0, rays)
        energy = np.linalg.norm(np.asarray(decays.neutrino), axis=1)
        columns = energy, np.asarray(decays.place)[:, 2], np.hypot(*np.asarray(vertex)[:, :2].T)
        sums += [weight.sum(), *((weight * one).sum() for one in columns)]
    found = events.energy, events.place[:, 2], np.hypot(*events.vertex[:, :2].T)
    for ours, theirs in zip(found, sums[1:] / sums[0], strict=True):
        # four standard deviations of the mean of the events, and as much for the rays
        assert abs(ours.mean() - theirs) < 8 * ours.std() / np.sqrt(BLOCK)
    assert made.per_proton()[0] == pytest.approx(sums[0] / 8, rel=0.03)  # the pilot: some thousand rays


def test_events_hang_together():
    events = drawing().block(1).only(slice(500))
    x, _, slope_x, slope_y, momentum, time = events.entering.columns().values()
    assert not time.any()
    np.testing.assert_allclose(x + slope_x * events.place[:, 2], events.place[:, 0], atol=1e-9 * m)
    left = np.sqrt(momentum**2 + pion_mass**2) - events.energy
    np.testing.assert_allclose(np.sqrt(events.leaving.momentum**2 + muon_mass**2), left, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(events.vertex - events.place, axis=1), events.path, rtol=1e-12)
    slower = np.sqrt(1 + slope_x**2 + slope_y**2) * np.sqrt(1 + (pion_mass / momentum) ** 2)
    np.testing.assert_allclose(events.time, (events.place[:, 2] * slower + events.path) / c, rtol=1e-11)
    inside = (events.place[:, 2] > 0) & (events.place[:, 2] < TUNNEL.length)
    assert inside.all()
    depth = events.vertex[:, 2] - float(TUNNEL.length + SITE.distance)
    assert ((depth >= 0) & (depth <= float(SITE.depth))).all()


def test_blocks_are_their_own():
    one, other = drawing().block(2), drawing.__wrapped__().block(2)
    np.testing.assert_array_equal(one.energy, other.energy)
    assert not np.intersect1d(one.energy, drawing().block(3).energy).size
    twice = Interactions.joined([one, other])
    assert len(twice) == 2 * BLOCK > RAYS


def test_a_detector_that_sees_nothing_is_refused():
    energy = np.asarray(ENERGIES.edges)
    with pytest.raises(InputError, match="No neutrino"):
        Drawing(beam_of(), SITE, energy, np.zeros((6, len(energy))) * cm**2, 1)
