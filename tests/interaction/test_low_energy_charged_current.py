"""Charged currents of tens of MeV: Coulomb factors, measured strengths, tables, inverse beta decay."""

import itertools
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

import ontarget as ot
from ontarget.ground.constants import alpha, electron_mass, hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm, fm
from ontarget.interaction import (
    AllowedTransitions,
    EffectiveMomentum,
    FermiFunction,
    InverseBetaDecay,
    NoCoulomb,
    NuclearTable,
    SmallerOfBoth,
    Strengths,
)
from ontarget.matter import FLAVOURS, Nuclides
from ontarget.numerics.nodes import legendre_between

NU_E, NUBAR_E = FLAVOURS.index("nu_e"), FLAVOURS.index("nubar_e")
ENERGY = jnp.asarray(np.array([1.0, 10.0, 20.0, 29.79, 45.0]) * MeV)


def one(name: str) -> Nuclides:
    return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[0]), Nuclides.of(name))


@pytest.fixture(scope="module")
def argon() -> AllowedTransitions:
    return ot.load("cross_sections/nue_argon")


# ---------------------------------------------------------------------- Coulomb


def test_fermi_function_against_scipy():
    """The same formula with scipy's gamma function of a complex argument, electrons and positrons."""
    energy, A = np.array([0.6, 2.0, 30.0]) * MeV, 208.0
    for Z in (19.0, -5.0, 83.0):
        p = np.sqrt(energy**2 - electron_mass**2)
        S, eta = np.sqrt(1 - (alpha * Z) ** 2), alpha * Z * energy / p
        size = 2 * p * 1.2 * fm * A ** (1 / 3) / hbar_c
        exact = 2 * (1 + S) * size ** (2 * S - 2) * np.exp(np.pi * eta) * abs(gamma(S + 1j * eta)) ** 2
        exact /= gamma(1 + 2 * S) ** 2
        found = FermiFunction().factor(jnp.asarray(energy), jnp.asarray(Z), jnp.asarray(A))
        np.testing.assert_allclose(found, exact, rtol=1e-11)  # Stirling's series


def test_limits_of_the_coulomb_factors():
    """No charge, no factor; a fast electron gains twice V/E; electrons are drawn in, positrons kept out."""
    energy, A = jnp.asarray(np.array([5.0, 1e4]) * MeV), jnp.asarray(40.0)
    for coulomb in (NoCoulomb(), FermiFunction(), EffectiveMomentum(), SmallerOfBoth()):
        np.testing.assert_allclose(coulomb.factor(energy, jnp.asarray(0.0), A), 1.0, rtol=1e-12)
    well = 1.5 * 19 * alpha * hbar_c / (1.2 * fm * 40 ** (1 / 3))
    gained = np.asarray(EffectiveMomentum().factor(energy, jnp.asarray(19.0), A))[1] - 1
    assert float(gained) == pytest.approx(2 * well / (1e4 * MeV), rel=2e-3)  # V/E is 1e-3
    assert float(FermiFunction().factor(energy, jnp.asarray(-19.0), A)[0]) < 1
    assert float(EffectiveMomentum().factor(energy, jnp.asarray(-19.0), A)[0]) == 0  # below the barrier


def test_smaller_of_both_takes_each_where_it_holds():
    energy, Z, A = jnp.asarray(np.array([3.0, 100.0]) * MeV), jnp.asarray(19.0), jnp.asarray(40.0)
    found = SmallerOfBoth().factor(energy, Z, A)
    assert found[0] == FermiFunction().factor(energy, Z, A)[0]
    assert found[1] == EffectiveMomentum().factor(energy, Z, A)[1]


# ---------------------------------------------------------------------- what share falls where


def test_leptons_between_against_quadrature():
    moments = [jnp.array([0.5]), jnp.array([0.2]), jnp.array([-0.1])]
    edges = np.array([0.0, 1.0, 1.6, 2.5, 9.0])
    ends, line = (jnp.array([1.2]), jnp.array([3.0])), (jnp.zeros(1), jnp.zeros(1))
    found = np.asarray(legendre_between(moments, *ends, line, jnp.asarray(edges), False))[0]

    def density(t):
        c = (2 * t - 4.2) / 1.8
        return (0.5 + 0.2 * c - 0.05 * (3 * c**2 - 1)) * 2 / 1.8 if abs(c) <= 1 else 0.0

    exact = [quad(density, a, b, points=[1.2, 3.0])[0] for a, b in itertools.pairwise(edges)]
    np.testing.assert_allclose(found, exact, atol=1e-9)  # of quad, at the ends


# ---------------------------------------------------------------------- argon


def test_argon_is_the_sum_over_the_strengths(argon, mirror):
    """All strengths of the file without a Coulomb factor: 0.4 %, for eight levels stand for the upper ones."""
    path = mirror / "marley" / "ve40ArCC_Bhattacharya2009.react"
    if not path.exists():
        pytest.skip("The mirror has no strengths.")
    rows = [line.split() for line in path.read_text().splitlines() if line.strip() and line[0].isdigit()]
    x, b = np.array([(float(row[0]), float(row[1])) for row in rows if len(row) == 3 and row[1] != "1000180400"]).T
    assert b.sum() == pytest.approx(29.7, abs=0.05)
    total = np.asarray(ENERGY)[:, None] / MeV - 0.99345 - x
    electron = np.where(total > 0.511, total, 0.511)
    momentum = np.sqrt(electron**2 - 0.511**2)
    fermi, v_ud, hbar = 1.1663788e-11, 0.97367, 197.3269804e-13
    exact = (fermi * v_ud * hbar) ** 2 / np.pi * (momentum * electron * b).sum(axis=1)
    bare = AllowedTransitions("Ar40", argon.mass_difference, argon.fermi, argon.gamow_teller, NoCoulomb())
    found = np.asarray(bare.per_nucleus(one("Ar40"), ENERGY)) / cm**2
    np.testing.assert_allclose(found, exact, rtol=4e-3)
    assert float(found[3]) == pytest.approx(1.60e-40, rel=5e-3)  # three digits


def test_electrons_of_argon(argon):
    """They add to the total, none above the end point, and the kernel has a slope in the energies of the levels."""
    edges, mine, foreign = np.linspace(0.0, 60.0, 121) * MeV, one("Ar40"), one("Ar36")
    found = jax.jit(
        lambda edges: (
            argon.kernel(mine, ENERGY, edges),
            argon.per_nucleus(mine, ENERGY),
            argon.endpoint(mine, ENERGY),
            argon.kernel(foreign, ENERGY, edges),
        )
    )(edges)
    kernel, total, last_possible, other = (np.asarray(each) for each in found)
    np.testing.assert_allclose(kernel[NU_E].sum(-1), total, rtol=1e-12)
    assert float(np.abs(kernel[1:]).max()) == 0
    assert float(np.abs(other).max()) == 0
    last = np.where(kernel[NU_E] > 0, edges[:-1], 0).max(axis=1)
    assert (last <= last_possible).all()
    assert float(kernel[NU_E, 0].sum()) == 0  # 1 MeV is below the threshold


def test_a_line_is_as_wide_as_the_recoil_of_the_nucleus(argon):
    """Between E^2 + p^2 -+ 2 E p over 2 M below the energy left, more electrons at the upper end: a Fermi transition is
    forward."""
    alone = AllowedTransitions("Ar40", argon.mass_difference, argon.fermi, Strengths([2.0 * MeV], [0.0]), NoCoulomb())
    energy, nuclide = ENERGY[3:4], one("Ar40")
    left = float(energy[0] - argon.mass_difference - argon.fermi.excitation[0])
    p, E, M = np.sqrt(left**2 - electron_mass**2), float(energy[0]), float(nuclide.mass)
    ends = [left - electron_mass - (E**2 + p**2 + sign * 2 * E * p) / (2 * M) for sign in (1, 0, -1)]
    found = eqx.filter_jit(partial(alone.kernel, nuclide))(energy, jnp.array([0.0, *ends, 60 * MeV]))
    found = np.asarray(found)[NU_E, 0]
    shares = found / found.sum()
    beta = p / left
    np.testing.assert_allclose(shares, [0, 0.5 - beta / 4, 0.5 + beta / 4, 0], atol=1e-12)


# ---------------------------------------------------------------------- tables


POINTS = np.array([19.0, 30.0, 60.0])


@pytest.mark.parametrize(
    ("energies", "values", "words"),
    [
        (POINTS[::-1], [130.0, 5.0, 0.0], "energies: got 30000 keV after 60000 keV. They increase. Sort the table."),
        ([19.0, 60.0, 30.0], [0.0, 130.0, 5.0], "energies: got 30000 keV after 60000 keV"),
        ([19.0, 30.0, 30.0], [0.0, 5.0, 6.0], "energies: got 30000 keV twice. They increase. Keep one of the two."),
        ([-1.0, 30.0, 60.0], [0.0, 5.0, 130.0], "energies: got a value that cannot be"),
        (POINTS, [0.0, -22.3, 130.0], "values: got a value that cannot be. Each is finite and at least 0."),
        (POINTS, [0.0, np.nan, 130.0], "values: got a value that cannot be"),
        ([0.0, 30.0, 60.0], [1.0, 5.0, 130.0], "A neutrino at rest does not interact."),
    ],
)
def test_a_table_that_cannot_be(energies, values, words):
    with pytest.raises(InputError) as caught:
        NuclearTable("C12", np.array(energies) * MeV, np.array(values) * 1e-42 * cm**2)
    assert words in str(caught.value)


def test_a_table_may_start_at_zero():
    """Nothing interacts there; between the zeros neither, and behind them as without the first point."""
    energies, values = np.array([18.95, 20.0, 22.0, 24.0]) * MeV, np.array([0, 0.285, 0.856, 1.58]) * 1e-42 * cm**2
    plain = NuclearTable("C12", energies, values)
    longer = NuclearTable("C12", np.append(0.0, energies), np.append(0.0, values))
    e = jnp.array([0.0, 5.0, 18.9, 19.5, 20.0, 21.0, 23.0]) * MeV
    carbon = jax.tree.map(lambda leaf: leaf[0], Nuclides.of("C12"))
    found, wanted = (np.asarray(one.per_nucleus(carbon, e)) for one in (longer, plain))
    assert (found[:3] == 0).all()
    np.testing.assert_allclose(found[4:], wanted[4:], rtol=2e-3)  # the slope at the threshold is another
    assert 0 < found[3] < wanted[3]


def test_strengths_are_not_below_zero():
    with pytest.raises(InputError, match=r"strength: got -4 among them\. Each is finite, at least 0\. Mend"):
        Strengths([4.38 * MeV], [-4.0])
    with pytest.raises(InputError, match=r"excitation: got -4380 keV among them"):
        Strengths([-4.38 * MeV], [4.0])


@pytest.mark.parametrize(
    ("name", "nuclide", "file", "largest", "mean"),
    [
        ("nue_carbon", "C12", "xs_nue_C12", 0.02, 1e-3),
        ("nue_oxygen", "O16", "xs_nue_O16", 0.08, 1e-3),
        ("nue_lead_1n", "Pb208", "xs_nue_Pb208_1n", 0.01, 1e-3),
        ("nue_lead_2n", "Pb208", "xs_nue_Pb208_2n", 0.13, 1e-3),
    ],
)
def test_points_stand_for_the_table(name, nuclide, file, largest, mean, mirror):
    """Between points the steepest part is off by `largest`; the mean over the muon's spectrum by 1e-3."""
    path = mirror / "snowglobes" / "xscns" / f"{file}.dat"
    if not path.exists():
        pytest.skip("The mirror has no such table.")
    table = np.loadtxt(path)
    energy = 10 ** table[:, 0] * 1e3
    keep = (energy > 21) & (energy < 52.8)
    theirs = (table[:, 1] * energy * 1e-41)[keep]
    ours = (
        np.asarray(
            eqx.filter_jit(partial(ot.load(f"cross_sections/{name}").per_nucleus, one(nuclide)))(energy[keep] * MeV)
        )
        / cm**2
    )
    assert np.abs(ours / theirs - 1).max() < largest
    x = energy[keep] / 105.658
    weight = x**2 * (0.5 - x) * energy[keep]  # the table is even in log E
    assert (weight @ ours) / (weight @ theirs) == pytest.approx(1, abs=mean)


def test_a_table_in_the_chain():
    table = NuclearTable("C12", np.array([19.0, 30.0, 60.0]) * MeV, np.array([0.0, 5.0, 130.0]) * 1e-42 * cm**2)
    energy, edges = (np.array(each) * MeV for each in ([18.0, 30.0, 59.0], [0.0, 20.0, 40.0, 60.0]))
    kernel = np.asarray(table.kernel(one("C12"), energy, edges)) / (1e-42 * cm**2)
    assert float(kernel[NU_E, 1, 1]) == pytest.approx(5, rel=1e-14)
    assert float(np.abs(kernel[:, 0]).max()) == 0  # below the threshold
    assert float(np.abs(kernel[1:]).max()) == 0
    with pytest.raises(InputError):
        NuclearTable("C12", np.array([1.0, 2.0]) * MeV, np.array([1.0]) * cm**2)


# ---------------------------------------------------------------------- inverse beta decay


def test_inverse_beta_decay_against_the_simple_formula():
    """Their own fit of their own result, good to 1 % (0.5 % of it is g_A and V_ud, which have moved since)."""
    e = np.array([2.5, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0])
    positron = e - 1.2933
    power = -0.07056 + 0.02018 * np.log(e) - 0.001953 * np.log(e) ** 3
    simple = 1e-43 * np.sqrt(positron**2 - 0.511**2) * positron * e**power
    found = np.asarray(eqx.filter_jit(InverseBetaDecay().per_proton)(e * MeV)) / cm**2
    np.testing.assert_allclose(found, simple, rtol=0.012)


def test_positrons_of_inverse_beta_decay():
    """All positrons are within their span, whose slope follows a direct integral of the differential cross-section."""
    ibd, edges = InverseBetaDecay(), np.linspace(0.0, 60.0, 241) * MeV
    energy = np.array([1.5, 3.0, 30.0, 52.0]) * MeV
    kernels = {name: eqx.filter_jit(partial(ibd.kernel, one(name))) for name in ("H1", "C12")}
    kernel = np.asarray(kernels["H1"](energy, edges))[NUBAR_E]
    np.testing.assert_allclose(kernel.sum(-1), eqx.filter_jit(ibd.per_proton)(energy), rtol=1e-12)
    assert float(kernel[0].sum()) == 0  # below 1.806 MeV
    low, high = (float(end[2]) for end in eqx.filter_jit(ibd.span)(energy))
    assert (high - low) / MeV == pytest.approx(1.75, abs=0.05)
    middle = low + 0.3 * (high - low)
    x, w = np.polynomial.legendre.leggauss(12)
    nodes = low + (middle - low) * (1 + x) / 2
    exact = float(np.asarray(eqx.filter_jit(ibd.differential)(energy[2], nodes)) @ w) * (middle - low) / 2
    found = np.asarray(kernels["H1"](energy[2:3], np.array([0.0, middle - electron_mass])))[NUBAR_E, 0, 0]
    assert float(found) == pytest.approx(exact, rel=1e-8)  # six Legendre moments of a nearly straight line
    assert float(np.abs(np.asarray(kernels["C12"](energy, edges))).max()) == 0
