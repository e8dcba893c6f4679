from itertools import pairwise

import jax
import numpy as np
import pytest
from beam_rays import (
    RAYS,
    boost_matrix,
    draw,
    emit,
    numbers,
    parts,
    polarisation_of_lepton,
    rate_to_lepton,
    same,
)
from scipy.integrate import dblquad, quad
from scipy.stats import chisquare, kstest

from ontarget.beam import SemileptonicDecay, decays_of
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array, namespace
from ontarget.ground.units import GeV, MeV
from ontarget.matter import PARTICLES

KAON, PION0, PION = 493.677, 134.9768, 139.57039  # MeV, PDG
MODES = {one.name: one for one in decays_of("K+") if isinstance(one, SemileptonicDecay)}
each = pytest.mark.parametrize("decay", MODES.values(), ids=MODES)


def lepton_mass(decay):
    return PARTICLES[decay.lepton].mass / MeV


def density(decay, pion_energy, lepton_energy):
    """The Dalitz density as the review of PDG prints it, in MeV, with xi = f_-/f_+ from the slopes."""
    m, ml, plus, zero = KAON, lepton_mass(decay), float(decay.lambda_plus), float(decay.lambda_0)
    rest = (m**2 + PION0**2 - ml**2) / (2 * m) - pion_energy
    q2 = m**2 + PION0**2 - 2 * m * pion_energy
    f = 1 + plus * q2 / PION**2
    xi = (zero - plus) * (m**2 - PION0**2) / PION**2 / f
    nu = m - pion_energy - lepton_energy
    a = m * (2 * lepton_energy * nu - m * rest) + ml**2 * (rest / 4 - nu)
    return f**2 * (a + ml**2 * (nu - rest / 2) * xi + ml**2 * rest / 4 * xi**2)


def lepton_range(decay, nu):
    """Lowest and highest energy of the lepton at a neutrino energy, by its angle in the frame of lepton and pion."""
    ml = lepton_mass(decay)
    square = KAON**2 - 2 * KAON * nu
    energy = (square + ml**2 - PION0**2) / 2
    q = np.sqrt(max((square - (PION0 + ml) ** 2) * (square - (PION0 - ml) ** 2), 0)) / 2
    return ((KAON - nu) * energy - nu * q) / square, ((KAON - nu) * energy + nu * q) / square


def integral(decay, power=0):
    top = (KAON**2 - (PION0 + lepton_mass(decay)) ** 2) / (2 * KAON)
    limits = (lambda nu: lepton_range(decay, nu)[0], lambda nu: lepton_range(decay, nu)[1])
    return dblquad(lambda e, nu: nu**power * density(decay, KAON - nu - e, e), 0, top, *limits, epsrel=1e-8)[0]


@each
def test_spectrum_is_the_integral_over_the_lepton(decay):
    """Adaptive quadrature at a few energies up to the very end."""
    nu = decay.endpoint / MeV * np.array([1e-3, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
    exact = [quad(lambda e, k=k: density(decay, KAON - k - e, e), *lepton_range(decay, k))[0] for k in nu]
    # near k = 0 the density is a difference: five digits of rounding
    np.testing.assert_allclose(np.asarray(decay.spectrum(nu * MeV)) / MeV**4, exact, rtol=1e-9)


@each
def test_neutrino_energies(decay):
    """20 000 decays at rest follow the integrated spectrum."""
    top = decay.endpoint / MeV
    edges = np.linspace(0, 1, 33) ** 0.5 * top
    spectrum = jax.jit(lambda k: decay.spectrum(k * MeV))
    shares = np.array([quad(lambda k: float(spectrum(k)), a, b)[0] for a, b in pairwise(edges)])
    cumulative = np.append(0, np.cumsum(shares) / shares.sum())
    found = np.linalg.norm(draw(decay, (0, 0, 0), seed=4).neutrino, axis=1) / MeV
    counts = np.histogram(found, edges)[0]
    assert counts.sum() == RAYS
    assert chisquare(counts, RAYS * np.diff(cumulative)).pvalue > 1e-3


@each
def test_dalitz_plot(decay):
    """100 000 decays in flight, counted in cells of pion and lepton energy in the kaon's frame."""
    rays, p = 5 * RAYS, np.array([0.1, 0.0, 1.0]) * GeV
    found = [parts(decay, draw(decay, p, seed=seed), same(p, RAYS)) for seed in range(5)]
    inverse = np.linalg.inv(boost_matrix(p, KAON * MeV)) / MeV
    lepton, pion = (np.concatenate([one[i] @ inverse.T for one in found])[:, 0] for i in (2, 3))
    # expected: midpoints of a grid 20 times finer than the cells; at the boundary good to 1/400 of a row of cells
    edges = [np.linspace(one.min() - 1, one.max() + 1, 11) for one in (pion, lepton)]
    fine = [np.linspace(edge[0], edge[-1], 801) for edge in edges]
    x, y = np.meshgrid(*[(one[1:] + one[:-1]) / 2 for one in fine], indexing="ij")
    nu = KAON - x - y
    momenta = [np.sqrt(np.maximum(e**2 - m**2, 0)) for e, m in ((x, PION0), (y, lepton_mass(decay)))]
    inside = (nu > 0) & (abs(momenta[1] - nu) <= momenta[0]) & (momenta[0] <= momenta[1] + nu)
    expected = np.where(inside, density(decay, x, y), 0.0).reshape(10, 80, 10, 80).sum(axis=(1, 3))
    expected *= rays / expected.sum()
    counts = np.histogram2d(pion, lepton, bins=edges)[0]
    much = expected > 50
    assert counts[~much].sum() < 1.2 * expected[~much].sum() + 50
    chi2 = ((counts - expected)[much] ** 2 / expected[much]).sum()
    assert abs(chi2 - much.sum()) < 4 * np.sqrt(2 * much.sum())


def test_leptons_turn_evenly_around_the_neutrino():
    """20 000 decays at rest: the azimuth of the lepton is uniform."""
    emission = draw(MODES["kmu3"], (0, 0, 0), seed=6)
    nu = np.asarray(emission.neutrino) / np.linalg.norm(emission.neutrino, axis=1, keepdims=True)
    first = np.cross(nu, [0.0, 0.0, 1.0])
    azimuth = np.arctan2((np.cross(nu, first) * emission.lepton).sum(axis=1), (first * emission.lepton).sum(axis=1))
    assert kstest(azimuth, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_ratio_of_widths():
    """Gamma(K_mu3)/Gamma(K_e3) by mu-e universality, against the measured branchings; radiation changes it by 0.3 %."""
    measured = float(MODES["kmu3"].branching) / float(MODES["ke3"].branching)
    assert integral(MODES["kmu3"]) / integral(MODES["ke3"]) == pytest.approx(measured, rel=0.013)  # 0.9 % + 0.3 %


def test_rate_and_spin_are_those_of_the_current():
    """Traces of Dirac matrices with H = f_+ (K + pi) + f_- (K - pi), for both charges."""
    p = np.array([0.3, -0.2, 0.5]) * GeV
    for name in ("K+", "K-"):
        decay = decays_of(name)[3]
        emission = draw(decay, p, seed=3)
        kaon, neutrino, lepton, pion = (one[:12] / MeV for one in parts(decay, emission, same(p, RAYS)))
        spin = np.asarray(decay.polarisation(same(p, RAYS), emission))[:12]
        charge, ml = PARTICLES[decay.lepton].charge, lepton_mass(decay)
        inverse, ratios = np.linalg.inv(boost_matrix(p, KAON * MeV)), []
        for i in range(12):
            q = kaon[i] - pion[i]
            f = 1 + float(decay.lambda_plus) * (q[0] ** 2 - q[1:] @ q[1:]) / PION**2
            minus = (float(decay.lambda_0) - float(decay.lambda_plus)) * (KAON**2 - PION0**2) / PION**2
            current = f * (kaon[i] + pion[i]) + minus * q
            expected = polarisation_of_lepton(current, neutrino[i], lepton[i], ml, charge)
            np.testing.assert_allclose(spin[i], expected, rtol=0, atol=1e-9)
            rate = sum(
                rate_to_lepton(current, neutrino[i], lepton[i], ml, sign * np.eye(4)[3], charge) for sign in (1, -1)
            )
            ratios.append(rate / density(decay, (inverse @ pion[i])[0], (inverse @ lepton[i])[0]))
        np.testing.assert_allclose(ratios, ratios[0], rtol=1e-9)  # rounding of gamma^2 and of differences


def test_derivative_by_the_slopes():
    """Neutrino and lepton of each decay, against central differences of equal numbers."""
    decay, step = MODES["kmu3"], 1e-4
    u, still = as_array(numbers(5, RAYS, 5)), as_array(same((0, 0, 0), RAYS))

    def answer(slopes, draw=lambda decay: decay.emit(still, still, u)):
        emission = draw(replace(decay, {"lambda_plus": slopes[0], "lambda_0": slopes[1]}))
        return namespace(emission.neutrino).concatenate([emission.neutrino, emission.lepton], axis=1) / GeV

    value = np.array([decay.lambda_plus, decay.lambda_0])
    slope = jax.jit(lambda x, way: jax.jvp(answer, (x,), (way,))[1])
    for way in step * np.eye(2):
        up, down = (answer(value + sign * way, lambda decay: emit(decay, still, still, u)) for sign in (1, -1))
        difference = (up - down) / (2 * step)
        assert np.abs(difference).max() > 1e-3
        # step^2 times third derivatives of order ten; rays at the edge of the plot move with a square root
        assert np.quantile(np.abs(slope(value, way / step) - difference), 0.999) < 1e-6


def test_slopes_are_numbers():
    with pytest.raises(InputError, match="lambda_0"):
        SemileptonicDecay(0.05, "K+", "nu_e", "e+", 0.03, float("nan"))
