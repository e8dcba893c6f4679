import jax
import numpy as np
import pytest
from beam_rays import boost_matrix, directions, fourvector, numbers, same
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from ontarget.beam.decays import kinematics as k
from ontarget.ground.units import GeV, MeV

MASS = 139.57039 * MeV
RAYS = 64
aberrate = jax.jit(k.aberrate)
doppler_slope = jax.jit(lambda n, way: jax.jacfwd(lambda p: k.doppler(n, way * p, MASS))(0.0))
magnitudes = st.one_of(st.just(0.0), st.floats(-7, np.log10(400)).map(lambda power: 10.0**power))
axes = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda n: sum(x * x for x in n) > 1e-4)


def momentum(size, axis):
    return np.array(axis) / np.linalg.norm(axis) * size * GeV


@settings(max_examples=50)
@given(magnitudes, axes, st.sampled_from([1e-6, 1e-3, 1.0]))
def test_doppler_and_aberration_in_extended_precision(size, axis, angle):
    """The naive formulas with 64-bit mantissas lose gamma^2: at 400 GeV/c that is 2e-19 x 8e6, or 2e-12."""
    p = momentum(size, axis)
    near = np.array(axis) + angle * directions(3, RAYS)
    n = near / np.linalg.norm(near, axis=1, keepdims=True)
    found, ratio = aberrate(n, same(p, RAYS), MASS)
    P, N = p.astype(np.longdouble), n.astype(np.longdouble)
    N = N / np.sqrt((N**2).sum(axis=1, keepdims=True))
    energy = np.sqrt(P @ P + np.longdouble(MASS) ** 2)
    r = MASS / (energy - N @ P)
    exact = r[:, None] * N + P * ((r * (N @ P)) / (MASS * (energy + MASS)) - r / MASS)[:, None]
    np.testing.assert_allclose(ratio, r.astype(float), rtol=1e-11)
    # a direction of the laboratory is known to 1e-16, in the rest frame to 2 gamma times as much
    np.testing.assert_allclose(found, exact.astype(float), rtol=0, atol=1e-11)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=0, atol=1e-11)


@settings(max_examples=50)
@given(magnitudes, axes)
def test_there_and_back(size, axis):
    p, n = same(momentum(size, axis), RAYS), directions(5, RAYS)
    lab, slow = aberrate(n, -p, MASS)
    back, fast = aberrate(lab, p, MASS)
    # rounding of the laboratory's direction grows by 2 gamma (6e3 at 400 GeV/c)
    np.testing.assert_allclose(back, n, rtol=0, atol=1e-11)
    np.testing.assert_allclose(np.asarray(slow) * fast, 1.0, rtol=1e-11)


@pytest.mark.parametrize("size", [0.0, 1e-6, 0.1, 8.5])
def test_boost_is_the_matrix_of_the_textbook(size):
    p, inner = momentum(size, (1.0, -2.0, 3.0)), 30 * MeV * directions(7, RAYS)
    mass = 105.66 * MeV
    outer = fourvector(inner, mass) @ boost_matrix(p, MASS).T
    found = k.boost(inner, k.energy_of(inner, mass), same(p, RAYS), MASS)
    # relative to the largest component: sums of a few terms
    np.testing.assert_allclose(found, outer[:, 1:], rtol=0, atol=1e-13 * np.abs(outer).max())


def test_at_rest_nothing_moves():
    n, rest = directions(1, RAYS), np.zeros((RAYS, 3))
    np.testing.assert_allclose(k.aberrate(n, rest, MASS)[0], n, rtol=0, atol=1e-15)
    np.testing.assert_allclose(k.boost(n, 3.0, rest, MASS), n, rtol=0, atol=1e-15)
    slope = doppler_slope(n, same((0, 0, 1), RAYS))
    np.testing.assert_allclose(slope, n[:, 2] / MASS, rtol=1e-12)  # r = 1 + n.P/m to first order


@pytest.mark.parametrize(
    "axis", [(0, 0, 1), (0, 0, -1), (1e-9, 0, -1), (1, 0, 0), (0.4, -0.1, -0.9), (0.1, 0.3, -0.95)]
)
def test_around_has_the_parts_it_was_given(axis):
    axis = same(np.array(axis) / np.linalg.norm(axis), RAYS)
    u = numbers(9, RAYS, 3)
    found = k.around(axis, 3 * u[:, 0] - 1, u[:, 1], u[:, 2])
    along = np.asarray(k.dot(found, axis))
    np.testing.assert_allclose(along, 3 * u[:, 0] - 1, rtol=0, atol=1e-14)
    np.testing.assert_allclose(np.asarray(k.dot(found, found)) - along**2, u[:, 1] ** 2, rtol=0, atol=1e-13)
    opposite = k.around(axis, 3 * u[:, 0] - 1, u[:, 1], u[:, 2] + 0.5)
    np.testing.assert_allclose((np.asarray(found) + opposite) / 2, axis * along[:, None], rtol=0, atol=1e-14)


def test_around_turns_evenly():
    u = numbers(11, 20_000, 1)[:, 0]
    axis = same((0.36, 0.48, 0.8), len(u))
    found = np.asarray(k.around(axis, 0 * u, 1 + 0 * u, u))
    first = np.array([0.8, -0.6, 0.0])
    angle = np.arctan2(found @ np.cross((0.36, 0.48, 0.8), first), found @ first)
    assert kstest(angle, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3  # 20000 rays, seeded


@pytest.mark.parametrize("slope", [-1.0, -0.3, 0.0, 1e-9, 1.0])
def test_slanted_cosine_inverts_its_distribution(slope):
    u = np.linspace(0, 1, 101)
    c = np.asarray(k.slanted_cosine(u, np.full(101, slope)))
    np.testing.assert_allclose((c + 1) / 2 + slope * (c**2 - 1) / 4, u, rtol=0, atol=1e-15)


def test_unit_of_nothing_is_z():
    vectors = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])
    np.testing.assert_allclose(k.unit(vectors), [[0, 0, 1], [0.6, 0, 0.8]], rtol=1e-15)
    assert bool(np.isfinite(jax.jit(jax.jacrev(k.unit))(vectors)).all())
