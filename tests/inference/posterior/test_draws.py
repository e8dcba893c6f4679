"""Posterior draws against closed forms and quadrature: chains, modes and their shares, nested sampling, evidence."""

from __future__ import annotations

import sys

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import gamma, norm

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.fit import fit
from ontarget.inference.likelihood import Gaussian, LogNormal, Parameter, Scale, likelihood
from ontarget.inference.posterior import NUTS, Nested, marginal, sample, target
from ontarget.inference.posterior.draws import Diagnostics, Mode, sentences
from ontarget.inference.posterior.modes import _joined
from ontarget.inference.posterior.unit_cube import UnitCube
from ontarget.numerics.job import empty


class Folded(Noun):
    """Counts that a coupling leaves as they are where it turns the sign of an amplitude; and a number of no effect."""

    name: str = static(default="folded")
    coupling: Scalar = quantity(default=0.0)
    idle: Scalar = quantity(default=1.0)

    def bins(self):
        # the second nucleus turns at another coupling: the second minimum is less deep
        return jnp.stack([60.0 * (1 - 2 * self.coupling) ** 2, 20.0 * (1 - 1.8 * self.coupling) ** 2]) + 4.0


def counts(coupling):
    return np.stack([60.0 * (1 - 2 * coupling) ** 2, 20.0 * (1 - 1.8 * coupling) ** 2]) + 4.0


@pytest.fixture(scope="module")
def folded():
    idle = Parameter("idle", "*.idle", 0.7, 1.2, prior=Gaussian(1.0, 0.1))
    return likelihood(Folded(), [Parameter("coupling", "*.coupling", -0.5, 1.5), idle])


@pytest.fixture(scope="module")
def exact():
    """Shares, mean and variance of the coupling, and the evidence, by summing 40001 points."""
    x = np.linspace(-0.5, 1.5, 40_001)
    mu, n = counts(x), counts(0.0)[:, None]
    density = np.exp(-(mu - n + n * np.log(n / mu)).sum(axis=0))
    mass = density.sum()
    mean = (x * density).sum() / mass
    second = density[x > 0.53].sum() / mass  # the barrier, where both amplitudes are nearly zero
    return {
        "x": x,
        "density": density,
        "second": second,
        "mean": mean,
        "variance": ((x - mean) ** 2 * density).sum() / mass,
        "evidence": np.log(mass * (x[1] - x[0]) / 2.0),
    }


@pytest.fixture(scope="module")
def chains(folded):
    return sample(folded, NUTS(chains=3, warmup=200, draws=600, seed=3))


@pytest.fixture(scope="module")
def nested(folded):
    return sample(folded, Nested(live=100, seed=3, precision=0.1))


def test_fits_find_both_modes(folded):
    found = target(folded)
    assert found.number_of_modes == 2
    first, second = (found.minima[np.array(found.modes) == mode][0] for mode in (0, 1))
    assert first == pytest.approx([0.0, 1.0], abs=1e-4)
    assert second[0] == pytest.approx(1.0, abs=0.05)
    points = np.array([[-0.4, 1.1], [0.3, 0.8], [0.8, 1.0], [1.45, 1.1]])
    assert found.mode_of(points).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("sampler", ["chains", "nested"])
def test_two_modes_have_the_shares_of_quadrature(sampler, exact, request):
    draws = request.getfixturevalue(sampler)
    assert len(draws.modes) == 2
    second = draws.modes[1]
    assert 0.0 < second.share_error < 0.06
    # four of the errors that they give themselves
    assert second.share == pytest.approx(exact["second"], abs=4 * second.share_error)
    assert draws.evidence == pytest.approx(exact["evidence"], abs=4 * draws.evidence_error)
    assert draws.evidence_error < 0.3
    assert draws.weights.sum() == pytest.approx(1.0)
    place = draws.names.index("coupling")
    spread = np.sqrt(exact["variance"] / draws.diagnostics.effective.min()) + 4 * second.share_error
    assert draws.mean[place] == pytest.approx(exact["mean"], abs=4 * spread)
    for one, mode in enumerate(draws.modes):
        assert draws.weights[draws.mode == one].sum() == pytest.approx(mode.share, rel=1e-9)


@pytest.mark.parametrize("sampler", ["chains", "nested"])
def test_what_the_data_do_not_know_keeps_its_prior(sampler, request):
    """The Gaussian of the idle parameter, cut at three of its sigma below and two above; no correlation."""
    draws = request.getfixturevalue(sampler)
    number = draws.diagnostics.effective.min()
    below, above = -3.0, 2.0
    mass = norm.cdf(above) - norm.cdf(below)
    mean = (norm.pdf(below) - norm.pdf(above)) / mass
    variance = 1.0 + (below * norm.pdf(below) - above * norm.pdf(above)) / mass - mean**2
    values = (draws.of("idle") - 1.0) / 0.1
    assert draws.weights @ values == pytest.approx(mean, abs=4 * np.sqrt(variance / number))
    assert draws.covariance[1, 1] / 0.01 == pytest.approx(variance, rel=4 * np.sqrt(2.0 / number))
    assert abs(draws.covariance[0, 1]) < 4 * np.sqrt(np.prod(np.diagonal(draws.covariance)) / number)
    for share in (0.05, 0.5, 0.95):
        height = norm.pdf(norm.ppf(norm.cdf(below) + share * mass)) / mass
        exact = norm.ppf(norm.cdf(below) + share * mass)
        error = np.sqrt(share * (1.0 - share) / number) / height
        assert (draws.quantile("idle", share) - 1.0) / 0.1 == pytest.approx(exact, abs=4 * error)


def test_chains_are_told_to_have_mixed(chains):
    told = chains.diagnostics
    assert told.pieces == (6, 6)
    assert (told.rhat < 1.02).all()
    assert told.divergences == 0
    assert 0.8 < told.acceptance <= 1.0
    assert (told.effective > 400).all()


def test_pieces_of_highest_density_are_those_of_quadrature(exact, chains):
    dense = marginal(chains, "coupling")
    (x,) = dense.grids.values()
    assert dense.values.sum() * (x[1] - x[0]) == pytest.approx(1.0)
    fine, density = exact["x"], exact["density"]
    ordered = np.sort(density)[::-1]
    above = fine[density > ordered[np.searchsorted(np.cumsum(ordered), 0.9 * ordered.sum())]]
    gap = int(np.argmax(np.diff(above)))
    pieces = dense.pieces(0.9)
    assert len(pieces) == 2
    for piece, part in zip(pieces, (above[: gap + 1], above[gap + 1 :]), strict=True):
        # a third of a sigma (0.05): the kernel's width, and the slope of the density where the interval ends
        assert (piece.low, piece.high) == pytest.approx((part[0], part[-1]), abs=0.017)


def test_one_mode_alone_is_as_the_fit_says(folded, chains):
    """At eighty counts the likelihood about the best fit is nearly Gaussian: its error is that of the draws."""
    best = fit(folded)
    mine = chains.of("coupling")[chains.mode == 0]
    assert mine.std() == pytest.approx(best.errors["coupling"], rel=0.1)
    assert chains.modes[0].depth == pytest.approx(best.minimum, abs=0.02)


class Counted(Noun):
    """One bin of a signal and nothing else."""

    name: str = static(default="counted")
    signal: Scalar = quantity(default=1.0)

    def bins(self):
        return self.signal * jnp.ones(1)


@pytest.mark.parametrize("seen", [0.0, 5.0])
def test_poisson_with_a_flat_prior_is_the_gamma_density(seen):
    found = likelihood(Counted(), [Parameter("signal", "*.signal", 0.0, 30.0)], [np.array([seen])])
    draws = sample(found, Nested(live=60, runs=1, seed=5, precision=0.1))
    number = draws.diagnostics.effective[0]
    exact = gamma(seen + 1.0)  # the box cuts off less than 1e-7 of it
    for share in (0.1, 0.5, 0.9):
        error = np.sqrt(share * (1 - share) / number) / exact.pdf(exact.ppf(share))
        assert draws.quantile("signal", share) == pytest.approx(exact.ppf(share), abs=4 * error)
    # the likelihood is 1 where mu = n: e^(n - mu) (mu / n)^n, over a box of 30
    saturated = seen - (seen * np.log(seen) if seen else 0.0)
    log = saturated + np.log(np.prod(np.arange(1.0, seen + 1.0)) / 30.0)
    assert draws.evidence == pytest.approx(log, abs=4 * draws.evidence_error)


def test_the_same_seed_gives_the_same_draws(folded, chains):
    again = sample(folded, NUTS(chains=3, warmup=200, draws=600, seed=3))
    np.testing.assert_array_equal(again.points, chains.points)
    job = Nested(live=50, runs=2, precision=1.0).job(target(folded))
    np.testing.assert_array_equal(*(job.compute(1)["points"] for _ in range(2)))


def test_modes_between_which_chains_go_are_one():
    begun = np.array([0, 1, 2, 0, 1, 2])
    labels = np.repeat(begun[:, None], 100, axis=1)
    assert _joined(labels, begun, 3, 10).tolist() == [0, 1, 2]
    to_and_fro = labels.copy()
    to_and_fro[0, :5], to_and_fro[1, :5] = 1, 0
    assert _joined(to_and_fro, begun, 3, 10).tolist() == [0, 0, 2]
    left = labels.copy()
    left[[2, 5], 1:] = 1  # chains of the third mode end in the second
    assert _joined(left, begun, 3, 10).tolist() == [0, 1, 1]
    one_way = labels.copy()
    one_way[2, 60:] = 1  # some draws of one chain, and none comes back
    assert _joined(one_way, begun, 3, 10).tolist() == [0, 1, 2]


def test_what_is_done_is_kept(folded, chains):
    """Four of six chains, as after an interruption: their draws, and a sentence."""
    sampler, found = NUTS(chains=3, warmup=200, draws=600, seed=3), target(folded)
    done = empty(sampler.job(found))
    with pytest.raises(KeyboardInterrupt):
        complete_some(sampler.job(found), done, 4)
    draws = sampler.gathered(found, done)
    assert draws.diagnostics.pieces == (4, 6)
    assert "Only 4 of 6" in draws.message
    np.testing.assert_array_equal(draws.points, chains.points[: 4 * 600])
    with pytest.raises(InputError, match="nothing to say"):
        sampler.gathered(found, empty(sampler.job(found)))


def complete_some(job, done, most):
    for chunk in job.wanted(done):
        if chunk == most:
            raise KeyboardInterrupt
        for name, values in job.compute(chunk).items():
            done.arrays[name][chunk] = values
        done.status[chunk] = True


def test_what_is_not_to_be_trusted_is_said():
    told = Diagnostics(np.array([1.0, 1.2]), np.array([900.0, 30.0]), 3, 0.9, 1000, (4, 4))
    lumps = tuple(Mode({}, 0.0, 0.5, 0.2, 100) for _ in range(2))
    said = " ".join(sentences(("good", "bad"), told, lumps, 0.6))
    for one in (
        "R-hat is above 1.01 (up to 1.2) for bad:",
        "(down to 30) of bad:",
        "3 steps diverged",
        "shares",
        "1.6",
    ):
        assert one in said
    fine = Diagnostics(np.ones(2), np.full(2, 900.0), 0, 0.9, 1000, (4, 4))
    assert sentences(("good", "bad"), fine, lumps[:1], 0.01) == []


def test_the_cube_is_the_prior_whatever_its_table(folded):
    """The mean of the likelihood over the cube is that over the prior, in closed form for the idle parameter."""
    cube = UnitCube(target(folded))
    u = (np.stack(np.meshgrid(*[np.arange(400)] * 2, indexing="ij"), -1).reshape(-1, 2) + 0.5) / 400
    points, rates = cube.points(u)
    assert ((points >= cube.target.box[0]) & (points <= cube.target.box[1])).all()
    below = (norm.cdf((points[:, 1] - 1.0) / 0.1) - norm.cdf(-3)) / (norm.cdf(2) - norm.cdf(-3))
    np.testing.assert_allclose(below, u[:, 1], atol=1e-4)  # cells of a 4096th of the box
    weights = np.exp(rates - 0.5 * ((points[:, 1] - 1.0) / 0.1) ** 2 - cube.mass)
    np.testing.assert_allclose(weights, 1.0, atol=2e-3)


def test_the_mass_of_a_logarithm_near_zero():
    """The box ends where the prior is 1e-10 of its largest: cells of the grid that reach below it have no mass."""
    toy = likelihood(Counted(), [Scale("signal", "*.signal", 0.13, 4.0, prior=LogNormal(1.0, 0.3))], [np.array([1.0])])
    x = np.linspace(0.13, 4.0, 200_001)
    exact = np.log(np.exp(-0.5 * (np.log(x) / 0.3) ** 2).mean() * 3.87)
    assert target(toy).prior_mass() == pytest.approx(exact, abs=1e-5)


@pytest.mark.parametrize("change", [{"chains": 1}, {"draws": 10}, {"acceptance": 1.5}])
def test_wrong_settings_are_refused(change):
    with pytest.raises(InputError):
        NUTS(**change)


def test_without_the_package_a_sentence_says_so(folded, monkeypatch):
    monkeypatch.setitem(sys.modules, "dynesty", None)
    with pytest.raises(InputError, match="ontarget\\[posterior\\]"):
        sample(folded, Nested())
    with pytest.raises(InputError, match="At least 50"):
        Nested(live=3)
    with pytest.raises(InputError, match="Leave one free"):
        target(folded, {"coupling": 0.0, "idle": 1.0})
