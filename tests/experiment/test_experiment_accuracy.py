"""The accuracy law: six detectors at the ESS against an independent calculation."""

import itertools

import numpy as np
import pytest
from experiment_reference import HBAR_C, LINE, MUON, Recoils, bracket_mean, truncated_spectrum
from scipy.integrate import quad

from ontarget.detector import Channel, Detector, SquareRootResolution, Threshold, TruncatedGaussianSmearing
from ontarget.experiment import Experiment
from ontarget.ground.units import MW, GeV, Hz, fm, hour, keV, kg, m, ms, year
from ontarget.interaction import CEvNS
from ontarget.io.entry import load
from ontarget.matter.material import Material
from ontarget.numerics import EnergyAxis, SquareRoot
from ontarget.source import Facility, RunningTime, Site, StoppedPion, UniformPulse

CELLS = 600
DETECTORS = {  # mass in kg, threshold in keV, top of the axes in keV, resolution at threshold
    "CsI": (22.5, 1.0, 47.0, 0.30),
    "Xe": (20.0, 0.9, 47.0, 0.40),
    "Ge": (7.0, 0.6, 90.0, 0.15),
    "Si": (1.0, 0.16, 220.0, 0.60),
    "Ar": (10.0, 0.1, 170.0, 0.40),
    "C3F8": (10.0, 2.0, 510.0, 0.40),
}


def experiment(formula, mass, threshold, top, resolution):
    facility = Facility(2 * GeV, 5 * MW, 14 * Hz, UniformPulse(2.86 * ms), operation=5000 * hour / year)
    response = (
        Threshold(threshold * keV),
        TruncatedGaussianSmearing(SquareRootResolution(resolution, threshold * keV)),
    )
    channel = Channel(CEvNS(), EnergyAxis(0 * keV, top * keV, CELLS, SquareRoot()), response, name="cevns")
    seen = EnergyAxis(threshold * keV, top * keV, 20, SquareRoot())
    detector = Detector(Site(20 * m), mass * kg, Material(formula), seen, (channel,))
    return Experiment(facility, StoppedPion(0.3), detector=detector, exposure=RunningTime(1 * year), name=formula)


def recoils(formula, mass):
    """The reference's input; nuclear data are the package's own (tested in their room)."""
    material = Material(formula)
    nuclides, per_mass = material.nuclides(), np.asarray(material.nuclei_per_mass()) * kg
    isotopes = [
        (float(z), float(n), float(heavy / keV), float(per_kg), float(radius / fm))
        for z, n, heavy, per_kg, radius in zip(
            nuclides.Z, nuclides.N, nuclides.mass, per_mass, nuclides.charge_radius, strict=True
        )
    ]
    protons = 5e6 / (2e9 * 1.602176634e-19) * 5000 * 3600
    return Recoils(isotopes, mass, protons * 0.3 / (4 * np.pi * 2000.0**2))


@pytest.mark.parametrize("formula", DETECTORS)
def test_expected_spectrum_agrees_with_the_reference(formula):
    mass, threshold, _top, resolution = DETECTORS[formula]
    counts = experiment(formula, *DETECTORS[formula]).expected()
    found = np.asarray(counts.signal()).ravel()
    seen = np.asarray(counts.seen.edges) / keV
    reference = recoils(formula, mass)
    expected = truncated_spectrum(reference, threshold, resolution, seen)
    finer = truncated_spectrum(reference, threshold, resolution, seen, panels=1000)
    large = expected > 1e-3 * expected.sum()
    assert large.sum() > 14
    # the reference has converged
    np.testing.assert_allclose(expected, finer, rtol=1e-10)
    # the law: totals, and every bin with more than 0.1 % of the counts (the rest by cells of finite width)
    assert found.sum() == pytest.approx(expected.sum(), rel=1e-6)
    np.testing.assert_allclose(found[large], expected[large], rtol=1e-4)


@pytest.mark.parametrize("name", ["csi", "xenon", "germanium", "silicon", "argon", "c3f8"])
def test_the_catalog_itself_keeps_the_law(name):
    """Same law as above, for the entries as users get them: their own truth axes, isotopes and exposures."""
    one = load(f"ess_{name}")
    reference = recoils(one.detector.material.formula, float(one.detector.mass / kg))
    plan = 5e6 / (2e9 * 1.602176634e-19) * 5000 * 3600  # protons a year in `recoils`
    threshold, smearing = one.detector.channels[0].response
    resolution = float(smearing.resolution.fraction)
    seen = np.asarray(one.detector.seen.edges) / keV
    expected = truncated_spectrum(reference, float(threshold.energy / keV), resolution, seen)
    expected = expected * float(one.exposure.protons(one.facility)) / plan
    found = np.asarray(one.expected().signal()).ravel()
    large = expected > 1e-3 * expected.sum()
    assert found.sum() == pytest.approx(expected.sum(), rel=1e-6)
    np.testing.assert_allclose(found[large], expected[large], rtol=1e-4)


def test_the_reference_spectrum_is_the_adaptive_integral_over_energy():
    heavy = 37.2e6
    for recoil in (0.1, 20.0, 47.0, 47.6, 100.0, 149.0):
        low = (recoil + np.sqrt(recoil**2 + 2 * heavy * recoil)) / 2

        def integrand(energy, recoil=recoil):
            x = energy / MUON
            spectra = 192 / MUON * x**2 * (0.5 - x) + 64 / MUON * x**2 * (0.75 - x)
            return spectra * (1 - recoil / energy - heavy * recoil / (2 * energy**2))

        line = max(0.0, 1 - recoil / LINE - heavy * recoil / (2 * LINE**2)) if low < LINE else 0.0
        expected = line + quad(integrand, low, MUON / 2, epsabs=0, epsrel=1e-12)[0]
        # near the end point the polynomials cancel: 1e-13 of unity
        assert float(bracket_mean(np.array(recoil), heavy)) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert pytest.approx(197326.9804) == HBAR_C


def test_the_reference_bins_are_the_adaptive_integral_over_recoils():
    reference = recoils("Ar", 10.0)
    seen = np.linspace(0.1**0.5, 170**0.5, 21) ** 2
    expected = truncated_spectrum(reference, 0.1, 0.4, seen)
    index = 9
    from scipy.stats import truncnorm

    def integrand(recoil):
        sigma = 0.4 * np.sqrt(recoil * 0.1)
        share = truncnorm((0.1 - recoil) / sigma, (170 - recoil) / sigma, recoil, sigma)
        return reference.density(np.array(recoil)) * (share.cdf(seen[index + 1]) - share.cdf(seen[index]))

    near = [seen[index] - 5, seen[index] - 1, seen[index], seen[index + 1], seen[index + 1] + 1, seen[index + 1] + 6]
    near = sorted({*near, *(b for b in reference.breaks() if near[0] < b < near[-1])})
    pieces = itertools.pairwise(near)
    adaptive = sum(quad(integrand, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in pieces)
    # the pieces stop at six standard deviations: 1e-9
    assert expected[index] == pytest.approx(adaptive, rel=3e-8)
