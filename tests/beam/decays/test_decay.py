"""What every decay keeps: energy and momentum, Lorentz invariance, and one answer from both ways of drawing."""

import jax
import numpy as np
import pytest
from beam_rays import (
    RAYS,
    boost_matrix,
    directions,
    draw,
    emit,
    emit_towards,
    fourvector,
    invariant,
    numbers,
    parts,
    same,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from ontarget.beam import PARENTS, SemileptonicDecay, decays_of
from ontarget.ground.constants import neutral_pion_mass
from ontarget.ground.noun import as_array, namespace
from ontarget.ground.units import GeV
from ontarget.matter import PARTICLES

ALL = [one for name in PARENTS for one in decays_of(name)]
PLUS = [one for one in ALL if one.parent.endswith("+") and one.name not in ("pi_enu", "k_munu")]  # as k_enu, pi_munu
magnitudes = st.one_of(st.just(0.0), st.floats(-4, np.log10(400)).map(lambda power: 10.0**power))
plus = pytest.mark.parametrize("decay", PLUS, ids=lambda one: one.name)


def left_over(decay, emission, momentum):
    """How far energy is from being conserved, with a particle of the right mass for what is not seen."""
    parent, _, _, rest = parts(decay, emission, momentum)
    mass = neutral_pion_mass if isinstance(decay, SemileptonicDecay) else 0.0
    other = fourvector(rest[:, 1:], mass)
    return np.abs(rest[:, 0] - other[:, 0]).max() / parent[0, 0], invariant(rest)


@plus
@settings(max_examples=8)
@given(size=magnitudes, seed=st.integers(0, 2**32 - 1))
def test_energy_and_momentum(decay, size, seed):
    """From rest to 400 GeV/c, any direction of parent, spin and neutrino; 1e-9 of the parent's energy was asked."""
    momentum, spin, n = (directions(seed + i, RAYS) for i in range(3))
    momentum, u = momentum * size * GeV, numbers(seed, RAYS, decay.dimensions)
    for emission in (emit(decay, momentum, spin, u), emit_towards(decay, momentum, spin, n, u)):
        miss, _ = left_over(decay, emission, momentum)
        assert miss < 1e-12
        assert bool((emission.weight >= 0).all())
    np.testing.assert_allclose(np.cross(emission.neutrino, n), 0, atol=1e-15 * np.abs(emission.neutrino).max())


@plus
def test_what_is_not_seen_has_its_mass(decay):
    """Slow parents, so that squares of masses do not drown: 1e-9 of the parent's mass squared."""
    momentum = 0.3 * GeV * directions(4, RAYS)
    emission = emit(decay, momentum, directions(5, RAYS), numbers(6, RAYS, decay.dimensions))
    _, square = left_over(decay, emission, momentum)
    expected = neutral_pion_mass**2 if isinstance(decay, SemileptonicDecay) else 0.0
    np.testing.assert_allclose(square, expected, rtol=0, atol=1e-9 * PARTICLES[decay.parent].mass ** 2)


@plus
def test_boosted_and_drawn_is_drawn_and_boosted(decay):
    """Equal numbers make one decay at any momentum: the textbook's matrix leads from one to the other."""
    p = np.array([0.4, -0.7, 2.0]) * GeV
    spin = (0.0, 0.6, 0.8)
    matrix = boost_matrix(p, PARTICLES[decay.parent].mass)
    still, moving = (parts(decay, draw(decay, one, spin), same(one, RAYS)) for one in (0 * p, p))
    for rest, lab in zip(still, moving, strict=True):
        np.testing.assert_allclose(rest @ matrix.T, lab, rtol=0, atol=1e-12 * np.linalg.norm(p))


@plus
def test_lorentz_invariance_in_distribution(decay):
    """A boost of the laboratory across the beam is no pure boost of the decay's frame: 2 x 20 000 decays, compared."""
    first, across, mass = np.array([0.0, 0.0, 1.0]) * GeV, np.array([0.5, 0.3, 0.0]) * GeV, PARTICLES[decay.parent].mass
    matrix = boost_matrix(across, mass)
    second = matrix @ fourvector(first[None], mass)[0]
    one = parts(decay, draw(decay, first, seed=1), same(first, RAYS))
    two = parts(decay, draw(decay, second[1:], seed=2), same(second[1:], RAYS))
    for moved, direct in zip(one[1:3], two[1:3], strict=True):
        for component in range(4):
            assert ks_2samp((moved @ matrix.T)[:, component], direct[:, component]).pvalue > 1e-3


@plus
@pytest.mark.parametrize("p", [0.0, 0.3])
def test_forced_agrees_with_analogue(decay, p):
    """Means over the sphere of products of neutrino and lepton, 20 000 decays each, within 4.5 of their errors."""
    unit = PARTICLES[decay.parent].mass
    spin, momentum = same((0.48, -0.6, 0.64), RAYS), same((0.1 * p, -0.4 * p, p), RAYS) * GeV
    analogue = emit(decay, momentum, spin, numbers(8, RAYS, decay.dimensions))
    forced = emit_towards(decay, momentum, spin, directions(9, RAYS), numbers(10, RAYS, decay.dimensions))

    def moments(emission, weight):
        nu, lepton = np.asarray(emission.neutrino) / unit, np.asarray(emission.lepton) / unit
        products = (nu[:, :, None] * lepton[:, None, :]).reshape(RAYS, 9)
        rows = np.concatenate([np.ones((RAYS, 1)), nu, lepton, products, np.linalg.norm(nu, axis=1)[:, None]], axis=1)
        rows = rows * np.asarray(weight)[:, None]
        return rows.mean(axis=0), rows.std(axis=0) / np.sqrt(RAYS)

    (one, one_error), (two, two_error) = moments(analogue, analogue.weight), moments(forced, 4 * np.pi * forced.weight)
    assert np.all(np.abs(one - two) < 4.5 * np.hypot(one_error, two_error) + 1e-12)  # 17 numbers in each of 12 cases


FEW = ("pi_munu", "ke3", "mu_nue")  # the others are alike, with other masses


@pytest.mark.parametrize(
    "decay", [pytest.param(one, id=one.name, marks=[pytest.mark.long] * (one.name not in FEW)) for one in PLUS]
)
def test_forced_is_smooth(decay):
    """Derivatives of everything by the parent's momentum and the spin, forwards and backwards, against differences."""
    unit = PARTICLES[decay.parent].mass
    u, n, spin = map(as_array, (numbers(3, RAYS, decay.dimensions), directions(4, RAYS), directions(5, RAYS)))
    start, way = 2 * unit * directions(6, RAYS), unit * directions(7, RAYS)
    share = np.random.default_rng(8).normal(size=(RAYS, 7))

    def seen(emission):
        xp = namespace(emission.neutrino)
        both = xp.concatenate([emission.neutrino, emission.lepton], axis=1) / unit
        return (share * xp.concatenate([both, emission.weight[:, None]], axis=1)).sum(axis=1)

    def answer(x):
        return seen(decay.emit_towards(start + x * way, spin * (1 - x), n, u))

    def plain(x):
        return seen(emit_towards(decay, start + x * way, np.asarray(spin) * (1 - x), n, u))

    step = 1e-4
    difference = (8 * (plain(step) - plain(-step)) - plain(2 * step) + plain(-2 * step)) / (12 * step)
    both = jax.jit(
        lambda x: (jax.jacfwd(answer)(x), jax.grad(lambda x: answer(x).sum())(x)),
        compiler_options={"xla_backend_optimization_level": 0},  # it runs but once
    )
    forwards, backwards = map(np.asarray, both(0.0))
    # fourth-order differences: rounding 1e-14/1e-4, truncation step^4 times fifth derivatives; but a few rays in 20 000
    # have their electron at rest somewhere, or their frame at the seam, where the fifth is large
    error = np.abs(forwards - difference)
    assert np.quantile(error, 0.999) < 1e-7
    assert bool(np.isfinite(forwards).all())
    assert float(backwards) == pytest.approx(float(forwards.sum()), rel=1e-9)


def test_charge_conjugates_are_mirrors():
    """Equal numbers with the opposite spin give equal momenta for the opposite charge."""
    minus = {one.name: one for one in ALL if one.parent.endswith("-")}
    for one in PLUS:
        other = minus[one.name]
        assert float(one.branching) == float(other.branching)
        p, u = 2 * GeV * directions(1, RAYS), numbers(2, RAYS, one.dimensions)
        a = emit_towards(one, p, directions(3, RAYS), directions(4, RAYS), u)
        b = emit_towards(other, p, -directions(3, RAYS), directions(4, RAYS), u)
        np.testing.assert_allclose(a.neutrino, b.neutrino, rtol=1e-13)
        np.testing.assert_allclose(a.weight, b.weight, rtol=1e-13)
