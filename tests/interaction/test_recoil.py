"""Kernels against adaptive quadrature of the differential cross-section, written here with its own constants."""

import itertools
from types import SimpleNamespace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import spherical_jn

from ontarget.ground.units import MeV, cm2, fm, keV
from ontarget.interaction import NSI, AxialCEvNS, CEvNS, RadiativeCouplings, TreeCouplings
from ontarget.interaction.recoil import recoil_endpoint
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.form_factor import KleinNystrand, PointLike
from ontarget.matter.nuclide import Nuclides

FERMI, HBAR_C, SIN2, G_A = 1.1663788e-11, 197.3269804, 0.23868, 1.2754  # MeV^-2, MeV fm
TO_CM2 = (HBAR_C * 1e-13) ** 2


def one(name):
    """A single nuclide, its arrays scalars; all share a name, so that one compiled kernel serves them."""
    nuclides = Nuclides.of(name)
    fields = ("Z", "N", "mass", "spin", "proton_spin", "neutron_spin", "charge_radius")
    return Nuclides(("one",), *(getattr(nuclides, field)[0] for field in fields))


def plain(nuclide):
    """The same numbers as floats: adaptive quadrature asks for them ten thousand times."""
    names = ("Z", "N", "mass", "spin", "proton_spin", "neutron_spin", "charge_radius")
    found = {name: float(getattr(nuclide, name)) for name in names}
    return SimpleNamespace(**found, A=found["Z"] + found["N"])


def radii(nuclide):
    """Rms radii of protons and neutrons in fm: the charge, and with a skin."""
    charge = nuclide.charge_radius / fm
    return charge, charge - 0.04 + 1.01 * (nuclide.N - nuclide.Z) / nuclide.A


def helm(q, rms):
    x = q / HBAR_C * np.sqrt(5 / 3 * (rms**2 - 3 * 0.81))
    return 3 * spherical_jn(1, x) / x * np.exp(-((q / HBAR_C * 0.9) ** 2) / 2) if x > 1e-6 else 1.0


def klein_nystrand(q, rms):
    k = q / HBAR_C
    x = k * np.sqrt(5 / 3 * (rms**2 - 6 * 0.49))
    return 3 * spherical_jn(1, x) / x / (1 + (k * 0.7) ** 2) if x > 1e-6 else 1.0


def vector(recoil, energy, nuclide, factor=helm, rms=radii, g_p=0.5 - 2 * SIN2, g_n=-0.5):
    """d sigma / dT in cm2 / MeV for a spin-0 nucleus; energies in MeV."""
    mass = nuclide.mass / MeV
    proton, neutron = (factor(np.sqrt(2 * mass * recoil), radius) for radius in rms(nuclide))
    charge = nuclide.Z * g_p * proton + nuclide.N * g_n * neutron
    return FERMI**2 * mass / np.pi * TO_CM2 * charge**2 * (1 - recoil / energy - mass * recoil / (2 * energy**2))


def axial(recoil, energy, nuclide):
    mass, number, spin = nuclide.mass / MeV, nuclide.A, nuclide.spin
    spins = (nuclide.proton_spin - nuclide.neutron_spin) ** 2
    length2 = HBAR_C**2 / 938.919 / (45 * number ** (-1 / 3) - 25 * number ** (-2 / 3))  # fm^2, mean nucleon mass
    at_rest = 4 / 3 * G_A**2 * (spin + 1) / spin * spins * np.exp(-2 * mass * recoil * length2 / HBAR_C**2)
    bracket = 1 - recoil / energy + mass * recoil / (2 * energy**2)
    return FERMI**2 * mass / (4 * np.pi) * TO_CM2 * at_rest * bracket


@eqx.filter_jit
def cells(interaction, nuclide, energy, edges):
    return interaction.kernel(nuclide, energy, edges)


@eqx.filter_jit
def cells_and_fold(interaction, nuclide, energy, arriving, edges):
    return interaction.kernel(nuclide, energy, edges), interaction.fold(nuclide, energy, arriving, edges)


def by_quadrature(density, nuclide, energy, edges):
    """Integral over each cell, up to the kinematic limit."""
    heavy = plain(nuclide)
    limit = 2 * energy**2 / (heavy.mass / MeV + 2 * energy)
    bounded = np.minimum(edges, limit)
    pieces = itertools.pairwise(bounded)
    return np.array([quad(lambda t: density(t, energy, heavy), a, b, epsabs=0, epsrel=1e-11)[0] for a, b in pieces])


ENERGIES = np.array([3.0, 14.7, 29.792, 45.0, 52.8])


@pytest.mark.parametrize("name", ["F19", "Ar40", "Ge74", "I127", "Cs133"])
def test_kernel_is_the_integral_over_each_cell(name):
    nuclide = one(name)
    limits = 2 * ENERGIES**2 / (float(nuclide.mass / MeV) + 2 * ENERGIES)
    # cells that hold a limit, end exactly at one, have no width, and lie beyond all
    edges = np.sort(np.concatenate([np.linspace(0, 1.0, 30) ** 2 * limits[-1], [limits[1], 0.02, 0.02, 1.0]]))
    kernel = np.asarray(cells(CEvNS(), nuclide, ENERGIES * MeV, jnp.asarray(edges * MeV)) / cm2)
    for index, energy in enumerate(ENERGIES):
        expected = by_quadrature(vector, nuclide, energy, edges)
        # 8 nodes on a cell of a fifteenth of the range, in units of the total: rounding of the hand-written reference
        np.testing.assert_allclose(kernel[0, index], expected, rtol=0, atol=3e-12 * expected.sum())
    np.testing.assert_array_equal(kernel[0], kernel[FLAVOURS.index("nubar_tau")])  # universal at tree level


def test_one_cell_for_the_whole_range():
    nuclide = one("Ar40")
    kernel = np.asarray(cells(CEvNS(), nuclide, ENERGIES * MeV, jnp.asarray(np.array([0.0, 1.0]) * MeV)))[1, :, 0] / cm2
    expected = [by_quadrature(vector, nuclide, energy, np.array([0.0, 1.0]))[0] for energy in ENERGIES]
    # up to T_max the form factor is a smooth function of q^2: 8 nodes are still exact to 1e-10 on argon
    np.testing.assert_allclose(kernel, expected, rtol=1e-9)


@pytest.mark.parametrize("name", ["F19", "Ge73", "I127", "Xe129"])
def test_axial_part_is_the_integral_over_each_cell(name):
    nuclide = one(name)
    edges = np.linspace(0, 1.0, 21) ** 2 * 0.4
    both = cells(AxialCEvNS(), nuclide, ENERGIES * MeV, jnp.asarray(edges * MeV))
    both, vector_alone = np.asarray(both), np.asarray(cells(CEvNS(), nuclide, ENERGIES * MeV, jnp.asarray(edges * MeV)))
    found = (both - vector_alone) / cm2
    for index, energy in enumerate(ENERGIES):
        expected = by_quadrature(axial, nuclide, energy, edges)
        scale = np.asarray(both[0, index] / cm2).sum()  # the difference of two kernels has their rounding
        np.testing.assert_allclose(found[0, index], expected, rtol=0, atol=1e-12 * scale + 1e-11 * expected.sum())


@pytest.mark.parametrize("name", ["Ar40", "Cs133"])
def test_klein_nystrand_kernel(name):
    nuclide, edges = one(name), np.linspace(0, 0.2, 11)
    model = CEvNS(proton=KleinNystrand(), neutron=KleinNystrand())
    kernel = np.asarray(cells(model, nuclide, ENERGIES * MeV, jnp.asarray(edges * MeV)) / cm2)

    def rms(heavy):
        return (np.sqrt(3 / 5 * 1.2**2 * heavy.A ** (2 / 3) + 6 * 0.49),) * 2

    expected = by_quadrature(lambda t, e, heavy: vector(t, e, heavy, klein_nystrand, rms), nuclide, 45.0, edges)
    np.testing.assert_allclose(kernel[0, 3], expected, rtol=0, atol=3e-12 * expected.sum())


@pytest.mark.parametrize("interaction", [CEvNS(), CEvNS(RadiativeCouplings()), CEvNS(NSI(eps_emu_u=0.3)), AxialCEvNS()])
@pytest.mark.parametrize("name", ["F19", "Ar40"])
def test_fold_is_the_sum_over_the_kernel(interaction, name):
    nuclide = one(name)
    rng = np.random.default_rng(1)
    energy = jnp.asarray(np.sort(rng.uniform(1, 53, 40)) * MeV)
    arriving = jnp.asarray(rng.uniform(0, 1, (6, 40, 3)))
    edges = jnp.asarray(np.sort(np.concatenate([np.linspace(0, 0.35, 25), [0.1, 0.1]])) * MeV)
    kernel, folded = cells_and_fold(interaction, nuclide, energy, arriving, edges)
    direct = np.einsum("bek,bex->bkx", arriving, kernel)
    np.testing.assert_allclose(folded, direct, rtol=1e-12, atol=0)  # the same sums in another order


@pytest.mark.parametrize("name", ["Ar40", "Cs133"])
def test_total_cross_section_without_structure_has_a_closed_form(name):
    # integral of 1 - T/E - MT/2E^2 = 1 - T/T_max from 0 to T_max: T_max / 2
    nuclide = one(name)
    model = CEvNS(proton=PointLike(), neutron=PointLike())
    energy = np.array([1e-3, 0.1, 10.0, 52.8])
    mass = float(nuclide.mass / MeV)
    charge = float(nuclide.Z) * (0.5 - 2 * SIN2) - float(nuclide.N) / 2
    expected = FERMI**2 * mass / np.pi * TO_CM2 * charge**2 * energy**2 / (mass + 2 * energy)
    for edges in (np.array([0.0, 1.0]), np.linspace(0.0, 1.0, 14) ** 2):
        found = np.asarray(cells(model, nuclide, energy * MeV, jnp.asarray(edges * MeV)))[0].sum(-1) / cm2
        # a straight line: the quadrature is exact, so rounding only (and 1e-11 of the hand-written constants)
        np.testing.assert_allclose(found, expected, rtol=1e-11)
    # and rises as the energy squared from zero
    np.testing.assert_allclose(expected[0] / expected[1], 1e-4, rtol=1e-5)


def test_cross_section_vanishes_with_the_energy():
    nuclide = one("Ar40")
    kernel = cells(CEvNS(), nuclide, jnp.array([0.0, 1e-9, 1e-3]) * MeV, jnp.array([0.0, 1e-3, 1.0]) * keV) / cm2
    assert np.isfinite(kernel[:, 1:]).all()
    assert (kernel >= 0)[:, 1:].all()


def test_nothing_beyond_the_end_point():
    nuclide = one("Ar40")
    limit = recoil_endpoint(nuclide.mass, jnp.asarray(52.8 * MeV))
    edges = jnp.stack([0 * limit, limit, 2 * limit, 3 * limit])
    kernel = cells(CEvNS(), nuclide, jnp.array([20.0, 52.8]) * MeV, edges)
    assert (kernel[:, :, 0] > 0).all()
    assert not np.asarray(kernel[:, :, 1:]).any()
    above = cells(CEvNS(), nuclide, jnp.array([20.0]) * MeV, edges[1:])
    assert not np.asarray(above).any()


def test_end_points():
    # printed to a tenth of a keV
    assert float(CEvNS().endpoint(one("Ar40"), jnp.asarray(29.792 * MeV)) / keV) == pytest.approx(47.6, abs=0.06)
    assert float(CEvNS().endpoint(one("Ar40"), jnp.asarray(52.829 * MeV)) / keV) == pytest.approx(149.6, abs=0.06)
    mass = 18.99840316 * 931.49410242 - 9 * 0.51099895  # fluorine: atomic mass less electrons, binding 0.1 keV apart
    expected = 2 * 52.829**2 / (mass + 2 * 52.829) * 1e3
    assert float(AxialCEvNS().endpoint(one("F19"), jnp.asarray(52.829 * MeV)) / keV) == pytest.approx(
        expected, rel=1e-7
    )


def test_form_factor_radius_moves_the_kernel():
    wide = CEvNS(TreeCouplings(), KleinNystrand(radius=1.3 * fm), KleinNystrand(radius=1.3 * fm))
    narrow = CEvNS(TreeCouplings(), KleinNystrand(), KleinNystrand())
    edges = jnp.array([20.0, 40.0]) * keV
    kernels = [cells(model, one("Cs133"), jnp.array([50.0]) * MeV, edges)[0, 0, 0] for model in (wide, narrow)]
    assert kernels[0] < 0.9 * kernels[1]
