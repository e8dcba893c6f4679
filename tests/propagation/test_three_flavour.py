"""Three flavours against matrix exponentials and, where it is installed, nuSQuIDS; means over cells; derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, eV, g, km, m
from ontarget.matter import FLAVOURS
from ontarget.propagation import AbstractPropagation, Sterile31, ThreeFlavour
from ontarget.source import Flux

NU_E, NU_MU = FLAVOURS.index("nu_e"), FLAVOURS.index("nu_mu")
ENERGY = jnp.asarray(np.array([0.03, 0.3, 1.0, 3.0, 10.0]) * GeV)
PATH = jnp.asarray(np.array([17.0, 295.0, 1300.0, 8000.0]) * km)
ROCK, CORE = 2.8 * g / cm**3, 11 * g / cm**3
CASES = {
    "vacuum": ThreeFlavour(),
    "rock": ThreeFlavour(density=ROCK),
    "core": ThreeFlavour(density=CORE, electrons=0.47, dm2_31=-2.5e-3 * eV**2),
    "sun": ThreeFlavour(density=150 * g / cm**3, delta=-1.3),
}
probability = jax.jit(lambda one, energy, path: one.probability(energy, path))
"""Every test asks for the same shapes: it is compiled once."""


def rotation(i, j, sine, phase=0.0, size=3):
    found = np.eye(size, dtype=complex)
    found[i, i] = found[j, j] = np.sqrt(1 - sine**2)
    found[i, j], found[j, i] = sine * np.exp(-1j * phase), -sine * np.exp(1j * phase)
    return found


def exponential(one: ThreeFlavour) -> np.ndarray:
    """|exp(-iHL)|^2 with the mixing matrix of the textbooks, at ENERGY and PATH."""
    found = np.zeros((6, 6, len(ENERGY), len(PATH)))
    sines = [float(np.sqrt(x)) for x in (one.sin2_23, one.sin2_13, one.sin2_12)]
    for sign, block in ((1, slice(0, 3)), (-1, slice(3, 6))):
        mixing = rotation(1, 2, sines[0]) @ rotation(0, 2, sines[1], sign * float(one.delta)) @ rotation(0, 1, sines[2])
        masses = np.diag([0, float(one.dm2_21), float(one.dm2_31)])
        for i, energy in enumerate(np.asarray(ENERGY)):
            H = mixing @ masses @ mixing.conj().T / (2 * energy) + sign * np.diag([float(one.potential()), 0, 0])
            for j, path in enumerate(np.asarray(PATH)):
                found[block, block, i, j] = np.abs(expm(-1j * H * path / hbar_c)) ** 2
    return found


@pytest.mark.parametrize("case", CASES)
def test_against_the_matrix_exponential(case):
    """Rounding: phases up to 4000, whose error is 1e-13 of that; the other kind at the same time."""
    found = np.asarray(probability(CASES[case], ENERGY, PATH))
    np.testing.assert_allclose(found, exponential(CASES[case]), atol=1e-11)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, atol=1e-14)


@pytest.mark.parametrize("case", ["vacuum", "rock"])
def test_against_nusquids(case):
    """An ordinary differential equation, solved to 1e-9 per step."""
    squids = pytest.importorskip("nuSQuIDS")
    one, unit, found = CASES[case], squids.Const(), np.asarray(probability(CASES[case], ENERGY, PATH))
    solver = squids.nuSQUIDS(3, squids.NeutrinoType.neutrino)
    prepare(solver, one)
    compare(squids, solver, unit, float(one.density / (g / cm**3)), found[:3, :3], float(one.electrons))


def test_four_flavours_against_nusquids():
    """A fourth mass alone: the splittings of the others are zero there, so near is near enough for theirs too."""
    squids = pytest.importorskip("nuSQuIDS")
    ue4, umu4, utau4, dm2 = 0.03, 0.02, 0.1, 1.3e-3
    one, unit = Sterile31(dm2 * eV**2, ue4, umu4, utau4), squids.Const()
    found = np.asarray(one.probability(ENERGY, PATH))
    solver = squids.nuSQUIDS(4, squids.NeutrinoType.neutrino)
    for i in range(3):
        for j in range(i + 1, 3):
            solver.Set_MixingAngle(i, j, 0.0)
    s14 = np.sqrt(ue4)
    s24 = np.sqrt(umu4 / (1 - ue4))
    s34 = np.sqrt(utau4 / (1 - ue4 - umu4))
    for i, sine in enumerate((s14, s24, s34)):
        solver.Set_MixingAngle(i, 3, float(np.arcsin(sine)))
    solver.Set_SquareMassDifference(1, 1e-20)
    solver.Set_SquareMassDifference(2, 2e-20)
    solver.Set_SquareMassDifference(3, dm2)
    compare(squids, solver, unit, 0.0, found[:3, :3], 0.5)


def prepare(solver, one):
    for i, j, sine in ((0, 1, one.sin2_12), (0, 2, one.sin2_13), (1, 2, one.sin2_23)):
        solver.Set_MixingAngle(i, j, float(np.arcsin(np.sqrt(sine))))
    solver.Set_CPPhase(0, 2, float(one.delta))
    solver.Set_SquareMassDifference(1, float(one.dm2_21 / eV**2))
    solver.Set_SquareMassDifference(2, float(one.dm2_31 / eV**2))


def compare(squids, solver, unit, density, found, electrons):
    solver.Set_rel_error(1e-9)
    solver.Set_abs_error(1e-9)
    for i, energy in enumerate(np.asarray(ENERGY) / GeV):
        for j, path in enumerate(np.asarray(PATH[:3]) / km):
            body = squids.ConstantDensity(density, electrons) if density else squids.Vacuum()
            kind = squids.ConstantDensity if density else squids.Vacuum
            solver.Set_E(float(energy) * unit.GeV)
            solver.Set_Body(body)
            solver.Set_Track(kind.Track(float(path) * unit.km))
            for initial in range(2):
                state = np.zeros(found.shape[0] if solver.GetNumNeu() == 3 else solver.GetNumNeu())
                state[initial] = 1
                solver.Set_initial_state(state, squids.Basis.flavor)
                solver.EvolveState()
                theirs = [solver.EvalFlavor(final) for final in range(3)]
                np.testing.assert_allclose(found[:, initial, i, j], theirs, atol=1e-6)


def test_two_flavours_and_symmetries():
    """With theta_13 = 0 electron neutrinos in vacuum know two masses; CP and T violation are one number."""
    one = ThreeFlavour(sin2_13=0.0)
    p = np.asarray(probability(one, ENERGY, PATH))
    phase = float(one.dm2_21) * np.asarray(PATH) / (4 * np.asarray(ENERGY)[:, None] * hbar_c)
    np.testing.assert_allclose(p[NU_E, NU_E], 1 - 4 * 0.308 * 0.692 * np.sin(phase) ** 2, atol=1e-12)
    p = np.asarray(probability(CASES["vacuum"], ENERGY, PATH))
    np.testing.assert_allclose(p[3:, 3:], np.swapaxes(p[:3, :3], 0, 1), atol=1e-12)  # CPT
    assert np.abs(p[0, 1] - p[1, 0]).max() > 0.01
    still = np.asarray(probability(ThreeFlavour(delta=0.0), ENERGY, PATH))
    np.testing.assert_allclose(still[0, 1], still[1, 0], atol=1e-14)


SPLIT = (0.0, 1e-16, 1.5e-11, 1e-9)
LIMITS = {
    **{f"dm2_21 = {one:g} eV2, {kind}": ThreeFlavour(dm2_21=one * eV**2, dm2_31=sign * 2.484e-3 * eV**2, delta=1.2)
       for one in SPLIT for kind, sign in (("normal", 1), ("inverted", -1))},
    "dm2_31 = 0": ThreeFlavour(dm2_31=0.0),
    "dm2_31 = dm2_21": ThreeFlavour(dm2_31=7.49e-5 * eV**2),
    "dm2_31 = dm2_21 (1 + 1e-9)": ThreeFlavour(dm2_31=7.49e-5 * (1 + 1e-9) * eV**2),
    "no mixing": ThreeFlavour(sin2_12=0.0, sin2_13=0.0, sin2_23=1.0),
    "one flavour alone, in rock": ThreeFlavour(sin2_12=1.0, sin2_13=0.0, density=ROCK),
    "no electrons mix, in matter": ThreeFlavour(sin2_12=0.0, sin2_13=0.0, density=1e4 * g / cm**3),
}  # fmt: skip


@pytest.mark.parametrize("case", LIMITS)
def test_equal_eigenvalues_are_a_limit_and_no_hole(case):
    """Where two masses are equal or nearly so, projectors on either have no meaning, and the probability has one."""
    found = np.asarray(probability(LIMITS[case], ENERGY, PATH))
    np.testing.assert_allclose(found, exponential(LIMITS[case]), atol=1e-11)  # as above: rounding of large phases


def test_published_mixings_in_the_two_flavour_limit():
    """A value by an independent diagonalisation; and the same for no splitting at all, 1e-9 away."""
    energy, path = np.full(5, 29.79e-3 * GeV), np.full(4, 17 * km)
    for dm2_21 in (1e-11 * eV**2, 0.0):
        one = ThreeFlavour(0.308, 0.02215, 0.47, 1.2, dm2_21, -2.484e-3 * eV**2)
        assert float(probability(one, energy, path)[1, 1, 0, 0]) == pytest.approx(0.056031, abs=1e-6)  # as printed


@pytest.mark.parametrize("density", [1e7, 1e9])
def test_matter_so_dense_that_electron_neutrinos_stand_alone(density):
    """Muon and tau neutrinos oscillate among themselves: two flavours, to the splitting over the potential."""
    one, vacuum = ThreeFlavour(density=density * g / cm**3), ThreeFlavour()
    found = np.asarray(probability(one, np.full(5, 3 * GeV), np.full(4, 1300 * km)))[:3, :3, 0, 0]
    sines = [float(np.sqrt(x)) for x in (vacuum.sin2_23, vacuum.sin2_13, vacuum.sin2_12)]
    mixing = rotation(1, 2, sines[0]) @ rotation(0, 2, sines[1], float(vacuum.delta)) @ rotation(0, 1, sines[2])
    H = mixing @ np.diag([0, float(vacuum.dm2_21), float(vacuum.dm2_31)]) @ mixing.conj().T / (6 * GeV)
    wanted = np.abs(expm(-1j * H[1:, 1:] * 1300 * km / hbar_c)) ** 2
    np.testing.assert_allclose(found[1:, 1:], wanted, atol=2e-6)  # the splitting over the potential of 1e7 g/cm3
    np.testing.assert_allclose(found.sum(axis=0), 1.0, atol=1e-14)


def test_a_derivative_where_two_masses_are_equal():
    """It is the limit of the derivative nearby, within what `NO_GAP` costs there (1e-4)."""
    slope = jax.jit(jax.grad(lambda x: ThreeFlavour(dm2_21=x * eV**2).among(ENERGY[:1], PATH[:1])[1, 1, 0, 0, 0]))
    assert float(slope(0.0)) == pytest.approx(float(slope(1e-9)), rel=1e-4)


# ---------------------------------------------------------------------- cells


def toy(energy, path, energy_cell=None, path_cell=None):
    random = np.random.default_rng(4).uniform(0.5, 1.5, (6, len(energy), len(path), 2))
    return Flux(energy, path, jnp.asarray(random / m**2), None, energy_cell, path_cell)


def test_without_cells_it_is_the_generic_sum():
    flux, one = toy(ENERGY, PATH), CASES["rock"]
    found, generic = jax.jit(lambda one, flux: (one.propagate(flux), AbstractPropagation.propagate(one, flux)))(
        one, flux
    )
    np.testing.assert_allclose(found, generic, rtol=1e-13)


def test_mean_over_a_cell_against_quadrature():
    """A cell of paths, and a Gaussian, are exact; a cell of energies to second order in its relative width."""
    one, nodes, same = CASES["core"], 24, np.ones(24)
    x, w = np.polynomial.legendre.leggauss(nodes)
    z, v = np.polynomial.hermite_e.hermegauss(nodes)
    among = jax.jit(lambda one, *given: one.among(*given)[:, :, 0])  # one shape, [3 3 energy path], compiled once

    def at(one, *given):
        return np.asarray(among(one, *given))

    energy, path, narrow = 2.0 * GeV * same, 9000 * km * same, 0.0 * same
    wide, long = 0.04 * GeV * same, 2500 * km * same

    exact = at(one, energy, 9000 * km + x * 1250 * km, narrow, narrow)[:, :, 0] @ (w / 2)
    np.testing.assert_allclose(at(one, energy, path, narrow, long)[..., 0, 0], exact, atol=1e-11)

    exact = np.swapaxes(at(one, energy + x * 0.02 * GeV, path, narrow, narrow), 2, 3)[:, :, 0] @ (w / 2)
    found, plain = (at(one, energy, path, cell, narrow)[..., 0, 0] for cell in (wide, narrow))
    assert np.abs(found - exact).max() < 1e-3  # a phase of 28, times (e/2E)^2 = 1e-4, over 3
    assert np.abs(plain - exact).max() > 3 * np.abs(found - exact).max()  # and the middle alone is worse

    spread = ThreeFlavour(density=CORE, electrons=0.47, dm2_31=-2.5e-3 * eV**2, spread=500 * km)
    exact = at(one, energy, path + 500 * km * z, narrow, narrow)[:, :, 0] @ (v / v.sum())
    np.testing.assert_allclose(at(spread, energy, path, narrow, narrow)[..., 0, 0], exact, atol=1e-9)


def test_energies_at_rest_are_averaged():
    """The first node of a flux may be zero: its phase has no value, its mean has."""
    energy = np.asarray(ENERGY) * (np.arange(len(ENERGY)) > 0)
    found = np.asarray(probability(CASES["vacuum"], energy, PATH))
    s12, s13 = 0.308, 0.02215
    squares = np.array([(1 - s12) * (1 - s13), s12 * (1 - s13), s13])
    np.testing.assert_allclose(found[NU_E, NU_E, 0], (squares**2).sum(), atol=1e-12)


def test_derivatives():
    def answer(x):
        one = ThreeFlavour(x[0], x[1], x[2], x[3], x[4] * eV**2, x[5] * eV**2, x[6] * g / cm**3, x[7], x[8] * km)
        found = one.among(ENERGY[1:], PATH, 0.02 * ENERGY[1:], 0.01 * PATH)
        return (found * jnp.cos(jnp.arange(288.0).reshape(3, 3, 2, 4, 4))).sum()

    point = np.array([0.3, 0.02, 0.45, 1.0, 7.5e-5, 2.5e-3, 3.0, 0.5, 20.0])
    turn = point * np.array([1.0, 0.3, -0.7, 0.5, -0.4, 0.02, 0.6, -0.2, 0.9])  # all at once, in one direction
    along = jax.jit(lambda x: jax.jvp(answer, (x,), (turn,)), compiler_options={"xla_backend_optimization_level": 0})
    step = 1e-5
    slope = (along(point + step * turn)[0] - along(point - step * turn)[0]) / (2 * step)
    # central differences: third derivative times step squared, of a phase of 4000 times 0.02, smeared
    assert float(along(point)[1]) == pytest.approx(float(slope), rel=1e-5)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"sin2_12": 1.2}, "sin2_12"),
        ({"dm2_31": 0.0, "dm2_21": 0.0}, "dm2_31"),
        ({"dm2_21": -1e-5 * eV**2}, "dm2_21"),
        ({"density": -1}, "density"),
        ({"density": 2e9 * g / cm**3}, "density"),
    ],
)
def test_what_cannot_be_is_refused(given, where):
    with pytest.raises(InputError) as caught:
        ThreeFlavour(**given)
    assert caught.value.where == where
