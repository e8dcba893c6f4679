"""Densities from draws: normalised, as narrow as what they are of, and regions in as many pieces as there are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaincinv, ndtri

from ontarget.ground.errors import InputError
from ontarget.inference.posterior import Diagnostics, Draws, Mode, marginal


def drawn(points, low, high, weights=None):
    """Draws as a sampler would give them."""
    count, free = points.shape
    names = tuple("xyz"[:free])
    weights = np.full(count, 1.0 / count) if weights is None else weights / weights.sum()
    told = Diagnostics(np.ones(free), np.full(free, 1.0 / (weights**2).sum()), 0, 1.0, count, (1, 1))
    lump = Mode(dict.fromkeys(names, 0.0), 0.0, 1.0, 0.0, count)
    box = np.full(free, float(low)), np.full(free, float(high))
    return Draws(names, points, weights, np.zeros(count), np.zeros(count, int), *box, (lump,), 0.0, 0.0, told, "")


def test_a_gaussian():
    draws = drawn(np.random.default_rng(1).standard_normal((20_000, 1)), -9.0, 9.0)
    density = marginal(draws, "x")
    (x,) = density.grids.values()
    assert density.values.sum() * (x[1] - x[0]) == pytest.approx(1.0)
    # 4000 draws are used: the kernel of 0.2 sigma widens by 2 %, draws scatter by 1.6 % at the ends
    exact = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    assert np.abs(density.values - exact).max() < 0.02
    for level in (0.6827, 0.9):
        (piece,) = density.pieces(level)
        reach = ndtri(0.5 + 0.5 * level)
        assert (piece.low, piece.high) == pytest.approx((-reach, reach), abs=0.12)
        assert not piece.open_low
        assert not piece.open_high


def test_two_narrow_lumps_stay_apart():
    random = np.random.default_rng(2)
    points = np.concatenate([random.normal(-5.0, 0.05, (2000, 1)), random.normal(5.0, 0.05, (2000, 1))])
    pieces = marginal(drawn(points, -9.0, 9.0), "x", points=2001).pieces(0.9)
    assert len(pieces) == 2
    for piece, centre in zip(pieces, (-5.0, 5.0), strict=True):
        assert 0.5 * (piece.low + piece.high) == pytest.approx(centre, abs=0.02)
        assert piece.width == pytest.approx(2 * 0.05 * ndtri(0.95), rel=0.3)


def test_a_small_lump_afar_does_not_blur_a_large_one():
    random = np.random.default_rng(6)
    points = np.concatenate([random.normal(0.0, 0.05, (3920, 1)), random.normal(8.0, 0.05, (80, 1))])
    (piece,) = marginal(drawn(points, -9.0, 9.0), "x", points=4001).pieces(0.9)
    # 90 % of all is 91.8 % of the large one
    assert piece.width == pytest.approx(2 * 0.05 * ndtri(0.959), rel=0.1)


def test_an_edge_of_the_box_loses_nothing():
    draws = drawn(np.random.default_rng(3).random((4000, 1)), 0.0, 1.0)
    density = marginal(draws, "x")
    np.testing.assert_allclose(density.values, 1.0, atol=0.25)  # five errors of a kernel that holds 440 draws
    (piece,) = marginal(drawn(np.random.default_rng(3).exponential(size=(4000, 1)), 0.0, 40.0), "x").pieces(0.9)
    assert piece.open_low
    assert piece.low == pytest.approx(0.0, abs=1e-12)
    assert piece.high == pytest.approx(np.log(10.0), abs=0.15)


def test_a_narrow_band_is_not_blurred():
    """Two parallel bands a tenth of their length apart: across, the density falls to nothing between them."""
    random = np.random.default_rng(4)
    along, across = random.uniform(-1.0, 1.0, 4000), random.normal(0.0, 0.02, 4000)
    side = np.where(random.random(4000) < 0.5, 0.1, -0.1)
    points = np.stack([along + across + side, -along + across + side], axis=1) / np.sqrt(2.0)
    density = marginal(drawn(points, -2.0, 2.0), "x", "y", points=201)
    x, y = density.grids.values()
    height = density.height(0.9)

    def at(u, v):
        return density.values[np.abs(x - u).argmin(), np.abs(y - v).argmin()]

    assert at(0.1 / np.sqrt(2), 0.1 / np.sqrt(2)) > height > 2 * at(0.0, 0.0)
    cell = (x[1] - x[0]) * (y[1] - y[0])
    assert density.values.sum() * cell == pytest.approx(1.0)


def test_a_region_in_two_dimensions_holds_what_it_says():
    points = np.random.default_rng(5).multivariate_normal([0.0, 0.0], [[1.0, 0.8], [0.8, 1.0]], 4000)
    density = marginal(drawn(points, -9.0, 9.0), "x", "y")
    x, y = density.grids.values()
    inside = (density.values > density.height(0.9)).sum() * (x[1] - x[0]) * (y[1] - y[0])
    # area of the ellipse of 90 %: the kernel adds about 7 % to each width
    assert inside == pytest.approx(np.pi * 2 * gammaincinv(1.0, 0.9) * 0.6, rel=0.2)


def test_weights_count():
    x = np.linspace(-4.0, 4.0, 4001)[:, None]
    draws = drawn(x, -9.0, 9.0, np.exp(-0.5 * x[:, 0] ** 2))
    assert draws.quantile("x", 0.84134) == pytest.approx(1.0, abs=0.01)
    assert draws.central("x", 0.6827) == pytest.approx((-1.0, 1.0), abs=0.01)
    assert draws.covariance[0, 0] == pytest.approx(1.0, abs=0.01)
    (piece,) = marginal(draws, "x").pieces(0.6827)
    assert (piece.low, piece.high) == pytest.approx((-1.0, 1.0), abs=0.1)


def test_wrong_requests_are_refused():
    draws = drawn(np.random.default_rng(1).random((50, 1)), 0.0, 1.0)
    with pytest.raises(InputError, match="not free when"):
        marginal(draws, "nothing")
    with pytest.raises(InputError, match="between 0 and 1"):
        marginal(draws, "x").pieces(90.0)
    with pytest.raises(InputError, match="share"):
        draws.quantile("x", 5.0)
    with pytest.raises(InputError, match="one or two"):
        marginal(draws)


def test_draws_as_a_dataset():
    pytest.importorskip("xarray")
    draws = drawn(np.random.default_rng(1).random((50, 2)), 0.0, 1.0)
    found = draws.to_xarray()
    np.testing.assert_array_equal(found["y"], draws.of("y"))
    assert float((found["x"] * found["weight"]).sum()) == pytest.approx(draws.mean[0])
    assert found.attrs["rhat_x"] == 1.0
