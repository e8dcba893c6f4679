"""What counters leave of pulls: against a plain inverse, against finite steps, and against a likelihood."""

import numpy as np
import pytest
from monitored_toys import EFFICIENCY, HALO, METER, F, counted, monitors

from ontarget.analysis.monitored.counted_pulls import CountedPulls, count_pulls, width_of
from ontarget.ground.address import replace
from ontarget.inference.fit import covariance, pull_parameters
from ontarget.inference.likelihood import Scale, likelihood


def test_covariance_is_the_inverse_of_the_information():
    """With f of 2 % the matrix is so well conditioned that its plain inverse is good to rounding, 1e-10 of it."""
    found = counted()
    mean, slopes = found.counts["counter"]
    weight = 1 / (mean + (F * mean) ** 2)
    information = (slopes.T * weight) @ slopes + np.diag([EFFICIENCY**-2, 1, 1])
    wanted = np.linalg.inv(information)[1:, 1:]
    np.testing.assert_allclose(found.covariance(["counter"], F), wanted, rtol=1e-10)
    exact = np.linalg.inv(information[1:, 1:])
    np.testing.assert_allclose(found.covariance(["counter"], F, known=["efficiency"]), exact, rtol=1e-10)
    before = np.array([[1.5, 0.3], [0.3, 0.8]])
    other = information + np.pad(np.linalg.inv(before) - np.eye(2), ((1, 0), (1, 0)))
    wider = np.linalg.inv(other)[1:, 1:]
    np.testing.assert_allclose(found.covariance(["counter"], F, before=before), wider, rtol=1e-10)
    information[0, 0] += EFFICIENCY**-2 * (1 / 9 - 1)
    wider = np.linalg.inv(information)[1:, 1:]
    np.testing.assert_allclose(found.covariance(["counter"], F, factors={"efficiency": 3.0}), wider, rtol=1e-10)
    np.testing.assert_allclose(found.covariance([], F), np.eye(2), atol=1e-15)


def test_few_counts():
    """One bin of n counts, all of them by one pull that scales it: 1 / (1 + n) is left, 1 / (1 + n / (1 + f^2 n))."""
    found = CountedPulls(("only",), {}, {"counter": (np.array([9.0]), np.array([[9.0]]))})
    np.testing.assert_allclose(found.covariance(["counter"], 0.0), [[0.1]], rtol=1e-12)
    np.testing.assert_allclose(found.covariance(["counter"], 0.5), [[1 / (1 + 9 / (1 + 9 / 4))]], rtol=1e-12)


@pytest.fixture(scope="module")
def behind():
    return monitors()[0].precomputed()


def test_counts_and_what_each_number_adds(behind):
    """Counts are linear in pulls and in the halo: whole steps, to rounding of the largest count."""
    names = behind.source.yields.names
    found = count_pulls((behind,), names, (METER, HALO))
    assert found.priors == pytest.approx({"efficiency": EFFICIENCY, "halo": 0.3})
    mean, slopes = found.counts["behind"]
    start = np.asarray(behind.bins())
    np.testing.assert_allclose(mean, start, rtol=1e-12)
    assert slopes.shape == (len(start), 2 + len(names))
    for i, name in enumerate(names, start=2):
        step = np.asarray(replace(behind, {f"source.yields.pulls.{name}.value": 1.0}).bins()) - start
        np.testing.assert_allclose(slopes[:, i], step, atol=1e-10 * start.max())
    halo = np.asarray(behind.exposure.protons(behind.facility) * behind.instrument.background()).ravel()
    np.testing.assert_allclose(slopes[:, 1], halo, atol=1e-10 * start.max())
    np.testing.assert_allclose(slopes[:, 0], start - halo, rtol=1e-10, atol=1e-10 * start.max())


def test_pulls_after_are_those_of_a_likelihood(behind):
    """Another way to the same: the covariance of a fit of pulls and nuisances to the counts that are expected.

    The likelihood's expansion is good to 1e-4 Poisson standard deviations, and its counts are of 1e5 and less.
    """
    names = behind.source.yields.names
    left = count_pulls((behind,), names, (METER, HALO)).covariance(("behind",), 0.0)
    parameters = [*pull_parameters((behind,)), METER, HALO]
    wanted = covariance(likelihood((behind,), parameters, tolerance=1e-4))
    np.testing.assert_allclose(left, wanted[: len(names), : len(names)], atol=1e-4)
    assert left[0, 0] < 0.5  # the pions of the beam are counted: their pulls are known better than before


def test_a_pull_of_others_is_exact(behind):
    """Only the pulls that are asked for are free, in their order."""
    found = count_pulls((behind,), ("pi+_1_0", "pi+_0_0"))
    every = count_pulls((behind,), behind.source.yields.names)
    places = [behind.source.yields.names.index(one) for one in found.pulls]
    np.testing.assert_allclose(found.counts["behind"][1], every.counts["behind"][1][:, places], rtol=1e-12)
    assert not found.priors


def test_without_a_prior_the_width_is_infinite():
    free = Scale("size", "*.instrument.efficiency", 0.1, 3.0)
    assert width_of(free, monitors()[:1]) == np.inf
