"""A cylinder of paths against a fine numerical integral, and what a source makes of it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, Hz, MeV, cm, eV, m, ns, us
from ontarget.numerics import LengthAxis, TimeAxis
from ontarget.propagation import Sterile31
from ontarget.source import (
    ArrivalTime,
    Facility,
    PointVolume,
    Site,
    StoppedPion,
    TimeAndDistance,
    UniformPulse,
    Untagged,
    UprightCylinder,
)
from ontarget.source.spectrum import ENDPOINT, LINE

CYLINDER = UprightCylinder(2.25 * m, 4.5 * m)
FACILITY = Facility(0.8 * GeV, 130e3 * eV / ns, 100 * Hz, UniformPulse(320 * ns))


def integrated(distance, dm2, radius=2.25, height=4.5):
    """Mean of 1/L^2 over the volume (1/m^2) and, with that weight, of the sine squared for the line of the pion."""
    x, w = np.polynomial.legendre.leggauss(300)
    angle, weight = np.pi * (x + 1) / 2, np.pi * w / 2
    z, levels = np.polynomial.legendre.leggauss(40)
    rho = distance - radius * np.cos(angle)
    half = np.arccos((rho**2 + distance**2 - radius**2) / (2 * rho * distance))
    volume = 2 * rho * half * radius * np.sin(angle) * weight / (np.pi * radius**2)
    length = np.hypot(rho[:, None], z * height / 2)
    near = volume[:, None] * levels / 2 / length**2
    # 1.2669327 = m eV2 / (4 MeV hbar c)
    return near.sum(), (near * np.sin(1.2669327 * dm2 * length / float(LINE / MeV)) ** 2).sum() / near.sum()


@jax.jit
def averaged(distance, dm2):
    """The same, by cells."""
    path, cell, share = CYLINDER.paths(distance)
    found = jax.vmap(lambda one: Sterile31(one).changed(jnp.array([LINE]), path, 0.0, cell)[0])(dm2)
    return share.sum() * m**2, found @ share / share.sum()


def test_means_over_a_cylinder():
    splittings = np.array([0.3, 3.0, 10.0, 50.0])
    for distance in (15.0, 30.0):
        near, sines = averaged(distance * m, splittings * eV**2)
        for dm2, sine in zip(splittings, np.asarray(sines), strict=True):
            expected = integrated(distance, dm2)
            assert float(near) == pytest.approx(expected[0], rel=5e-6)  # two levels of height
            # cells of 0.3 m at most, of uneven density: a hundredth of what the density changes over them
            assert float(sine) == pytest.approx(expected[1], abs=1e-4)


@eqx.filter_jit
def paths(volume, distance):
    return volume.paths(jnp.asarray(distance))


def flown(volume, distance):
    """Paths, cells and shares in metres."""
    scale = np.array([1 / m, 1 / m, m**2])
    return [np.asarray(one) * by for one, by in zip(paths(volume, distance * m), scale, strict=True)]


def test_cells_fill_the_cylinder():
    """Along each level the cells lie side by side, from the near wall to the far one."""
    path, cell, _ = (one.reshape(24, 2) for one in flown(UprightCylinder(2 * m, 1e-9 * m), 9.0))
    np.testing.assert_allclose((path - cell / 2)[1:], (path + cell / 2)[:-1], rtol=1e-12)
    np.testing.assert_allclose([(path - cell / 2)[0, 0], (path + cell / 2)[-1, 0]], [7, 11], rtol=1e-12)


def test_small_and_far_is_a_point():
    path, cell, share = flown(UprightCylinder(1 * cm, 1 * cm), 20.0)
    place, width, near = flown(PointVolume(), 20.0)
    assert (place, width, near) == (20.0, 0.0, 1 / 20.0**2)
    assert share.sum() == pytest.approx(near[0], rel=1e-6)  # (1 cm / 20 m)^2
    np.testing.assert_allclose(path, 20.0, rtol=1e-3)
    assert cell.max() < 0.02


def test_derivatives():
    def answer(x):
        path, cell, share = UprightCylinder(x[0] * m, x[1] * m, 4).paths(x[2] * m)
        return (share * m**2 * (jnp.cos(path / m) + cell / m)).sum()

    point, answer = jnp.array([2.25, 4.5, 15.0]), jax.jit(answer)
    found = jax.jit(jax.grad(answer))(point)
    for i in range(3):
        step = 1e-5 * np.eye(3)[i]
        assert float(found[i]) == pytest.approx(float(answer(point + step) - answer(point - step)) / 2e-5, rel=1e-6)


TIME = ArrivalTime(TimeAxis(0 * us, 2 * us, 2))
TAG = TimeAndDistance(TIME, LengthAxis(10 * m, 20 * m, 10), 0.36 * m)


@pytest.fixture(scope="module")
def fluxes():
    """In a cylinder with time and distance, with time alone, and in a point with time alone."""

    @jax.jit
    def all_of_them():
        source, volume = StoppedPion(0.12, nodes=8), Site(15 * m, CYLINDER)
        cases = (volume, TAG), (volume, TIME), (Site(15 * m), TIME)
        return [source.flux(FACILITY, site, tag) for site, tag in cases]

    return jax.tree.map(np.asarray, all_of_them())


def test_flux_of_a_volume(fluxes):
    """Energies have the cells of their nodes, the line none; the flux is that of the mean inverse square."""
    _, flux, point = fluxes
    assert flux.energy_cell.sum() == pytest.approx(float(ENDPOINT), rel=1e-14)
    assert flux.energy_cell[-1] == 0
    ratio = 15.0**2 * integrated(15.0, 0.0)[0]
    np.testing.assert_allclose(flux.values.sum(axis=(2, 3)), ratio * point.values.sum(axis=(2, 3)), rtol=5e-6)
    # light comes later to the far wall: delayed neutrinos have decayed less by 1 us, by 4.5 m/c of their lifetime
    early = flux.values[0, 4, :, 0] / flux.values[0, 4].sum(axis=1)
    assert early[0] - early[-1] == pytest.approx(4.4 / 0.29979 / 2197 * (1 - early.mean()), rel=0.05)


def test_distance_beside_time(fluxes):
    """What a tag of distance adds up to is the tag of time; its bins hold the reconstructed distance."""
    both, alone, _ = fluxes
    split = TAG.split(both.values[..., :-1])
    # from 10 to 20 m is seven standard deviations around the cylinder: nothing is outside
    np.testing.assert_allclose(split.sum(axis=-1), alone.values[..., :-1], rtol=1e-9)
    found = split[1, -1].sum(axis=(0, 1))
    path, cell, share = flown(CYLINDER, 15.0)
    draws = np.random.default_rng(3)
    which = draws.choice(len(path), 400_000, p=share / share.sum())
    places = path[which] + cell[which] * draws.uniform(-0.5, 0.5, len(which)) + 0.36 * draws.normal(size=len(which))
    counted = np.histogram(places, np.arange(10.0, 21.0))[0] / len(which)
    # four standard deviations of the draws; all of the line is there by 2 us
    np.testing.assert_allclose(found / found.sum(), counted, atol=4 * np.sqrt(0.25 / len(which)))
    assert TAG.bins == 20
    np.testing.assert_allclose(TAG.steady(), 1 / 20, rtol=1e-14)


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: Site(2 * m, CYLINDER), "volume.radius"),
        (lambda: UprightCylinder(0 * m, 1 * m), "radius"),
        (lambda: UprightCylinder(1 * m, 1 * m, rings=0), "rings"),
        (lambda: TimeAndDistance(Untagged(), LengthAxis(1 * m, 2 * m, 1), 0 * m), "resolution"),
    ],
)
def test_what_cannot_be_is_refused(make, where):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == where
