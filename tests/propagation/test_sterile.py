"""Four neutrinos: closed forms, unitarity, averages over cells against adaptive quadrature, no aliasing."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, eV, km, m
from ontarget.inference.expansion.support import polynomial_support
from ontarget.matter import FLAVOURS
from ontarget.propagation import AbstractPropagation, NoOscillation, Sterile31
from ontarget.source import Flux

NU_E, NU_MU, NU_TAU = (FLAVOURS.index(f"nu_{name}") for name in ("e", "mu", "tau"))
ENERGY = jnp.asarray(np.array([0.5, 1.0, 2.5, 8.0]) * GeV)
PATH = jnp.asarray(np.array([25.0, 57.0, 87.0]) * m)


def mixed(dm2=5.0, ue4=0.03, umu4=0.02, utau4=0.1, **more):
    return Sterile31(dm2 * eV**2, ue4, umu4, utau4, **more)


def test_closed_forms():
    """Effective two-flavour amplitudes of disappearance and appearance, and the oscillation in 1.267 L/E."""
    p = np.asarray(mixed().probability(ENERGY, PATH))
    # 1.26693 = km eV2 / (4 GeV hbar c), five digits of the constant
    phase = 1.26693 * 5.0 * (np.asarray(PATH) / km) / (np.asarray(ENERGY)[:, None] / GeV)
    sine = np.sin(phase) ** 2
    np.testing.assert_allclose(p[NU_MU, NU_MU], 1 - 4 * 0.02 * 0.98 * sine, rtol=1e-6)
    np.testing.assert_allclose(p[NU_E, NU_MU], 4 * 0.03 * 0.02 * sine, rtol=1e-4, atol=1e-12)
    np.testing.assert_allclose(p[NU_E, NU_MU], p[NU_MU, NU_E], rtol=1e-14)  # T holds where one splitting acts
    np.testing.assert_array_equal(p[3:, :3], 0.0)
    np.testing.assert_array_equal(p[3:, 3:], p[:3, :3])


@given(
    dm2=st.floats(0.0, 1e4),
    mixings=st.tuples(*[st.floats(0.0, 1.0)] * 3),
    energy=st.floats(0.01, 20.0),
    path=st.floats(0.0, 2000.0),
)
def test_what_is_missing_is_sterile(dm2, mixings, energy, path):
    """Unitarity, whatever the numbers; and no probability leaves [0, 1]."""
    mixings = np.array(mixings) / max(1.0, sum(mixings) * (1 + 1e-12))
    one = Sterile31(dm2 * eV**2, *mixings)
    where = jnp.asarray(np.array([energy]) * GeV), jnp.asarray(np.array([path]) * m)
    p, lost = np.asarray(one.probability(*where)), np.asarray(one.lost(*where))
    np.testing.assert_allclose(p.sum(axis=0) + lost, 1.0, atol=1e-14)
    assert (p > -1e-14).all()
    assert (lost > -1e-14).all()


def test_nothing_mixes_nothing_changes():
    flux = toy(ENERGY, PATH)
    same = Sterile31(1 * eV**2).propagate(flux)
    np.testing.assert_allclose(same, NoOscillation().propagate(flux), rtol=1e-15)


def toy(energy, path, energy_cell=None, path_cell=None):
    random = np.random.default_rng(4).uniform(0.5, 1.5, (6, len(energy), len(path), 3))
    return Flux(energy, path, jnp.asarray(random / m**2), None, energy_cell, path_cell)


def test_without_cells_it_is_the_generic_sum():
    flux = toy(ENERGY, PATH)
    generic = eqx.filter_jit(AbstractPropagation.propagate)(mixed(), flux)
    np.testing.assert_allclose(mixed().propagate(flux), generic, rtol=1e-13)


@pytest.mark.parametrize("dm2", [3.0, 30.0, 272.0, 300.0])  # at 272 eV2 the phase is 5 pi: averages show most
@pytest.mark.parametrize("spread", [0.0, 0.4])
def test_mean_over_a_cell_against_quadrature(dm2, spread):
    """A cell of paths, and a Gaussian, are exact; a cell of energies to second order in its relative width."""
    energy, path, wide, long = 2.5, 57.0, 0.05, 3.0
    one = mixed(dm2, spread=spread * m)
    at = jnp.asarray(np.array([energy]) * GeV), jnp.asarray(np.array([path]) * m)
    found = float(np.asarray(one.changed(*at, 0.0, jnp.asarray(np.array([long]) * m)))[0, 0])

    def sine(length, at):
        phase = 2 * 1.2669327 * dm2 * length * 1e-3 / at
        return 0.5 - 0.5 * np.cos(phase) * np.exp(-((phase / length * spread) ** 2) / 2)

    exact = quad(lambda x: sine(x, energy) / long, path - long / 2, path + long / 2, epsrel=1e-11)[0]
    assert found == pytest.approx(exact, abs=1e-6)  # seven digits of the constant, times a phase of 17
    found = float(np.asarray(one.changed(*at, jnp.asarray(np.array([wide]) * GeV)))[0, 0])
    exact = quad(lambda x: sine(path, x) / wide, energy - wide / 2, energy + wide / 2, epsrel=1e-11)[0]
    phase = 2 * 1.2669327 * dm2 * path * 1e-3 / energy
    assert found == pytest.approx(exact, abs=2e-6 + phase * (wide / energy) ** 2 / 12)


def folded(dm2, nodes, low=27.0, high=89.0):
    """Survival at 2.5 GeV of a flux even in path between two ends, on nodes with cells."""
    step = (high - low) / nodes
    path = low + step * (np.arange(nodes) + 0.5)
    values = np.zeros((6, 1, nodes, 1))
    values[NU_MU] = 1 / nodes
    given = np.array([2.5]) * GeV, path * m, values, None, None, np.full(nodes, step) * m
    flux = Flux(*(None if one is None else jnp.asarray(one) for one in given))
    return float(np.asarray(mixed(dm2, 0.0, 0.25, 0.0).propagate(flux))[NU_MU, 0, 0])


@pytest.mark.parametrize("dm2", [1.0, 50.0, 400.0, 3e3, 1e5])
def test_the_mean_does_not_depend_on_the_nodes(dm2):
    """For an even flux few nodes give the same as many, however fast it oscillates: nothing is sampled."""
    assert folded(dm2, 3) == pytest.approx(folded(dm2, 200), abs=1e-12)


def test_no_aliasing_where_nodes_are_a_wavelength_apart():
    """Sampled at the nodes alone, all would have the same phase there."""
    step = (89.0 - 27.0) / 20
    dm2 = 2 * np.pi * 2.5 / (2 * 1.2669327 * step * 1e-3)
    assert folded(dm2, 20) == pytest.approx(1 - 4 * 0.25 * 0.75 / 2, abs=1e-6)


def test_energies_at_rest_are_averaged():
    """The first node of a flux may be zero: its phase has no value, its mean has."""
    found = eqx.filter_jit(mixed().changed)(jnp.array([0.0, 1.0]) * GeV, PATH)
    np.testing.assert_array_equal(found[0], 0.5)
    slope = jax.jit(jax.grad(lambda x: Sterile31(x * eV**2).changed(jnp.array([0.0, 1.0]) * GeV, PATH).sum()))(5.0)
    assert np.isfinite(float(slope))


def test_derivatives():
    @jax.jit
    def answer(x):
        one = Sterile31(x[0] * eV**2, x[1], x[2], x[3], x[4] * m)
        flux = toy(ENERGY, PATH, jnp.full(4, 0.1) * GeV, jnp.full(3, 2.0) * m)
        return (one.propagate(flux) * m**2 * jnp.cos(jnp.arange(72.0).reshape(6, 4, 3))).sum()

    point = np.array([5.0, 0.03, 0.02, 0.1, 0.5])
    found = jax.jit(jax.grad(answer))(point)
    for i in range(5):
        step = 1e-5 * np.eye(5)[i]
        slope = (float(answer(point + step)) - float(answer(point - step))) / 2e-5
        assert float(found[i]) == pytest.approx(float(slope), rel=1e-6, abs=1e-8)


def test_polynomial_in_the_mixings():
    """Second order at most, so that a likelihood expands it exactly."""
    orders, shapes = polynomial_support(lambda x: Sterile31(5 * eV**2, *x).probability(ENERGY, PATH), [0.1, 0.1, 0.1])
    assert shapes == ()
    assert max(sum(one) for one in orders) == 2


@pytest.mark.parametrize(
    ("given", "where"),
    [((-1.0,), "dm2"), ((1.0, 1.2), "ue4"), ((1.0, 0.5, 0.4, 0.3), "ue4 + umu4 + utau4")],
)
def test_what_cannot_be_is_refused(given, where):
    with pytest.raises(InputError) as caught:
        Sterile31(given[0] * eV**2, *given[1:])
    assert caught.value.where == where
