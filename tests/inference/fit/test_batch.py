"""Batched fits against an independent minimiser (iminuit) and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iminuit import Minuit
from inference_toys import Line, csi

from ontarget.inference.fit.batch import FEW, fit_many, is_convex
from ontarget.inference.fit.fallback import rescue
from ontarget.inference.fit.profile import lowest
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian
from ontarget.numerics import device

NUISANCES = [
    Scale("norm", "*.source.scale", 0.3, 1.7, prior=Gaussian(1.0, 0.1)),
    Scale("back", "*.background_scale", 0.9, 1.1, prior=Gaussian(1.0, 0.01)),
]
NUISANCE = Scale("back", "*.background_scale", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
EPS = [Parameter(f"eps_{one}", f"*.couplings.{one}", -1.0, 1.0) for one in ("ee_u", "ee_d", "em_u", "mm_d")]


@pytest.fixture(scope="module")
def nsi():
    return likelihood(csi(exposure=0.02), EPS + NUISANCES)


@pytest.fixture(scope="module")
def points(nsi):
    random = np.random.default_rng(11)
    thetas = np.repeat(np.asarray(nsi.start)[None], 200, axis=0)
    thetas[:, :4] = random.uniform(-1, 1, size=(200, 4))
    return thetas


def plain(nsi, free, theta):
    """-2 ln L of the free parameters, written out once more with nothing of the package but the coefficients."""
    orders, coefficients = np.asarray(nsi.expansion.orders), np.asarray(nsi.expansion.coefficients)
    half, data = np.asarray(nsi.expansion.half), np.asarray(nsi.data)
    assert not np.asarray(nsi.expansion.chebyshev).any()
    places = [nsi.names.index(name) for name in free]

    def function(values):
        point = theta.copy()
        point[places] = values
        mu = np.maximum(np.prod((point / half) ** orders, axis=1) @ coefficients, 1e-9)
        pulls = (point[4] - 1.0) / 0.1, (point[5] - 1.0) / 0.01
        return 2 * (mu - data + data * np.log(data / mu)).sum() + pulls[0] ** 2 + pulls[1] ** 2

    return function


def minuit(function, start, low, high):
    found = Minuit(function, np.asarray(start, float))
    found.errordef, found.limits, found.tol = 1.0, list(zip(low, high, strict=True)), 1e-3
    found.migrad(ncall=2000)
    return found.fval


@pytest.mark.parametrize("free", [("norm", "back"), ("eps_em_u", "eps_mm_d", "norm", "back")])
def test_profiles_agree_with_minuit_at_two_hundred_random_points(nsi, points, free):
    places = [nsi.names.index(name) for name in free]
    low, high = (np.asarray(one)[places] for one in (nsi.expansion.low, nsi.expansion.high))
    fits = lowest(nsi, free, points)
    assert fits.converged.all()
    random = np.random.default_rng(3)
    for theta, values, value in zip(points, fits.free, fits.value, strict=True):
        function = plain(nsi, free, theta)
        assert function(values) == pytest.approx(value, abs=1e-6)
        start = np.asarray(nsi.start)[places] + [0.0 if one in ("norm", "back") else 0.1 for one in free]
        wild = np.where(np.isin(free, ("norm", "back")), start, random.uniform(low, high))
        # from its own start and a wild one Minuit may end in a higher minimum; from ours it must not go lower
        others = [minuit(function, one, low, high) for one in (start, wild, np.clip(values, low + 1e-6, high - 1e-6))]
        assert abs(value - min(others)) < 1e-3
        assert value < min(others) + 1e-6 * max(1.0, value / 1e3)


def test_edges_are_respected_and_reported(nsi, points):
    fits = fit_many(nsi, ["norm", "back"], points)
    low, high = np.asarray(nsi.expansion.low)[4:], np.asarray(nsi.expansion.high)[4:]
    assert (fits.free >= low).all()
    assert (fits.free <= high).all()
    touches = ((fits.free == low) | (fits.free == high)).any(axis=1)
    np.testing.assert_array_equal(fits.at_edge, touches)
    assert 0.2 < touches.mean() < 0.99  # large couplings pull the normalisation to the end of its box
    assert fits.converged.all()


def test_numpy_and_compiled_fits_agree(nsi, points):
    """One walk, step by step the same: from saddles, to edges, where the Hessian is not positive."""
    free = ["eps_em_u", "norm", "back"]
    compiled = fit_many(nsi, free, points[: 3 * FEW])
    for low in range(0, 3 * FEW, FEW):
        some = slice(low, low + FEW)
        host = fit_many(nsi, free, points[some])
        np.testing.assert_allclose(host.value, compiled.value[some], rtol=1e-9, atol=2e-7)
        np.testing.assert_array_equal(host.converged, compiled.converged[some])


def test_any_number_of_points_gives_the_same(nsi, points):
    all_at_once = fit_many(nsi, ["norm", "back"], points)
    for some in (slice(0, 1), slice(3, 20), slice(50, 120)):
        np.testing.assert_allclose(
            fit_many(nsi, ["norm", "back"], points[some]).value, all_at_once.value[some], atol=1e-6
        )


def test_nothing_free_is_the_likelihood_itself(nsi, points):
    np.testing.assert_allclose(fit_many(nsi, [], points).value, nsi.minus_two_log(points), rtol=1e-12)


def test_toys_are_fitted_together(nsi):
    random = np.random.default_rng(2)
    data = random.poisson(np.asarray(nsi.data), size=(60, 144)).astype(float)
    thetas = np.repeat(np.asarray(nsi.start)[None], 60, axis=0)
    together = fit_many(nsi, ["norm", "back"], thetas, data, np.arange(60))
    assert together.converged.all()
    for toy in (0, 17, 59):
        alone = fit_many(nsi.with_data([data[toy]]), ["norm", "back"], thetas[:1])
        assert together.value[toy] == pytest.approx(alone.value[0], abs=1e-6)


def test_a_saddle_is_left():
    """With more counts than the standard coupling gives, a flavour-changing coupling of zero is a maximum."""
    found = likelihood(csi(exposure=0.02), [EPS[2]]).asimov(eps_em_u=0.2)
    fits = fit_many(found, ["eps_em_u"], np.zeros((1, 1)))
    assert fits.converged[0]
    assert abs(fits.free[0, 0]) == pytest.approx(0.2, abs=1e-4)
    assert fits.value[0] < 1e-6


def test_convexity_is_seen(nsi):
    assert is_convex(nsi, ["norm", "back"])
    assert not is_convex(nsi, ["eps_ee_u"])
    assert not is_convex(nsi, ["eps_ee_u", "norm"])


def test_the_rescue_finds_what_scoring_did_not(nsi, points):
    good = fit_many(nsi, ["norm", "back"], points[:10])
    spoilt = good._replace(free=np.ones((10, 2)), value=good.value + 5.0, converged=np.array([False] * 3 + [True] * 7))
    mended = rescue(nsi, ["norm", "back"], points[:10], spoilt)
    np.testing.assert_allclose(mended.value[:3], good.value[:3], atol=1e-5)
    np.testing.assert_array_equal(mended.value[3:], spoilt.value[3:])


templates = st.lists(st.floats(0.5, 100), min_size=4, max_size=4)


@settings(max_examples=20, deadline=None)
@given(templates, st.floats(0.3, 1.7))
def test_one_scale_has_the_closed_form(signal, truth):
    """Without background or prior the best scale is sum n / sum s, exactly."""
    found = likelihood(Line("line", np.array(signal), np.zeros(4)), [Scale("s", "*.signal_scale", 0.1, 3.0)])
    data = np.floor(truth * np.array(signal) + 1.0)
    best = data.sum() / np.sum(signal)
    fits = fit_many(found.with_data([data]), ["s"], np.ones((1, 1)))
    # the vertical distance of 1e-7 is a horizontal one of its root, in standard deviations
    assert fits.free[0, 0] == pytest.approx(min(best, 3.0), abs=4e-4 * np.sqrt(best / np.sum(signal)) + 1e-9)
    assert bool(fits.at_edge[0]) == (best >= 3.0)


def test_blocks_as_large_as_on_an_accelerator_give_the_same_fits(monkeypatch):
    """One block holds all points there; what comes out differs by rounding."""
    line = Line("line", np.array([40.0, 30.0, 20.0]), np.array([10.0, 10.0, 12.0]))
    nll = likelihood(line, [Scale("signal", "*.signal_scale", 0.0, 3.0), NUISANCE])
    counts = np.random.default_rng(3).poisson(nll.expected()[0], size=(600, 3)).astype(float)
    thetas = np.repeat(np.asarray(nll.start)[None], 600, axis=0)
    small = fit_many(nll, nll.names, thetas, counts, np.arange(600))
    card = device.Device("gpu", "", 2**34, True)
    monkeypatch.setattr(device, "rows", card.rows)
    assert card.rows(8 * 3 * 3) > 600
    large = fit_many(nll, nll.names, thetas, counts, np.arange(600))
    # ends of descents: where the distance to the minimum is 1e-9, -2 ln L is the same to this
    np.testing.assert_allclose(large.value, small.value, atol=1e-8)
    assert large.converged.all()
