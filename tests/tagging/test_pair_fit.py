"""The fit of a pair with a vertex: exact where nothing is smeared, and the minimum that another program finds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from monitor_toys import MUONS, PIONS, TAGGER
from scipy.optimize import least_squares

from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.units import GeV, m, mm
from ontarget.tagging.pair_fit import fit_pairs
from ontarget.tagging.two_body import covariance_of_known, errors_of_track, muon_of

LENGTH = 40 * m


NUMBER = 4000


def truth(random: np.random.Generator, number: int = NUMBER):
    """Decays with their vertices: pion and vertex, z, depth; always as many, so that little is compiled."""
    normal = random.standard_normal((number, 7))
    known = normal * [18 * mm, 18 * mm, 7e-3, 7e-3, 0.6 * GeV, 0.7 * m, 0.7 * m] + [0, 0, 0, 0, 8.4 * GeV, 0, 0]
    return known, random.uniform(0, LENGTH, number), random.uniform(67 * m, 89 * m, number)


@jax.jit
def followed(known, z, depth):
    """What follows for the muon, and the energies."""
    return jax.vmap(muon_of, (0, 0, 0, None))(known, z, depth, jnp.asarray(LENGTH))


def muons(known, z, depth):
    """The same in NumPy."""
    return tuple(np.asarray(one) for one in followed(known, z, depth))


def smeared(rows, covariances, random):
    """Measured, by these covariances."""
    return rows + np.einsum("nij,nj->ni", np.linalg.cholesky(covariances), random.standard_normal(rows.shape))


@jax.jit
def covariances(known, depth, muon):
    """Of pion and vertex, and of the muon."""
    before = jax.vmap(lambda one, d: covariance_of_known(PIONS, TAGGER.vertex, one, d))(known, depth)
    return before, jax.vmap(lambda one: errors_of_track(MUONS, one[4], muon_mass, -1).whole)(muon)


@pytest.fixture(scope="module")
def measured():
    """z, depth, energy, and what is measured of pion with vertex, and of the muon."""
    random = np.random.default_rng(5)
    known, z, depth = truth(random)
    muon, energy = muons(known, z, depth)
    before, after = (np.asarray(one) for one in covariances(known, depth, muon))
    return z, depth, energy, smeared(known, before, random), smeared(muon, after, random)


def starts(z):
    """As the tagger takes them."""
    return np.stack([z, z / 2, (z + LENGTH) / 2], axis=1)


def test_energy_and_momentum_are_kept():
    known, z, depth = truth(np.random.default_rng(2))
    muon, energy = muons(known, z, depth)
    left = np.sqrt(known[:, 4] ** 2 + pion_mass**2) - energy
    np.testing.assert_allclose(np.sqrt(muon[:, 4] ** 2 + muon_mass**2), left, rtol=1e-13)


def test_exact_tracks_give_the_exact_energy():
    known, z, depth = truth(np.random.default_rng(3))
    muon, energy = muons(known, z, depth)
    known, z, depth, muon, energy = (one[:200] for one in (known, z, depth, muon, energy))
    chi_square, found, _, where = fit_pairs(known, muon, starts(0.8 * z), depth, LENGTH, TAGGER)
    np.testing.assert_allclose(found, energy, rtol=1e-12)  # rounding, of differences of slopes over 40 m
    np.testing.assert_allclose(where, z, atol=1e-9 * m)
    assert chi_square.max() < 1e-15


def test_chi_square_and_errors_are_what_they_say(measured):
    z, depth, energy, known, muon = measured
    chi_square, found, error, _ = fit_pairs(known, muon, starts(z), depth, LENGTH, TAGGER)
    assert abs(chi_square.mean() - 4) < 0.18  # four degrees of freedom: four standard deviations of the mean
    pull = np.sort(np.abs(found - energy) / error)
    assert abs(pull[round(0.6827 * len(pull))] - 1) < 0.05  # twice the statistical error; the fit is not linear


def test_minimum_is_that_of_an_independent_program(measured):
    # the weights that the fit uses, of what was measured
    before, after = (np.asarray(one[:12]) for one in covariances(measured[3], measured[1], measured[4]))
    z, depth, _, known, muon = (one[:12] for one in measured)
    chi_square, *_ = fit_pairs(known, muon, starts(z), depth, LENGTH, TAGGER)
    exact = jax.jit(lambda known, z, depth: muon_of(known, z, depth, jnp.asarray(LENGTH))[0])
    for i in range(12):
        first, second = np.linalg.inv(np.linalg.cholesky(before[i])), np.linalg.inv(np.linalg.cholesky(after[i]))

        def residuals(free, i=i, first=first, second=second):
            there, place = free[:7] * np.sqrt(np.diag(before[i])) + known[i], free[7] * m
            return np.concatenate(
                [first @ (there - known[i]), second @ (np.asarray(exact(there, place, depth[i])) - muon[i])]
            )

        found = least_squares(residuals, [0.0] * 7 + [z[i] / m], x_scale="jac", xtol=1e-12, ftol=1e-12)
        # weights of Gauss-Newton move with the steps by 1e-3, and there may be a better minimum far away
        assert chi_square[i] < 2 * found.cost * 1.01 + 1e-3


def test_hopeless_pairs_do_not_spoil_their_neighbours(measured):
    z, depth, _, known, muon = (one[:3].copy() for one in measured)
    alone = fit_pairs(known[:1], muon[:1], starts(z[:1]), depth[:1], LENGTH, TAGGER)
    muon[1, 4], muon[1, 0] = 1e-3, 50 * m
    beside = fit_pairs(known, muon, starts(z), depth, LENGTH, TAGGER)
    np.testing.assert_allclose([one[0] for one in alone], [one[0] for one in beside], rtol=1e-12)
