"""R-hat and the effective number of draws against closed forms and NumPyro's."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.inference.posterior.convergence import effective_sample_size, normal_scores, split_rhat


def autoregressive(rho, chains=4, length=4000, seed=0):
    """Chains whose neighbours have correlation rho: worth n (1 - rho) / (1 + rho) independent draws."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((chains, length))
    found = np.empty_like(noise)
    found[:, 0] = noise[:, 0]
    for i in range(1, length):
        found[:, i] = rho * found[:, i - 1] + np.sqrt(1 - rho**2) * noise[:, i]
    return found


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9, -0.3])
def test_effective_number_of_an_autoregressive_chain(rho):
    chains = autoregressive(rho)
    # the error of an autocorrelation time from n tau^-1 pieces
    assert effective_sample_size(chains) == pytest.approx(chains.size * (1 - rho) / (1 + rho), rel=0.15)
    assert split_rhat(chains) < 1.01


def test_agrees_with_numpyro():
    diagnostics = pytest.importorskip("numpyro.diagnostics")
    chains = autoregressive(0.5, length=500, seed=1)
    scores = normal_scores(chains)
    folded = normal_scores(np.abs(chains - np.median(chains)))
    theirs = max(diagnostics.split_gelman_rubin(one) for one in (scores, folded))
    # theirs lacks the factor n / (n - 1) of one of the variances
    assert split_rhat(chains) == pytest.approx(float(theirs), abs=2e-3)
    halves = normal_scores(chains.reshape(8, 250))
    assert effective_sample_size(chains) == pytest.approx(float(diagnostics.effective_sample_size(halves)), rel=0.02)


def test_chains_that_disagree_are_seen():
    random = np.random.default_rng(2)
    chains = random.standard_normal((4, 500))
    assert split_rhat(chains + np.array([[0.0], [0.0], [0.0], [1.0]])) > 1.05
    assert split_rhat(chains * np.array([[1.0], [1.0], [1.0], [3.0]])) > 1.05  # same mean, other width
    assert split_rhat(chains + np.linspace(0.0, 2.0, 500)) > 1.05  # all drift together
    assert effective_sample_size(chains + np.array([[0.0], [0.0], [5.0], [5.0]])) < 20


def test_chains_that_stand_still():
    assert split_rhat(np.array([[1.0] * 10, [2.0] * 10])) == np.inf
    assert split_rhat(np.ones((2, 10))) == 1.0
    assert effective_sample_size(np.ones((2, 10))) == 1.0


def test_scores_share_ranks():
    np.testing.assert_allclose(normal_scores(np.array([[3.0, 1.0, 1.0, 7.0]]))[0, [1, 2]], -0.7, atol=0.2)
    scores = normal_scores(np.arange(101.0)[None])
    assert scores[0, 50] == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(scores, -scores[:, ::-1], atol=1e-12)
