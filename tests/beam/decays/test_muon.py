import numpy as np
import pytest
from beam_rays import (
    GAMMA,
    GAMMA5,
    LEFT,
    RAYS,
    directions,
    draw,
    emit,
    emit_towards,
    fourvector,
    numbers,
    parts,
    polarisation_of_lepton,
    same,
    slash,
)
from scipy.stats import chisquare, kstest

from ontarget.beam import decays_of
from ontarget.ground.units import GeV, MeV

M, ME = 105.6583755, 0.51099895  # MeV
NUE, NUMU = decays_of("mu+")
SPIN = np.array([0.6, 0.0, 0.8])
REST = (0.0, 0.0, 0.0)


def energies_and_cosines(emission):
    nu = np.asarray(emission.neutrino) / MeV
    k = np.linalg.norm(nu, axis=1)
    return 2 * k / M, nu @ SPIN / k


@pytest.mark.parametrize(
    ("decay", "cumulative"),
    [(NUE, lambda x: 4 * x**3 - 3 * x**4), (NUMU, lambda x: 2 * x**3 - x**4)],
    ids=["nu_e", "nubar_mu"],
)
def test_michel_spectra(decay, cumulative):
    """20 000 unpolarised decays at rest; the electron's mass moves the distributions by 1e-4, too little to be felt."""
    x, cosine = energies_and_cosines(draw(decay, REST, REST))
    assert kstest(x, lambda one: cumulative(np.clip(one, 0, 1))).pvalue > 1e-3
    assert kstest(cosine, "uniform", (-1, 2)).pvalue > 1e-3


@pytest.mark.parametrize("degree", [1.0, 0.4])
@pytest.mark.parametrize(
    ("decay", "slope"), [(NUE, lambda x: -1 + 0 * x), (NUMU, lambda x: -(1 - 2 * x) / (3 - 2 * x))], ids=["e", "mu"]
)
def test_polarised_distributions(decay, slope, degree):
    """20 000 decays at rest in energy and angle: 12 x^2 (1-x)(1 - c) and 2 x^2 [(3-2x) - (1-2x) c], c to the spin."""
    spectrum = {"nu_e": lambda x: 12 * x**2 * (1 - x), "nubar_mu": lambda x: 2 * x**2 * (3 - 2 * x)}[decay.neutrino]
    x, cosine = energies_and_cosines(draw(decay, REST, degree * SPIN, seed=5))
    xs, cs = (np.arange(600) + 0.5) / 600, (np.arange(600) + 0.5) / 300 - 1
    density = spectrum(xs)[:, None] * (1 + degree * slope(xs)[:, None] * cs)
    expected = density.reshape(6, 100, 6, 100).sum(axis=(1, 3))
    counts = np.histogram2d(x, cosine, bins=6, range=[[0, 1], [-1, 1]])[0]
    # midpoints of a grid 100 times finer: 1e-5
    assert chisquare(counts.ravel(), expected.ravel() * counts.sum() / expected.sum()).pvalue > 1e-3


def test_forced_weights_are_those_of_dk2nu():
    """At rest, given energy and angle: (1 - c) for nu_e; (3-2x) - (1-2x) c over (3-2x), in the mean, for nubar_mu."""
    n = directions(3, RAYS)
    cosine = np.asarray(n @ SPIN)
    given = [emit_towards(one, same(REST, RAYS), same(SPIN, RAYS), n, numbers(4, RAYS, 5)) for one in (NUE, NUMU)]
    np.testing.assert_allclose(4 * np.pi * given[0].weight, 1 - cosine, rtol=0, atol=1e-12)
    x = 2 * np.linalg.norm(given[1].neutrino, axis=1) / MeV / M
    weight = 4 * np.pi * np.asarray(given[1].weight)
    expected = 1 - (1 - 2 * x) / (3 - 2 * x) * cosine
    cells = np.digitize(x, np.linspace(0, 1, 7)) * 10 + np.digitize(cosine, np.linspace(-1, 1, 7))
    for cell in np.unique(cells):
        here = weight[cells == cell] - expected[cells == cell]
        assert abs(here.mean()) < 4 * here.std() / np.sqrt(len(here)) + 1e-3


def test_both_neutrinos_are_of_one_decay():
    """Equal numbers: nu_e, nubar_mu and electron add to the muon."""
    p = np.array([0.3, 0.1, 4.0]) * GeV
    first, second = draw(NUE, p, SPIN), draw(NUMU, p, SPIN)
    np.testing.assert_allclose(first.lepton, second.lepton, rtol=1e-13)
    total = first.neutrino + second.neutrino + first.lepton
    np.testing.assert_allclose(total, same(p, RAYS), rtol=0, atol=1e-12 * np.linalg.norm(p))


def rate(muon, electron, electron_neutrino, muon_neutrino, spin, charge):
    """|M|^2 of two left-handed currents by traces; the muon's spin four-vector projects."""
    pure = (slash(muon) - charge * M * np.eye(4)) @ (np.eye(4) + GAMMA5 @ slash(spin)) / 2
    massive = slash(electron) - charge * ME * np.eye(4)
    vertices = [matrix @ LEFT for matrix in GAMMA]
    conjugates = [GAMMA[0] @ vertex.conj().T @ GAMMA[0] for vertex in vertices]
    heavy = [pure, slash(muon_neutrino)] if charge > 0 else [slash(muon_neutrino), pure]
    light = [slash(electron_neutrino), massive] if charge > 0 else [massive, slash(electron_neutrino)]
    one, two = (np.array([[np.trace(a @ v @ b @ w) for w in conjugates] for v in vertices]) for a, b in (heavy, light))
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    return (one * (metric @ two @ metric)).sum().real


@pytest.mark.parametrize(("name", "sign"), [("mu+", 1), ("mu-", -1)])
def test_currents_give_the_form_that_is_drawn(name, sign):
    """|M|^2 is (p +- m s).k_e p_e.k_mu: so the electron neutrino avoids the spin of a mu+ and follows that of a mu-."""
    decay = decays_of(name)[0]
    muon, first, electron, second = (one[:10] / MeV for one in parts(decay, draw(decay, REST), same(REST, RAYS)))
    ratios = []
    for i in range(10):
        form = (M * first[i][0] * (1 - sign * SPIN @ first[i][1:] / first[i][0])) * (
            electron[i][0] * second[i][0] - electron[i][1:] @ second[i][1:]
        )
        ratios.append(rate(muon[i], electron[i], first[i], second[i], np.array([0.0, *SPIN]), sign) / form)
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-8)  # rounding where two momenta are nearly parallel


@pytest.mark.parametrize(("name", "sign"), [("pi+", 1), ("pi-", -1), ("K+", 1), ("K-", -1)])
def test_spin_from_two_body_decays(name, sign):
    """By traces with the current of the meson's momentum: complete, and towards the parent for a positive muon."""
    decay = decays_of(name)[0]
    p = np.array([0.2, -0.1, 0.6]) * GeV
    emission = draw(decay, p)
    spin = np.asarray(decay.polarisation(same(p, RAYS), emission))
    parent, neutrino, lepton, _ = (one / MeV for one in parts(decay, emission, same(p, RAYS)))
    for i in range(5):
        expected = polarisation_of_lepton(parent[i], neutrino[i], lepton[i], M, sign)
        np.testing.assert_allclose(spin[i], expected, rtol=0, atol=1e-9)


def test_neutrinos_of_a_pion_and_its_muon():
    """Helicity from pion to electron neutrino: the mean energy in the pion's frame, 20 000 chains, has a closed form.

    The muon of momentum p* has its spin backwards, so its electron neutrino goes forwards: with the mean energy
    3/10 m and mean cosine 1/3 along the flight, E = 3/10 m (gamma + beta gamma/3) in the pion's frame.
    """
    pion = decays_of("pi+")[0]
    born = draw(pion, REST, seed=7)
    spin = pion.polarisation(same(REST, RAYS), born)
    found = np.linalg.norm(emit(NUE, born.lepton, spin, numbers(8, RAYS, 5)).neutrino, axis=1) / MeV
    muon = fourvector(born.lepton, M * MeV)[0] / MeV
    expected = 0.3 * (muon[0] + np.linalg.norm(muon[1:]) / 3)
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(RAYS)
