import jax
import jax.numpy as jnp
import numpy as np
import pytest
from beam_rays import directions, draw, emit_towards, fourvector, numbers, same
from scipy.stats import chisquare, kstest

from ontarget.beam import TwoBodyDecay, decays_of
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, MeV
from ontarget.matter import PARTICLES
from ontarget.numerics.quadrature import gauss_legendre

MODES = [one for name in ("pi+", "K+") for one in decays_of(name) if isinstance(one, TwoBodyDecay)]
PION = MODES[0]
M, MU = 139.57039 * MeV, 105.6583755 * MeV
each = pytest.mark.parametrize("decay", MODES, ids=lambda one: one.name)


def test_energies_at_rest():
    """Printed to 1 keV and 10 keV."""
    assert PION.energy / MeV == pytest.approx(29.792, abs=5e-4)
    assert MODES[2].energy / MeV == pytest.approx(235.53, abs=5e-3)


def test_isotropic_at_rest():
    """100 000 decays in 10 x 10 equal solid angles."""
    rays = 100_000
    n = np.asarray(draw(PION, (0, 0, 0), rays=rays).neutrino) / PION.energy
    np.testing.assert_allclose((n**2).sum(axis=1), 1.0, rtol=1e-13)
    counts = np.histogram2d(n[:, 2], np.arctan2(n[:, 1], n[:, 0]), bins=10, range=[[-1, 1], [-np.pi, np.pi]])[0]
    assert chisquare(counts.ravel()).pvalue > 1e-3


@each
def test_flat_in_the_laboratory(decay):
    """20 000 decays: flat between E* gamma (1 - beta) and E* gamma (1 + beta)."""
    p, mass = np.array([0.3, -0.2, 8.5]) * GeV, PARTICLES[decay.parent].mass
    size = np.linalg.norm(p)
    low, high = (decay.energy * (np.hypot(size, mass) + sign * size) / mass for sign in (-1, 1))
    found = np.linalg.norm(draw(decay, p).neutrino, axis=1)
    assert kstest(found, "uniform", (low, high - low)).pvalue > 1e-3
    assert found.min() > low * (1 - 1e-9)
    assert found.max() < high * (1 + 1e-9)


def towards(decay, p, angles):
    """Forced, at small angles from the direction z of the parent."""
    n = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], axis=1)
    rays = len(angles)
    return emit_towards(decay, same((0, 0, p), rays), same((0, 0, 0), rays), n, numbers(0, rays, decay.dimensions))


def test_pencil_beam():
    """The exact energy; and (1 - m_mu^2/m^2) E/(1 + gamma^2 theta^2), good to theta^2 and 1/gamma^2."""
    p, angles = 8.5 * GeV, np.linspace(0, 0.06, 13)
    energy, gamma = np.hypot(p, M), np.hypot(p, M) / M
    found = np.linalg.norm(towards(PION, p, angles).neutrino, axis=1)
    exact = (M**2 - MU**2) / (2 * (energy - p * np.cos(np.asarray(angles, np.longdouble))))
    np.testing.assert_allclose(found, exact.astype(float), rtol=1e-12)
    limit = (1 - (MU / M) ** 2) * energy / (1 + (gamma * np.asarray(angles)) ** 2)
    np.testing.assert_allclose(found, limit, rtol=1 / gamma**2 + 0.06**2)


def test_pencil_beam_in_the_limit():
    """At 400 GeV/c and a fixed gamma theta the closed form holds to a few 1/gamma^2 = 1e-7."""
    p = 400 * GeV
    gamma = np.hypot(p, M) / M
    u = np.linspace(0, 2, 9)
    found = np.linalg.norm(towards(PION, p, u / gamma).neutrino, axis=1)
    limit = (1 - (MU / M) ** 2) * np.hypot(p, M) / (1 + np.asarray(u) ** 2)
    np.testing.assert_allclose(found, limit, rtol=1e-6)


@each
@pytest.mark.parametrize("p", [0.0, 0.05 * GeV, 3.0 * GeV])
def test_weights_add_to_one_over_the_sphere(decay, p):
    """Quadrature in the angle, and the mean energy gamma E*."""
    x, w = gauss_legendre(400)
    emission = towards(decay, p, np.arccos(2 * x - 1))
    solid = 4 * np.pi * w * np.asarray(emission.weight)
    # 400 nodes resolve a peak of width 1/gamma^2 (2e-3 for pions) to rounding; arccos of cosines costs a few digits
    assert solid.sum() == pytest.approx(1.0, rel=1e-9)
    gamma = np.hypot(p, PARTICLES[decay.parent].mass) / PARTICLES[decay.parent].mass
    assert solid @ np.linalg.norm(emission.neutrino, axis=1) == pytest.approx(gamma * decay.energy, rel=1e-9)


def test_derivative_by_the_momentum():
    """Of energy, weight and lepton of a forced decay, against central differences; also at rest."""
    n, u, still = map(as_array, (directions(2, 8), numbers(0, 8, 2), same((0, 0, 0), 8)))

    def answer(p):
        emission = PION.emit_towards(same((0.1, 0.2, 1.0), 8) * p, still, n, u)
        return jnp.concatenate([emission.neutrino / MeV, emission.lepton / MeV], axis=1).sum(axis=1) + emission.weight

    both = jax.jit(lambda p, step: (jax.jacfwd(answer)(p), (answer(p + step) - answer(p - step)) / (2 * step)))
    for p, step in ((0.0, 1e-3 * MeV), (200 * MeV, 1e-2 * MeV)):
        slope, difference = map(np.asarray, both(p, step))
        # step^2 times third derivatives, rounding over step: 1e-8 of order one each
        np.testing.assert_allclose(slope * MeV, difference * MeV, rtol=1e-6, atol=1e-7)


def test_muon_spin_is_along_the_parent():
    """In the muon's rest frame the parent of a positive muon flies along the spin, against it for a negative one."""
    p = np.array([0.3, -0.2, 2.0]) * GeV
    for name, sign in (("pi+", 1), ("pi-", -1)):
        decay = decays_of(name)[0]
        emission = draw(decay, p, rays=50)
        spin = np.asarray(decay.polarisation(same(p, 50), emission))
        muon = fourvector(emission.lepton, MU)
        parent = fourvector(same(p, 50), M)
        product = (parent[:, :1] * muon[:, :1]) - (parent[:, 1:] * muon[:, 1:]).sum(axis=1, keepdims=True)
        seen = parent[:, 1:] - muon[:, 1:] * (parent[:, :1] + product / MU) / (muon[:, :1] + MU)
        np.testing.assert_allclose(spin, sign * seen / np.linalg.norm(seen, axis=1, keepdims=True), atol=1e-10)


def test_branching_is_a_share():
    with pytest.raises(InputError, match="branching"):
        TwoBodyDecay(1.2, "pi+", "nu_mu", "mu+")
