"""Migration probabilities against scipy's distributions, and the laws that every response obeys."""

import itertools

import equinox as eqx
import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from ontarget.detector import (
    Channel,
    ConstantEfficiency,
    ConstantQuenching,
    ConstantResolution,
    GammaSmearing,
    GaussianSmearing,
    LightYield,
    Lindhard,
    PoissonSmearing,
    SmoothThreshold,
    SquareRootResolution,
    TabulatedEfficiency,
    Threshold,
    TruncatedGaussianSmearing,
)
from ontarget.ground.noun import as_array
from ontarget.ground.units import keV
from ontarget.interaction import CEvNS
from ontarget.numerics import CountAxis, EnergyAxis, SquareRoot

SEEN = EnergyAxis(1 * keV, 20 * keV, 8)
COUNTS = CountAxis(0.0, 24.0, 8)
FINE = np.linspace(0.5, 25.0, 400)  # input cells, keV or quanta
FINER = np.linspace(0.5, 25.0, 1600)  # for stages of second order in each cell


def averaged(distribution, edges, low, high):
    """Probability of each output bin, averaged over an input cell by adaptive quadrature."""
    reached = [
        quad(lambda x, edge=edge: distribution(x).cdf(edge), low, high, epsabs=1e-13)[0] / (high - low)
        for edge in edges
    ]
    return np.diff(reached)


CASES = {
    "Gaussian, constant": (
        GaussianSmearing(ConstantResolution(0.7 * keV)),
        lambda x: stats.norm(x, 0.7),
        SEEN.edges,
        keV,
    ),
    "Gaussian, root": (
        GaussianSmearing(SquareRootResolution(0.3, 1 * keV)),
        lambda x: stats.norm(x, 0.3 * np.sqrt(x)),
        SEEN.edges,
        keV,
    ),
    "truncated Gaussian": (
        TruncatedGaussianSmearing(SquareRootResolution(0.3, 1 * keV)),
        lambda x: stats.truncnorm((1 - x) / (0.3 * x**0.5), (20 - x) / (0.3 * x**0.5), x, 0.3 * x**0.5),
        SEEN.edges,
        keV,
    ),
    # a whole number below an edge: the distribution function just below it
    "Poisson": (PoissonSmearing(), lambda x: Below(stats.poisson(x)), COUNTS.edges, 1.0),
    "gamma": (
        GammaSmearing(1.0, 0.716),
        lambda x: stats.gamma(1 + 0.716 * x, scale=x / (1 + 0.716 * x)),
        COUNTS.edges,
        1.0,
    ),
}


class Below:
    def __init__(self, distribution):
        self.distribution = distribution

    def cdf(self, edge):
        return self.distribution.cdf(np.ceil(edge) - 1)


@pytest.mark.parametrize("name", CASES)
def test_migration_is_the_distribution_averaged_over_the_cell(name):
    stage, distribution, seen, unit = CASES[name]
    cells = FINER if stage.order == 2 else FINE
    found = np.asarray(stage.migration(cells * unit, seen))
    for cell in (3, 9, 60, 200, 390, len(cells) - 10):
        expected = averaged(distribution, np.asarray(seen) / unit, cells[cell], cells[cell + 1])
        # 4 nodes in a cell of a tenth of the width (of a quarter at the lowest): error (h / 4 sigma)^8 at worst
        # 2 nodes in a cell of a thirtieth: (h / sigma)^4 / 1500, below 1e-9
        np.testing.assert_allclose(found[cell], expected, rtol=0, atol=1e-9)


def test_poisson_puts_whole_numbers_into_half_open_bins():
    found = np.asarray(PoissonSmearing().below(np.array([3.0]), np.array([0.0, 1.0, 1.5, 2.0, 4.0])))[:, 0]
    expected = stats.poisson(3.0).cdf([-1, 0, 1, 1, 3])
    np.testing.assert_allclose(found, expected, atol=1e-14)


def channel(*response, truth=None):
    return Channel(CEvNS(), truth or EnergyAxis(0 * keV, 50 * keV, 200, SquareRoot()), response)


@eqx.filter_jit
def matrix(of, seen):
    return of.matrix(seen)


RESPONSES = {
    "nothing": (),
    "threshold": (Threshold(2.3 * keV),),
    "quenching": (Lindhard(0.15, 32.0), Threshold(0.3 * keV)),
    "Gaussian": (GaussianSmearing(SquareRootResolution(0.3, 1 * keV)),),
    "truncated": (Threshold(1 * keV), TruncatedGaussianSmearing(SquareRootResolution(0.3, 1 * keV))),
    "twice": (
        GaussianSmearing(SquareRootResolution(0.3, 1 * keV), axis=EnergyAxis(0 * keV, 60 * keV, 150)),
        GaussianSmearing(ConstantResolution(0.8 * keV)),
    ),
    "then efficiency": (
        ConstantQuenching(0.5),
        GaussianSmearing(ConstantResolution(0.8 * keV), axis=EnergyAxis(0 * keV, 40 * keV, 150)),
        TabulatedEfficiency(np.array([1.0, 4.0, 9.0]) * keV, [0.1, 0.9, 1.0]),
        SmoothThreshold(3 * keV, 1 * keV),
    ),
}
KEEPS_ALL = ("nothing", "Gaussian", "twice")


@pytest.mark.parametrize("name", RESPONSES)
def test_rows_are_probabilities(name):
    found = np.asarray(matrix(channel(*RESPONSES[name]), SEEN.edges))
    assert (found >= -1e-15).all()
    rows = found.sum(axis=1)
    assert (rows <= 1 + 1e-13).all()
    if name in KEEPS_ALL:
        np.testing.assert_allclose(rows, 1.0, atol=1e-13)


def test_photo_electrons_are_probabilities():
    for smearing in (PoissonSmearing(), GammaSmearing(1.0, 0.7)):
        response = (ConstantQuenching(0.09), LightYield(13.0 / keV), smearing, ConstantEfficiency(0.8))
        found = np.asarray(matrix(channel(*response), COUNTS.edges))
        assert (found >= -1e-9).all()  # outside is what is left of one: the error of a distribution function
        assert (found[:, :-1] >= 0).all()
        # everything but the part kept of what lies inside: 0.8 inside + outside
        inside, outside = found[:, :-1].sum(axis=1), found[:, -1]
        np.testing.assert_allclose(inside / 0.8 + outside, 1 + 0.0 * inside, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    fraction=st.floats(0.02, 2.0),
    reference=st.floats(0.01, 10.0),
    threshold=st.floats(0.0, 30.0),
    quenching=st.floats(0.05, 1.5),
)
def test_rows_are_probabilities_for_all_parameters(fraction, reference, threshold, quenching):
    resolution = SquareRootResolution(fraction, reference * keV)
    for smearing in (GaussianSmearing(resolution), TruncatedGaussianSmearing(resolution)):
        response = (ConstantQuenching(quenching), Threshold(threshold * keV), smearing)
        found = np.asarray(matrix(channel(*response, truth=EnergyAxis(0 * keV, 50 * keV, 40)), SEEN.edges))
        assert np.isfinite(found).all()
        assert (found >= -1e-14).all()
        assert (found.sum(axis=1) <= 1 + 1e-12).all()


def test_truncated_gaussian_keeps_all_that_is_above_the_threshold():
    of = channel(*RESPONSES["truncated"])
    found, cells = np.asarray(matrix(of, SEEN.edges)), np.asarray(of.cells(SEEN.edges)) / keV
    above = (cells[1:] + cells[:-1]) / 2 > 1.0
    np.testing.assert_allclose(found[above, :-1].sum(axis=1), 1.0, atol=1e-13)
    assert not found[~above & (np.diff(cells) > 0)].any()


def test_what_lies_far_from_a_truncated_range_falls_into_the_nearest_bin():
    stage = TruncatedGaussianSmearing(ConstantResolution(0.01 * keV))
    found = np.asarray(stage.migration(np.array([0.1, 0.2, 10.0, 10.1, 70.0, 71.0]) * keV, SEEN.edges))
    np.testing.assert_allclose(found[0], np.eye(8)[0], atol=1e-12)
    np.testing.assert_allclose(found[4], np.eye(8)[7], atol=1e-12)


def test_two_gaussians_in_a_chain_are_one_wider_gaussian():
    steps = EnergyAxis(-10 * keV, 60 * keV, 1400)
    twice = (
        GaussianSmearing(ConstantResolution(0.6 * keV), axis=steps),
        GaussianSmearing(ConstantResolution(0.8 * keV)),
    )
    once = (GaussianSmearing(ConstantResolution(1.0 * keV)),)
    found = np.asarray(matrix(channel(*twice), SEEN.edges))
    expected = np.asarray(matrix(channel(*once), SEEN.edges))
    # cells of 0.05 keV between the two: h^2 / 24 sigma^2 = 1.6e-4 of the widths in quadrature, times the slope
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_efficiency_after_smearing_is_taken_at_the_smeared_energy():
    kinks, kept = np.array([2.0, 6.0, 7.0, 15.0]), np.array([0.0, 0.2, 0.9, 1.0])
    response = (
        GaussianSmearing(ConstantResolution(1.5 * keV), axis=EnergyAxis(0 * keV, 40 * keV, 400)),
        TabulatedEfficiency(kinks * keV, kept),
    )
    of = channel(*response)
    found, cells = np.asarray(matrix(of, SEEN.edges)), np.asarray(of.cells(SEEN.edges)) / keV
    edges = np.asarray(SEEN.edges) / keV
    for cell in (60, 100, 140):
        middle = (cells[cell] + cells[cell + 1]) / 2
        density = stats.norm(middle, 1.5).pdf
        expected = [
            quad(
                lambda x, density=density: density(x) * np.interp(x, kinks, kept),
                a,
                b,
                points=kinks[(kinks > a) & (kinks < b)],
            )[0]
            for a, b in itertools.pairwise(edges)
        ]
        # the cell's width (0.2 keV) against its middle: h^2 / 24 times a second derivative of 0.2; the same between
        np.testing.assert_allclose(found[cell, :-1], expected, atol=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: GaussianSmearing(SquareRootResolution(0.3 * x, 1 * keV)),
        lambda x: TruncatedGaussianSmearing(SquareRootResolution(0.3, x * keV)),
        lambda x: TruncatedGaussianSmearing(ConstantResolution(0.4 * x * keV)),
    ],
)
def test_derivatives_by_the_resolution(make):
    weights = np.cos(np.arange(399.0))[:, None] * np.sin(1 + np.arange(8.0))

    @jax.jit
    @jax.value_and_grad
    def answer(x):
        return (make(x).migration(as_array(FINE * keV), SEEN.edges) * weights).sum()

    step = 1e-3
    first, second = ((float(answer(1 + h)[0]) - float(answer(1 - h)[0])) / (2 * h) for h in (step, step / 2))
    # Richardson: step^4 times a fifth derivative of 1e3 at worst
    assert float(answer(1.0)[1]) == pytest.approx((4 * second - first) / 3, rel=1e-7, abs=1e-8)


def test_derivatives_of_a_gamma_by_both_numbers_of_its_shape():
    weights = np.sin(1 + np.arange(8.0))

    def summed(shape, slope):
        return (GammaSmearing(shape, slope).migration(as_array(FINE), COUNTS.edges) * weights).sum()

    both = jax.jit(jax.value_and_grad(summed, (0, 1)))

    def answer(shape, slope):
        return float(both(shape, slope)[0])

    step = 1e-3
    for index, (da, db) in enumerate(((step, 0.0), (0.0, step))):
        slopes = [
            (answer(1 + da / k, 0.7 + db / k) - answer(1 - da / k, 0.7 - db / k)) / (2 * step / k) for k in (1, 2)
        ]
        exact = float(both(1.0, 0.7)[1][index])
        # the derivative of the incomplete gamma by its shape is a series good to 1e-8
        assert exact == pytest.approx((4 * slopes[1] - slopes[0]) / 3, rel=1e-6)
