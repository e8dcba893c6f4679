"""Argon-39: shape against scipy's gamma function, and rates by hand."""

import itertools

import equinox as eqx
import numpy as np
import pytest
from detector_toys import running
from scipy.integrate import quad
from scipy.special import loggamma

from ontarget.detector import (
    BetaDecays,
    ConstantEfficiency,
    ConstantQuenching,
    ElectronEquivalent,
    UniqueFirstForbidden,
)
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import Hz, day, keV, kg, us
from ontarget.numerics import TimeAxis
from ontarget.source import ArrivalTime, Untagged

ARGON39 = UniqueFirstForbidden(565 * keV, 19.0)
BECQUEREL = 1 * Hz / kg


@eqx.filter_jit
def shares_of(spectrum, edges):
    return spectrum.shares(edges)


@eqx.filter_jit
def expected(background, mass, beam, tag, seen):
    return background.expected(mass, beam, tag, seen)


def reference(T):
    """The density at one energy in keV, with Coulomb functions from scipy."""
    W, q = 1 + T / 510.99895, (565 - T) / 510.99895
    p = np.sqrt(W**2 - 1)
    alpha_z = 19 * 7.2973525693e-3
    root, eta = np.sqrt(1 - alpha_z**2), alpha_z * W / p
    coulomb = p ** (2 * root - 2) * np.exp(np.pi * eta + 2 * loggamma(root + 1j * eta).real)
    return p * W * q**2 * coulomb * (p**2 + q**2)


def test_shares_against_adaptive_quadrature():
    edges = np.array([-5.0, 0.0, 5.0, 25.0, 45.0, 100.0, 220.0, 565.0, 700.0])
    found = np.asarray(shares_of(ARGON39, edges * keV))
    ends = np.clip(edges, 1e-9, 565.0)
    inside = [quad(reference, *pair)[0] if pair[1] > pair[0] else 0.0 for pair in itertools.pairwise(ends)]
    # six nodes in bins of up to 345 keV: those of a detector are far finer
    np.testing.assert_allclose(found, np.array(inside) / sum(inside), rtol=2e-5, atol=1e-12)


def test_the_mean_energy_is_that_of_the_tables():
    """219 keV in the evaluated tables of argon-39; the terms left out move it by less than 2 %."""
    edges = np.linspace(0, 565, 114)
    shares = np.asarray(shares_of(ARGON39, edges * keV))
    assert shares.sum() == pytest.approx(1.0, rel=1e-6)  # of the 64 nodes of the norm
    assert shares @ (edges[1:] + edges[:-1]) / 2 == pytest.approx(219, rel=0.02)


def test_counts_are_activity_times_mass_times_open_time():
    """1 Bq/kg in 2 kg, windows of 10 us at 100 Hz for 3 days, all energies, half of them kept."""
    tag = ArrivalTime(TimeAxis(0 * us, 10 * us, 2))
    scale, half = ElectronEquivalent(ConstantQuenching(0.25)), (ConstantEfficiency(0.5),)
    seen = np.array([0.0, 400.0, 2260.0]) * keV  # the end point is at 565 / 0.25
    decays = BetaDecays(BECQUEREL, ARGON39, scale, half)
    found = np.asarray(expected(decays, as_array(2 * kg), running(3 * day), tag, seen))
    assert found.shape == (2, 2)
    assert float(found.sum()) == pytest.approx(2 * 3 * 86400 * 1e-3 * 0.5, rel=1e-5)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
    assert found[0, 0] / found[0].sum() == pytest.approx(np.asarray(shares_of(ARGON39, seen / 4))[0], rel=1e-5)


def test_a_duty_may_be_given():
    seen = np.linspace(0.0, 565.0, 6) * keV
    given = BetaDecays(BECQUEREL, ARGON39, duty=1e-4)
    found = np.asarray(expected(given, as_array(1 * kg), running(1 * day), Untagged(), seen))
    assert found.sum() == pytest.approx(8.64, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: BetaDecays(-BECQUEREL, ARGON39), "activity"),
        (lambda: BetaDecays(BECQUEREL, ARGON39, duty=1.5), "duty"),
        (lambda: UniqueFirstForbidden(0 * keV, 19.0), "endpoint"),
        (lambda: UniqueFirstForbidden(565 * keV, 200.0), "Z"),
    ],
)
def test_impossible_decays_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
