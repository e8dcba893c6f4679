"""Integrals by bridge sampling against those of Gaussians, and of one of two lumps."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.inference.posterior.bridge import bridge

COVARIANCE = np.array([[1.0, 0.9, 0.0], [0.9, 1.5, 0.3], [0.0, 0.3, 0.2]])
LOG = 0.5 * np.linalg.slogdet(2 * np.pi * COVARIANCE)[1]


def gaussian(points):
    return -0.5 * np.einsum("ni,ij,nj->n", points, np.linalg.inv(COVARIANCE), points) + 7.0


def everywhere(points):
    return np.ones(len(points), bool)


def test_a_gaussian_has_its_integral():
    draws = np.random.default_rng(1).multivariate_normal(np.zeros(3), COVARIANCE, 4000)
    found = bridge(draws, gaussian, everywhere, 4000.0, 3)
    assert found.error < 0.02
    assert found.log == pytest.approx(LOG + 7.0, abs=4 * found.error)


def test_its_error_is_its_scatter():
    random, found = np.random.default_rng(2), []
    for seed in range(40):
        draws = random.multivariate_normal(np.zeros(3), COVARIANCE, 400)
        found.append(bridge(draws, gaussian, everywhere, 400.0, seed))
    scatter = np.std([one.log for one in found], ddof=1)
    # the scatter of forty is known to 11 %
    assert scatter == pytest.approx(np.mean([one.error for one in found]), rel=0.4)


def test_a_region_counts_for_itself():
    """Half of a Gaussian: draws on one side only, and the density is asked there only."""
    draws = np.abs(np.random.default_rng(3).standard_normal((4000, 1)))
    found = bridge(draws, lambda x: -0.5 * x[:, 0] ** 2, lambda x: x[:, 0] > 0, 4000.0, 1)
    assert found.log == pytest.approx(0.5 * np.log(np.pi / 2.0), abs=4 * found.error)
    assert found.error < 0.03


def test_what_cannot_be_bridged_is_said():
    draws = np.random.default_rng(3).standard_normal((40, 1))
    found = bridge(draws, lambda x: -0.5 * x[:, 0] ** 2, lambda x: x[:, 0] > 1e9, 40.0, 1)
    assert found.error == np.inf
