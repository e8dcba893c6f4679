"""Rays drawn more often where they matter: the same mean, a smaller spread."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tunnel_toys import SITE, source

from ontarget.numerics.lattice import lattice, shifts
from ontarget.source import Untagged
from ontarget.source.tunnel.importance import CELLS, EVEN, adapt, evenly
from ontarget.source.tunnel.simulation import PILOT, Simulation

EVENLY = jax.random.uniform(jax.random.key(1), (200_000, 2))


def test_nothing_learnt_changes_nothing():
    u, weight = evenly(2).warp(EVENLY)
    np.testing.assert_allclose(u, EVENLY, atol=1e-15)
    np.testing.assert_allclose(weight, 1.0, rtol=1e-12)


@pytest.mark.parametrize("power", [0.0, 3.0])
def test_mean_is_kept_whatever_the_grid(power):
    """Of u0^a u1 over the square, 1/(2 (a + 1)); five standard deviations of what is drawn."""
    grid = adapt(np.stack([np.linspace(0.01, 1.0, CELLS) ** 4, np.linspace(1.0, 0.0, CELLS)]))
    u, weight = grid.warp(EVENLY)
    found = np.asarray(weight * u[:, 0] ** power * u[:, 1])
    assert found.mean() == pytest.approx(0.5 / (power + 1), abs=5 * found.std() / np.sqrt(len(found)))
    assert np.asarray(weight).mean() == pytest.approx(1.0, abs=5 * np.asarray(weight).std() / np.sqrt(len(found)))
    assert np.all((np.asarray(u) >= 0) & (np.asarray(u) <= 1))


def test_what_was_learnt_has_less_spread():
    """Of u^6: the best density is u^6 itself, and a grid of it leaves a tenth of the variance."""
    worth = ((np.arange(CELLS) + 0.5) / CELLS) ** 12
    u, weight = adapt(np.stack([worth])).warp(EVENLY[:, :1])
    even, drawn = np.asarray(EVENLY[:, 0]) ** 6, np.asarray(weight * u[:, 0] ** 6)
    assert drawn.var() < 0.1 * even.var()


def test_no_weight_is_too_large():
    grid = adapt(np.eye(1, CELLS, 3))
    _, weight = grid.warp(EVENLY[:, :1])
    assert np.max(weight) <= 1 / EVEN + 1e-12


def test_number_that_is_worth_nothing_stays_even():
    np.testing.assert_allclose(adapt(np.zeros((1, CELLS))).edges, evenly(1).edges, atol=1e-15)


def test_lattice_stays_in_the_unit_cube():
    u, _ = adapt(np.eye(1, CELLS, 3)).warp(lattice(jnp.zeros((), np.uint64), 1024, shifts((1,), 1)))
    assert np.all((np.asarray(u) >= 0) & (np.asarray(u) < 1))


def test_learning_serves_the_worst_node():
    """With what was learnt, as many lattices leave a smaller largest error; and the same flux within it."""
    before, after = (Simulation(source(rays=4096), SITE, Untagged()) for _ in range(2))
    before.left = [(0, unit) for unit in range(6 * PILOT)]
    after.left = before.left[:PILOT]
    for one in (before, after):
        while one.left:
            one.count()
    after.learn(1e-3)
    assert after.learnt == 1
    assert after.tallies[0].units == 0
    after.left = [(0, unit) for unit in range(6 * PILOT)]
    while after.left:
        after.count()
    # an error of 48 lattices is itself known to 10 %
    assert after.error() < 0.85 * before.error()
    ours, theirs = after.flux(), before.flux()
    square = np.asarray(ours.error) ** 2 + np.asarray(theirs.error) ** 2
    pull = np.asarray((ours.values - theirs.values).sum(axis=2)) / np.sqrt(np.where(square > 0, square, 1.0))
    assert np.abs(pull).max() < 4.5  # some hundred nodes


def test_learning_waits_for_the_pilot_and_for_need():
    one = Simulation(source(rays=128), SITE, Untagged())
    one.learn(1e-3)
    assert one.learnt == 0
    one.left = [(0, unit) for unit in range(PILOT)]
    while one.left:
        one.count()
    one.learn(0.9)
    assert one.learnt == 0
