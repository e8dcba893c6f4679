"""Toys: the same however they are split, with the moments they should have, outside measurements included."""

from __future__ import annotations

import itertools

import jax
import numpy as np
import pytest
from inference_toys import Line, csi
from scipy.stats import kstest

from ontarget.ground.errors import InputError
from ontarget.inference.fit.fit import fit
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian, LogNormal
from ontarget.inference.toys.toys import (
    BLOCK,
    Toys,
    batches,
    expected_counts,
    fit_toys,
    observing,
    profile_ratios,
    starts_of,
    throw,
    thrown_ratios,
)

FALLING = np.exp(-np.arange(20.0) / 6.0)
SIGNAL = Scale("signal", "*.signal_scale", 0.0, 3.0)


@pytest.fixture(scope="module")
def line():
    """Two scales: nothing known of the signal, the background by far best known from outside."""
    back = Scale("back", "*.background_scale", 0.5, 1.5, prior=Gaussian(1.0, 0.01))
    return likelihood(Line("line", 40.0 * FALLING, np.full(20, 9.0)), [SIGNAL, back])


@pytest.fixture(scope="module")
def coupling():
    """Two minima, mirror images in the weak charge, and a normalisation known up to a factor."""
    eps = Parameter("eps", "*.couplings.ee_u", -1.0, 1.0)
    norm = Scale("norm", "*.source.scale", 0.3, 1.9, prior=LogNormal(1.0, 0.1))
    return likelihood(csi(exposure=0.02), [eps, norm])


def test_any_split_gives_the_same_toys(coupling):
    theta = coupling.theta({"eps": 0.1, "norm": 1.2})
    whole = throw(coupling, theta, 7, 3 * BLOCK + 50)
    for cuts in ([0, 1, 2, 300, 600, 818], [0, BLOCK, 2 * BLOCK, 818], [0, 400, 818]):
        parts = [throw(coupling, theta, 7, b - a, first=a) for a, b in itertools.pairwise(cuts)]
        for one, pieces in zip(whole, zip(*parts, strict=True), strict=True):
            np.testing.assert_array_equal(one, np.concatenate(pieces))
    assert (throw(coupling, theta, 8, 50).counts != whole.counts[:50]).any()
    assert (throw(coupling, theta, 7, 50, stream=(1,)).counts != whole.counts[:50]).any()


def test_ratios_do_not_depend_on_how_toys_are_split(line):
    theta = line.theta({"signal": 0.3})
    whole = thrown_ratios(line, "signal", theta, 3, 400)
    parts = [thrown_ratios(line, "signal", theta, 3, number, first=first) for first, number in ((0, 150), (150, 250))]
    # the same toys, from fits that stop within 1e-7 of the minimum
    np.testing.assert_allclose(np.concatenate([one.q for one in parts]), whole.q, atol=1e-6)


def test_jax_keys_are_seeds(line):
    theta = line.theta({})
    one, same, other = (throw(line, theta, jax.random.key(seed), 5).counts for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_batches_cut_at_fixed_places(line):
    assert [first for first, _ in batches(line, 20000)] == list(range(0, 20000, 16 * BLOCK))
    assert list(batches(line, 5000, 4000)) == [(4000, 96), (4096, 4096), (8192, 808)]


def test_counts_and_shifts_have_their_moments(coupling):
    theta = coupling.theta({"norm": 1.21})
    toys, number = throw(coupling, theta, 0, 4000), 4000
    mean = expected_counts(coupling, theta)
    # 144 bins: four and a half standard deviations of each mean, and of the variance (2 mu^2 + mu) / N
    assert (np.abs(toys.counts.mean(0) - mean) < 4.5 * np.sqrt(mean / number)).all()
    assert (np.abs(toys.counts.var(0) - mean) < 4.5 * np.sqrt((2 * mean**2 + mean) / number)).all()
    assert (toys.shifts[:, 0] == 0).all()  # nothing was measured outside
    assert kstest(toys.shifts[:, 1] - np.log(1.21) / 0.1, "norm").pvalue > 1e-3


def test_the_likelihood_of_one_toy_is_what_score_minimises(coupling):
    theta = coupling.theta({"eps": 0.05, "norm": 1.1})
    toys = throw(coupling, theta, 5, 40)
    starts = np.repeat(starts_of(coupling, coupling.names, theta)[:, None], 40, axis=1)
    assert len(starts) > 1  # two minima
    fits = fit_toys(coupling, coupling.names, starts, toys)
    assert fits.converged.all()
    for index in (0, 11, 39):
        one = observing(coupling, toys, index)
        assert float(one.minus_two_log(fits.free[index])) == pytest.approx(fits.value[index], abs=1e-6)
        assert fit(one).minimum == pytest.approx(fits.value[index], abs=1e-5)
    # a fixed parameter's constraint counts as well
    held = fit_toys(coupling, ["eps"], starts, toys)
    one = observing(coupling, toys, 11)
    assert float(one.minus_two_log(np.array([held.free[11, 0], 1.1]))) == pytest.approx(held.value[11], abs=1e-6)


def test_constraints_must_be_drawn_too(line):
    """The background is known to 1 % from outside, to 9 % by the counts: its fit is the outside measurement.

    Drawn anew it has a pull of unit width around the truth; left at its centre it hardly moves.
    """
    theta = line.theta({})
    toys = throw(line, theta, 2, 1500)
    starts = np.repeat(theta[None, None], 1500, axis=1)
    drawn = fit_toys(line, line.names, starts, toys)
    stiff = fit_toys(line, line.names, starts, Toys(toys.counts, np.zeros_like(toys.shifts)))
    assert drawn.converged.all()
    pulls, frozen = (drawn.free[:, 1] - 1.0) / fit(line).errors["back"], (stiff.free[:, 1] - 1.0) / 0.01
    assert kstest(pulls, "norm").pvalue > 1e-3
    assert pulls.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * 1500))
    assert frozen.std() < 0.25


def test_ratios_are_not_negative_and_missed_minima_are_rare(coupling):
    theta = coupling.theta({"eps": 0.05})
    toys = throw(coupling, theta, 1, 200)
    ratios = profile_ratios(coupling, "eps", theta, toys)
    assert ratios.converged.all()
    assert ratios.q.min() > -1e-6
    for index in (3, 77, 150):  # the whole machinery for one data set at a time
        one = observing(coupling, toys, index)
        assert ratios.q[index] == pytest.approx(fit(one, {"eps": 0.05}).minimum - fit(one).minimum, abs=1e-5)


def test_wrong_requests_are_refused(line):
    with pytest.raises(InputError, match="one or more"):
        throw(line, line.theta({}), 0, 0)
    with pytest.raises(InputError, match="not negative"):
        throw(line, line.theta({}), -1, 5)
