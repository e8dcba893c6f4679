"""The rod: geometry, attenuation against closed forms, and yields of the reference notes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.beam import BMPT, LeadingNucleon, NoReinteraction, RodTarget
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, cm, g, mrad

PROTON = as_array(400 * GeV)
mb = 1e-27 * cm**2
ROD = RodTarget(70 * cm, 3 * cm, reinteraction=NoReinteraction())
U = 1.66053906660e-24  # g


def walk(x, y, z, theta, phi, length=70.0, radius=3.0, step=1e-3):
    """Path to the surface by small steps, in cm."""
    s = np.arange(0.0, 200.0, step)
    px, py = x + s * np.sin(theta) * np.cos(phi), y + s * np.sin(theta) * np.sin(phi)
    pz = z + s * np.cos(theta)
    return s[np.argmax((px**2 + py**2 > radius**2) | (pz > length) | (pz < 0))]


def test_interaction_lengths():
    """A u / (rho sigma): 231 mb is 86.3 g/cm2."""
    lengths = [float(ROD.interaction_length(one)) / cm for one in ("p", "pi+", "K-")]
    np.testing.assert_allclose(lengths, [12.011 * U / (1.8 * one * 1e-27) for one in (231, 190, 172)], rtol=1e-9)
    assert lengths[0] * 1.8 == pytest.approx(86.3, abs=0.05)
    with pytest.raises(InputError, match=r"got 'mu\+'\. The target has no cross-section"):
        ROD.interaction_length("mu+")


def test_way_out_by_small_steps():
    random = np.random.default_rng(5)
    rays = 40
    radius, turn = 2.9 * np.sqrt(random.uniform(0, 1, rays)), random.uniform(0, 2 * np.pi, rays)
    x, y, z = radius * np.cos(turn), radius * np.sin(turn), random.uniform(0, 70, rays)
    theta = np.concatenate([random.uniform(0, 0.15, 25), random.uniform(0.15, 3.1, 15)])
    phi = random.uniform(0, 2 * np.pi, rays)
    given = theta, phi, z * cm, x * cm, y * cm
    wanted = [walk(*one) for one in zip(x, y, z, theta, phi, strict=True)]
    np.testing.assert_allclose(np.asarray(ROD.way_out(*given)) / cm, wanted, rtol=0, atol=1.1e-3)  # one step


@pytest.mark.parametrize("theta", [0.0, 0.02, 0.06])
def test_attenuation_in_closed_form(theta):
    """Straight out of the end: [e^(-L/lp) - e^(-L/lm)] / (lp/lm - 1) for a wide rod; Gauss-Legendre otherwise."""
    lp, lm = (float(ROD.interaction_length(one)) / cm for one in ("p", "K+"))
    along = lm * np.cos(theta)
    wide = RodTarget(70 * cm, 1e4 * cm, reinteraction=NoReinteraction())
    p, angle = np.array([8.4 * GeV]), np.array([theta])
    thin = np.asarray(BMPT().density("K+", PROTON, p, angle))
    found = (np.asarray(wide.emitted(BMPT(), "K+", PROTON, p, angle)) / thin)[0]
    assert found == pytest.approx((np.exp(-70 / lp) - np.exp(-70 / along)) / (lp / along - 1), rel=1e-10)

    def out(z):
        path = min((70 - z) / np.cos(theta), 3 / np.sin(theta) if theta else np.inf)
        return np.exp(-z / lp) / lp * np.exp(-path / lm)

    wanted = quad(out, 0, 70, points=[max(70 - 3 / np.tan(theta), 0)] if theta else None, epsrel=1e-11)[0]
    found = (np.asarray(ROD.emitted(BMPT(), "K+", PROTON, p, angle)) / thin)[0]
    assert found == pytest.approx(wanted, rel=1e-10)


def within(target, particle, most):
    """Per proton on target, 8.4 GeV/c +-10 %, in a cone."""
    x, w = np.polynomial.legendre.leggauss(16)
    p, theta = 8.4 * (1 + 0.1 * x) * GeV, most * (1 + x) / 2
    weight = np.outer(w * 0.84 * GeV, w * most / 2 * 2 * np.pi * np.sin(theta))
    grid = np.meshgrid(p, theta, indexing="ij")
    return (weight * np.asarray(target.emitted(BMPT(), particle, PROTON, *grid))).sum()


NOTES = {"pi+": (0.018, 0.034, 0.050, 0.070), "K+": (0.0013, 0.0026, 0.0041, 0.0066)}  # 20, 30, 40, 60 mrad


@pytest.mark.parametrize("particle", NOTES)
def test_primary_yields_of_the_notes(particle):
    """The notes do not say what absorbs mesons. With pion and kaon cross-sections as at 200 GeV/c and above (169 mb is
    the PDG's pion interaction length, 118 g/cm2; 130 mb for kaons) all eight numbers are met to 5.5 %; with those of
    8 GeV/c, our defaults, pions are 7 to 12 % lower."""
    high = RodTarget(70 * cm, 3 * cm, pion=169 * mb, kaon_plus=130 * mb, reinteraction=NoReinteraction())
    found = np.array([within(high, particle, most * mrad) for most in (20, 30, 40, 60)])
    np.testing.assert_allclose(found, NOTES[particle], rtol=0.055)
    ours = np.array([within(ROD, particle, most * mrad) for most in (20, 30, 40, 60)])
    np.testing.assert_allclose(ours, NOTES[particle], rtol=0.12)


@pytest.mark.parametrize(
    ("particle", "length", "factor", "tolerance"),
    # the notes: 1.43, 1.65, 2.03 for pions, "about 1.7" for kaons. In a cone of 30 mrad: half a unit of the last digit
    [("pi+", 50, 1.43, 0.005), ("pi+", 70, 1.65, 0.005), ("pi+", 100, 2.03, 0.005), ("K+", 70, 1.7, 0.05)],
)
def test_cascade_of_the_notes(particle, length, factor, tolerance):
    with_chain = RodTarget(length * cm, 3 * cm, reinteraction=LeadingNucleon())
    without = RodTarget(length * cm, 3 * cm, reinteraction=NoReinteraction())
    found = within(with_chain, particle, 30 * mrad) / within(without, particle, 30 * mrad)
    assert found == pytest.approx(factor, abs=tolerance)


def test_the_cascade_makes_the_length_matter_little():
    """From 70 to 100 cm the primaries' pions become 15 to 20 % fewer, those of the chain stay within 3 %."""
    yields = {
        (kind, length): within(RodTarget(length * cm, 3 * cm, reinteraction=kind()), "pi+", 30 * mrad)
        for kind in (NoReinteraction, LeadingNucleon)
        for length in (70, 100)
    }
    assert 0.80 < yields[NoReinteraction, 100] / yields[NoReinteraction, 70] < 0.85
    assert yields[LeadingNucleon, 100] / yields[LeadingNucleon, 70] == pytest.approx(1, abs=0.03)


def test_nothing_beside_the_rod():
    p, theta, phi = np.full(5, 8.4 * GeV), np.full(5, 0.01), np.zeros(5)
    z = np.array([10.0, -1.0, 71.0, 10.0, 10.0]) * cm
    x = np.array([2.9, 0.0, 0.0, 3.1, 0.0]) * cm
    y = np.array([0.0, 0.0, 0.0, 0.0, -3.0]) * cm
    found = np.asarray(ROD.produced(BMPT(), "pi+", PROTON, p, theta, phi, z, x, y))
    np.testing.assert_array_equal(found > 0, [True, False, False, False, False])


def test_derivatives():
    """Of a sum over rays that leave by the end and by the side, against central differences."""
    random = np.random.default_rng(2)
    p, theta, phi = random.uniform(6, 11, 30), random.uniform(0, 0.1, 30), random.uniform(0, 6, 30)
    z, x, y = random.uniform(1, 69, 30), random.normal(0, 0.5, 30), random.normal(0, 0.5, 30)
    rays = [as_array(one) for one in (p * GeV, theta, phi, z * cm, x * cm, y * cm)]

    def answer(v):
        chain = LeadingNucleon(0.5 + v[0], generations=1)
        target = RodTarget(
            70 * cm * (1 + v[1]), 3 * cm * (1 + v[2]), 1.8 * g / cm**3 * (1 + v[3]), pion=190 * mb, reinteraction=chain
        )
        return target.produced(BMPT(), "pi+", PROTON * (1 + v[4]), *rays).sum() * GeV * cm

    step = 1e-5
    up, down = jax.jit(jax.vmap(answer))(step * np.concatenate([np.eye(5), -np.eye(5)])).reshape(2, 5)
    slopes = (np.asarray(up) - np.asarray(down)) / (2 * step)
    backwards, forwards = jax.jit(lambda v: (jax.grad(answer)(v), jax.jacfwd(answer)(v)))(np.zeros(5))
    # step^2, and rounding 1e-16 / 1e-5
    np.testing.assert_allclose(backwards, slopes, rtol=1e-6)
    np.testing.assert_allclose(forwards, slopes, rtol=1e-6)


def test_derivatives_are_finite_at_the_corners():
    """On the axis, forwards, sideways, backwards, on the faces, on the rim and outside."""
    corners = np.meshgrid([0.0, 8.4], [0.0, np.pi / 2, np.pi], [0.0, 35.0, 70.0, 90.0], [0.0, 3.0, 4.0])
    p, theta, z, x = (one.ravel() for one in corners)

    def answer(target, p, theta, z, x):
        rays = p * GeV, theta, jnp.zeros_like(p), z * cm, x * cm, jnp.zeros_like(p)
        return target.produced(BMPT(), "K-", PROTON, *rays).sum()

    gradient = jax.jit(jax.grad(answer, argnums=(0, 1, 2, 3, 4)))(RodTarget(70 * cm, 3 * cm), p, theta, z, x)
    assert all(bool(np.isfinite(leaf).all()) for leaf in jax.tree.leaves(gradient))


def test_impossible_rods_are_refused():
    with pytest.raises(InputError, match=r"radius: got -0\.03 m"):
        RodTarget(70 * cm, -3 * cm)
