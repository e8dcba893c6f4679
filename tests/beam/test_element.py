"""Elements against closed forms: thin lenses, circles, and each other in their limits."""

import equinox as eqx
import jax
import numpy as np
import pytest

from ontarget.beam.aperture import Round
from ontarget.beam.element import Collimator, Dipole, Drift, Quadrupole
from ontarget.beam.ray import Rays
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.units import GeV, cm, degree, m, mm, mrad, tesla

P0 = as_array(8.5 * GeV)
WHOLE = as_array(1.0)


def carried(element, rays: Rays, share: float = 1.0) -> Rays:
    """Behind a share of an element, in NumPy."""
    return on_host(element.carry(rays, P0, as_array(share)))


def some(count: int = 50, seed: int = 3) -> Rays:
    """Rays of a wide beam, 6 to 11 GeV/c."""
    random = np.random.default_rng(seed)
    x, y = random.normal(0, 40 * mm, (2, count))
    slopes = random.normal(0, 10 * mrad, (2, count))
    return on_host(Rays(x, y, *slopes, random.uniform(6, 11, count) * GeV, np.zeros(count), np.ones(count)))


def close(one: Rays, other: Rays, tolerance: float = 1e-12) -> None:
    for name, unit in (("x", m), ("y", m), ("slope_x", 1), ("slope_y", 1), ("path", m), ("number", 1)):
        np.testing.assert_allclose(getattr(one, name) / unit, getattr(other, name) / unit, rtol=0, atol=tolerance)


def test_drift_is_straight():
    rays = some()
    out = carried(Drift(3 * m), rays)
    np.testing.assert_allclose(out.x, rays.x + 3 * m * rays.slope_x, rtol=1e-15)
    np.testing.assert_allclose(out.path**2, (3 * m) ** 2 + (out.x - rays.x) ** 2 + (out.y - rays.y) ** 2, rtol=1e-14)


def test_quadrupole_without_gradient_is_a_drift():
    rays = some()
    drift, off = carried(Drift(2 * m), rays), carried(Quadrupole(2 * m, 0.0), rays)
    # paths differ in fourth order of slopes up to 30 mrad: 2 m (0.03^2 + 0.03^2)^2/8
    close(eqx.tree_at(lambda one: one.path, off, drift.path), drift, 1e-15)
    np.testing.assert_allclose(off.path / m, drift.path / m, rtol=0, atol=1e-6)


def test_derivative_by_the_gradient_where_it_is_nought():
    """x at the exit changes by -(L^2/2 x + L^3/6 x')/p per gradient, as it does from either side."""
    rays = some(1)
    one = Rays(*jax.tree.leaves(rays))
    slope = jax.jit(jax.grad(lambda G: Quadrupole(2 * m, G).carry(one, P0, WHOLE).x[0]))(0.0)
    expected = -((2 * m) ** 2 / 2 * rays.x + (2 * m) ** 3 / 6 * rays.slope_x) / rays.momentum
    np.testing.assert_allclose(slope, expected[0], rtol=1e-13)


def test_short_quadrupole_is_a_thin_lens():
    rays, length = some(), 1e-6 * m
    out = carried(Quadrupole(length, 2 * tesla / length), rays)  # 1/f = 2 T/p, at each momentum
    # what is left is L/f = 1e-7 of the offsets and slopes
    np.testing.assert_allclose(out.slope_x, rays.slope_x - 2 * tesla / rays.momentum * rays.x, rtol=0, atol=1e-8)
    np.testing.assert_allclose(out.slope_y, rays.slope_y + 2 * tesla / rays.momentum * rays.y, rtol=0, atol=1e-8)


def test_path_through_a_quadrupole():
    """Against the sum of 200 short chords."""
    magnet, rays = Quadrupole(2 * m, 8 * tesla / m), some()
    length, at = np.zeros(50), rays
    for _ in range(200):
        after = carried(magnet, at, 1 / 200)
        step = (after.x - at.x) ** 2 + (after.y - at.y) ** 2
        length, at = length + np.sqrt(step + (2 * m / 200) ** 2), after
    # fourth order in slopes of up to 80 mrad, L theta^4/8 on average over the magnet; chords of 1 cm are 1e-8 too short
    np.testing.assert_allclose(carried(magnet, rays).path / m, length / m, rtol=0, atol=5e-6)


@pytest.mark.parametrize("magnet", [Quadrupole(2 * m, 8 * tesla / m), Dipole(1.8 * m, 5 * degree)])
def test_two_halves_are_the_whole(magnet):
    rays = some()
    close(carried(magnet, rays), carried(magnet, carried(magnet, rays, 0.5), 0.5))


def flat(x: float, momentum: float) -> Rays:
    nought = np.zeros(1)
    return Rays(nought + x, nought, nought, nought, nought + momentum, nought, nought + 1)


@pytest.mark.parametrize("momentum", [6.0, 8.5, 12.0])
@pytest.mark.parametrize("x", [-0.1, 0.0, 0.1])
def test_dipole_is_a_circle(momentum, x):
    """The intersection of the ray's circle with the exit plane, from plane geometry in the laboratory."""
    length, angle = 1.8 * m, 5 * degree
    rho = length / angle
    radius = rho * momentum / 8.5
    centre = np.array([x * m - radius, 0.0])  # x, z; the reference circle is about (-rho, 0)
    ahead = np.array([np.cos(angle), np.sin(angle)])  # outwards along the exit plane, from (-rho, 0)
    offset = centre - np.array([-rho, 0.0])
    middle = offset @ ahead
    reach = middle + np.sqrt(middle**2 - offset @ offset + radius**2)
    place = np.array([-rho, 0.0]) + reach * ahead
    tangent = np.array([-(place - centre)[1], (place - centre)[0]]) / radius
    across, along = tangent @ ahead, tangent @ np.array([-np.sin(angle), np.cos(angle)])
    turned = np.arctan2(place[1] - centre[1], place[0] - centre[0])
    out = carried(Dipole(length, angle), flat(x * m, momentum * GeV))
    found = [out.x[0] / m, out.slope_x[0], out.path[0] / m]
    # differences of radii of 20 m, rounded: 20 m x 1e-15
    np.testing.assert_allclose(found, [(reach - rho) / m, across / along, radius * turned / m], rtol=0, atol=1e-13)


def test_dipole_of_no_angle_is_a_drift():
    rays = some()
    close(carried(Dipole(2 * m, 0.0), rays), carried(Drift(2 * m), rays), 1e-14)
    given = Rays(*jax.tree.leaves(rays))
    slope = jax.jit(jax.grad(lambda angle: Dipole(2 * m, angle).carry(given, P0, WHOLE).x.sum()))(0.0)
    assert bool(np.isfinite(slope))


def test_dispersion_of_a_bend():
    """D = rho (1 - cos), D' = sin of a sector; both by x' at constant path, at the reference momentum."""
    magnet = Dipole(1.8 * m, 5 * degree)

    def out(d):
        there = magnet.carry(flat(0.0, (1 + d) * P0), P0, WHOLE)
        return there.x[0], there.slope_x[0]

    shift, slope = jax.jit(jax.jacfwd(out))(0.0)
    angle = 5 * degree
    np.testing.assert_allclose(shift, 1.8 * m / angle * (1 - np.cos(angle)), rtol=1e-12)
    np.testing.assert_allclose(slope, np.sin(angle), rtol=1e-12)


def test_helix_keeps_its_pitch():
    """In a bend the vertical momentum is constant: dy = path x sin of the pitch."""
    rays = some()
    out = carried(Dipole(1.8 * m, 5 * degree), rays)

    def pitch(rays):
        return rays.slope_y / np.sqrt(1 + rays.slope_x**2 + rays.slope_y**2)

    np.testing.assert_allclose(pitch(out), pitch(rays), rtol=0, atol=1e-15)
    np.testing.assert_allclose((out.y - rays.y) / m, out.path * pitch(rays) / m, rtol=0, atol=1e-14)


def test_parallel_faces_do_not_focus_across():
    """A magnet with parallel faces is a drift in x, and focuses in y with 1/f = 2 h tan(bend/2), to order bend^2."""
    magnet = Dipole(1.8 * m, 5 * degree, 2.5 * degree, 2.5 * degree)
    nought = as_array(np.zeros(1))

    def through(x, y):
        rays = Rays(x, y, nought, nought, nought + P0, nought, nought + 1)
        out = magnet.leave(magnet.carry(magnet.enter(rays, P0), P0, WHOLE), P0)
        return out.slope_x, out.slope_y

    slopes = jax.jit(
        lambda: (
            jax.jacfwd(lambda x: through(x, nought)[0])(nought),
            jax.jacfwd(lambda y: through(nought, y)[1])(nought),
        )
    )
    by_x, by_y = (np.asarray(one)[0, 0] for one in slopes())
    h = 5 * degree / (1.8 * m)
    assert abs(by_x * m) < 1e-15
    kick = h * np.tan(2.5 * degree)
    np.testing.assert_allclose(by_y, -2 * kick + kick**2 * 1.8 * m, rtol=1e-12)


def test_fields():
    magnet = Quadrupole(2 * m, -10 * tesla / m, aperture=Round(15 * cm))
    np.testing.assert_allclose(magnet.pole_tip, 1.5 * tesla, rtol=1e-14)
    # B rho [T m] = p [GeV/c] / 0.299792458, by the definition of the units
    np.testing.assert_allclose(
        Dipole(1.8 * m, 5 * degree).field(P0) / tesla, 8.5 / 0.299792458 * 5 * degree / 1.8, rtol=1e-12
    )


def test_what_turns_back_is_lost():
    low = flat(0.0, 0.02 * GeV)  # a circle of 5 cm in 1.8 m of field
    out = carried(Dipole(1.8 * m, 5 * degree), low)
    assert float(out.number[0]) == 0.0
    assert all(bool(np.isfinite(leaf).all()) for leaf in jax.tree.leaves(out))


def test_lengths():
    with pytest.raises(InputError, match="length: got -1 m"):
        Drift(-1 * m)
    with pytest.raises(InputError, match="length: got 0 m"):
        Quadrupole(0.0, 1 * tesla / m)
    with pytest.raises(InputError, match="length: got 0 m"):
        Dipole(0.0, 5 * degree)
    assert float(Collimator(0.0, Round(1 * cm)).length) == 0.0
