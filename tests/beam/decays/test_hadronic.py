import numpy as np
import pytest
from beam_rays import RAYS, boost_matrix, born, fourvector, numbers, same
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from ontarget.beam import HadronicThreeBody, HadronicTwoBody
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, MeV

KAON, PION, PION0 = 493.677, 139.57039, 134.9768  # MeV
TWO = HadronicTwoBody(0.2067, "K+", ("pi+", "pi0"))
THREE = HadronicThreeBody(0.05583, "K+", ("pi+", "pi+", "pi-"))
NEUTRAL = HadronicThreeBody(0.0176, "K+", ("pi+", "pi0", "pi0"))


def draw(daughter, p, seed=1):
    return born(daughter, same(p, RAYS), numbers(seed, RAYS, daughter.dimensions))


def left_over(p, pions):
    """Mass of what is not seen."""
    rest = fourvector(same(p, RAYS), KAON * MeV) - fourvector(pions.momentum, PION * MeV)
    return np.sqrt(rest[:, 0] ** 2 - (rest[:, 1:] ** 2).sum(axis=1)) / MeV


@settings(max_examples=10)
@given(st.floats(-3, np.log10(400)))
def test_two_body_leaves_a_neutral_pion(power):
    """Rounding of E^2 in the missing mass squared: 1e-16 x (400 GeV)^2 of 135 MeV squared is 1e-9."""
    p = np.array([0.0, 0.6, 0.8]) * 10**power * GeV
    np.testing.assert_allclose(left_over(p, draw(TWO, p)), PION0, rtol=1e-7)
    np.testing.assert_allclose(left_over(p, draw(TWO, p)), PION0, rtol=1e-9 + 1e-14 * 10 ** (2 * power) * 1e2)


@pytest.mark.parametrize(("daughter", "others"), [(THREE, 2 * PION), (NEUTRAL, 2 * PION0)])
def test_three_body_leaves_two_pions(daughter, others):
    left = left_over((0, 0, 0), draw(daughter, (0, 0, 0)))
    assert left.min() >= others * (1 - 1e-9)
    assert left.max() <= (KAON - PION) * (1 + 1e-9)


def test_flat_phase_space():
    """20 000 pions at rest against 300 000 flat points of the Dalitz plot, kept where momenta can close."""
    rng = np.random.default_rng(2)
    energies = PION + rng.random((300_000, 2)) * ((KAON - PION) ** 2 - 4 * PION**2) / (2 * KAON)
    third = KAON - energies.sum(axis=1)
    p = np.sqrt(np.maximum(np.column_stack([energies, third]) ** 2 - PION**2, 0))
    inside = (third > PION) & (2 * p.max(axis=1) <= p.sum(axis=1))
    kept = energies[inside, 0]
    found = fourvector(draw(THREE, (0, 0, 0)).momentum, PION * MeV)[:, 0] / MeV
    edges = np.quantile(kept, np.linspace(0, 1, 21))
    edges[[0, -1]] = 0, KAON
    # equal shares, each known to sqrt(20/1e5) of itself from the flat points: 0.4 of the error of the counts
    counts, known = np.histogram(found, edges)[0], len(kept) / 20
    chi2 = ((counts - RAYS / 20) ** 2 / (RAYS / 20 * (1 + RAYS / 20 / known))).sum()
    assert chi2 < 19 + 4 * np.sqrt(2 * 19)


@pytest.mark.parametrize("daughter", [TWO, THREE])
def test_isotropic_and_boosted(daughter):
    """20 000 pions: directions at rest uniform; equal numbers in flight are boosted by the textbook's matrix."""
    still, p = draw(daughter, (0, 0, 0)), np.array([0.5, -0.4, 8.0]) * GeV
    n = np.asarray(still.momentum) / np.linalg.norm(still.momentum, axis=1, keepdims=True)
    assert kstest(n[:, 2], "uniform", (-1, 2)).pvalue > 1e-3
    counts = np.histogram2d(n[:, 2], np.arctan2(n[:, 1], n[:, 0]), bins=10, range=[[-1, 1], [-np.pi, np.pi]])[0]
    assert chisquare(counts.ravel()).pvalue > 1e-3
    moved = fourvector(still.momentum, PION * MeV) @ boost_matrix(p, KAON * MeV).T
    np.testing.assert_allclose(draw(daughter, p).momentum, moved[:, 1:], rtol=0, atol=1e-12 * np.linalg.norm(p))


def test_numbers_of_daughters():
    opposite = HadronicThreeBody(0.05583, "K+", ("pi-", "pi+", "pi+"))
    assert [one.daughter for one in (TWO, THREE, opposite)] == ["pi+", "pi+", "pi-"]
    found = [float(one.number) for one in (TWO, THREE, opposite, NEUTRAL)]
    assert found == pytest.approx([0.2067, 2 * 0.05583, 0.05583, 0.0176])
    with pytest.raises(InputError, match="branching"):
        HadronicTwoBody(-0.1, "K+", ("pi+", "pi0"))
