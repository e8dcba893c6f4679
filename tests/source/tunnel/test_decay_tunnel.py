"""The flux of a decay tunnel: closed forms, two samplings, derivatives, and what is refused."""

import subprocess
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2
from tunnel_toys import ENERGIES, FACILITY, SITE, beam, modes, source

from ontarget.beam import Species, Tunnel
from ontarget.detector import Channel, Detector
from ontarget.experiment import Experiment
from ontarget.ground.address import addresses, replace
from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, kg, m, mm, us
from ontarget.interaction import ChargedCurrent, CrossSection
from ontarget.matter import FLAVOURS, Material
from ontarget.matter.particle import PARTICLES
from ontarget.numerics import EnergyAxis, LengthAxis, TimeAxis
from ontarget.numerics.share import nodes_beside, one_by_one
from ontarget.source import (
    Analogue,
    ArrivalTime,
    BeamSite,
    Forced,
    ProtonsOnTarget,
    Radius,
    Site,
    StoppedPion,
    Untagged,
)
from ontarget.source.tunnel.decay_tunnel import check_held, compiled_flux, positive_daughters, worst_error

NU_MU = FLAVOURS.index("nu_mu")
RINGS = Radius(LengthAxis(0.0, 2.8 * m, 4))


def flux_of(one, site=SITE, tag=None):
    return compiled_flux(one, FACILITY, site, tag or Untagged())


def test_pencil_beam_on_a_point_of_the_axis():
    """Against adaptive quadrature over the place of decay; the energy is the closed form's."""
    momentum, ahead = 8.5 * GeV, 27 * m
    point = BeamSite(ahead, 1e-3 * mm, 1e-3 * mm, 1e-3 * mm)
    pencil = beam(momentum=momentum, spread=0.0, divergence=0.0, size=1e-6 * mm)
    found = flux_of(source(pencil, rays=2**17, repeats=8), point)
    mean = float(PARTICLES["pi+"].decay_length(jnp.asarray(momentum)))
    total = np.sqrt(momentum**2 + pion_mass**2)
    gamma, beta = total / pion_mass, momentum / total
    forwards = (pion_mass / (total - momentum)) ** 2  # (E/E*)^2 on the axis
    wanted, _ = quad(
        lambda z: np.exp(-z / mean) / mean * forwards / (4 * np.pi * (40 * m + ahead - z) ** 2), 0, 40 * m, epsrel=1e-12
    )
    values = np.asarray(found.values)[NU_MU, :, 0, 0]
    # a lattice's error in one dimension is a share of 1/rays: 1e-6 of the whole for eight of 131072 points
    assert values.sum() == pytest.approx(0.038 * float(modes("pi_munu")[0].branching) * wanted, rel=1e-6)
    energy = (1 - (muon_mass / pion_mass) ** 2) * total / (1 + 0.0) * (1 + beta) / 2
    assert values @ np.asarray(found.energy) / values.sum() == pytest.approx(energy, rel=1e-9)
    assert gamma == pytest.approx(60.9, abs=0.1)


def test_hats_conserve_numbers_and_mean_energy():
    """Between the ends, whatever the nodes: the shares of a ray add to one, and their energies to its own."""
    nodes = jnp.array([0.0, 1.0, 1.5, 4.0, 11.0]) * GeV
    energy = jnp.asarray(np.random.default_rng(2).uniform(0, 11, 1000)) * GeV
    (low, one), (high, other) = one_by_one(nodes_beside(nodes, energy))
    np.testing.assert_allclose(one + other, 1.0, rtol=1e-12)
    np.testing.assert_allclose(one * nodes[low] + other * nodes[high], energy, rtol=1e-12)
    assert (np.asarray(one) >= 0).all()
    beyond = one_by_one(nodes_beside(nodes, jnp.array([12 * GeV])))
    assert [float(x[0]) for _, x in beyond] == [0.0, 1.0]  # at the end


def test_neutrinos_beyond_the_axis_of_energies_are_dropped_and_the_axis_refused():
    """They were put onto its end: 1.90e6 events for 1.02e6. Below and above the nodes they are counted apart."""
    whole = flux_of(source())
    held = flux_of(source(energies=EnergyAxis(3 * GeV, 11 * GeV, 16)))
    same = np.asarray(whole.values)[NU_MU, 6:, 0, 0]
    np.testing.assert_allclose(np.asarray(held.values)[NU_MU, :, 0, 0], same, rtol=1e-12)
    below, above = np.asarray(held.outside)[NU_MU]
    assert below == pytest.approx(float(whole.values.sum() - same.sum()), rel=1e-12)
    assert above == float(np.asarray(whole.outside).sum()) == 0
    show = EnergyAxis(3 * GeV, 11 * GeV, 16)
    with pytest.raises(InputError) as refused:
        check_held(held, show)
    share = 100 * below / (below + same.sum())
    assert str(refused.value) == (
        f"source.energies.start: got 3e+06 keV. {share:.3g} % of the nu_mu that come to the detector lie below it. "
        "Start it lower."
    )
    with pytest.raises(InputError, match=r"source\.energies\.stop: got .* lie above it\. Let it end higher\."):
        check_held(flux_of(source(energies=EnergyAxis(0.0, 3 * GeV, 6))), EnergyAxis(0.0, 3 * GeV, 6))
    check_held(whole, ENERGIES)


@pytest.fixture(scope="module")
def both():
    """64 lattices of 2048 rays, forced and drawn, of pions and kaons in the tunnel and before it."""
    of = beam(Species(0.038, name="pi+"), Species(0.0025, name="K+"), approach=3 * m)
    given = {"decays": modes("pi_munu", "ke3"), "regions": ("line", "tunnel")}
    given |= {"rays": 2048, "repeats": 64}
    return [flux_of(source(of, sampling=one, **given)) for one in (Forced(), Analogue())]


@pytest.mark.parametrize("flavour", ["nu_mu", "nu_e"])
def test_forced_and_drawn_rays_agree(both, flavour):
    """Chi2 over nodes that hold 0.3 % of the flavour; 131072 rays of each component and sampling."""
    row = FLAVOURS.index(flavour)
    (forced, few), (drawn, many) = ((np.asarray(f.values)[row, :, 0, 0], np.asarray(f.error)[row, :, 0]) for f in both)
    held = forced > 3e-3 * forced.sum()
    pulls = (forced - drawn)[held] / np.hypot(few, many)[held]
    assert held.sum() > 8
    # neighbouring nodes share rays, so this is no exact chi2: its ends are wide
    assert 1e-3 < chi2.sf((pulls**2).sum(), len(pulls)) < 1 - 1e-4


def test_rings_and_paths_add_to_the_whole():
    whole, rings = flux_of(source(paths=5)), flux_of(source(), tag=RINGS)
    assert whole.values.shape == (6, ENERGIES.bins + 1, 5, 2)
    mean = float((whole.values.sum(axis=(0, 1, 3)) * whole.path).sum() / whole.values.sum())
    assert 27 * m < mean < 89 * m  # from the tunnel's end to the face, and from its entrance to the far end
    assert rings.values.shape == (6, ENERGIES.bins + 1, 1, 5)
    np.testing.assert_allclose(rings.values.sum(axis=(2, 3)), whole.values.sum(axis=(2, 3)), rtol=1e-12)
    # neutrinos further from the axis have less energy
    spectra = np.asarray(rings.values)[NU_MU, :, 0, :4]
    means = np.asarray(rings.energy) @ spectra / spectra.sum(axis=0)
    assert (np.diff(means) < 0).all()


STEP = 1e-5
MOVED = [
    "beam.momentum",
    "beam.spread",
    "beam.divergence",
    "beam.size",
    "beam.species.pi+.number",
    "tunnel.length",
    "decays.pi_munu.branching",
]


def test_derivatives_against_differences_with_the_same_rays():
    """Forced rays have no jumps, so both agree; hats have kinks, and a few of 1024 rays cross one within the step."""
    given = source(rays=256, repeats=4)
    leaves = addresses(given)
    sizes = jnp.array([float(leaves[name]) for name in MOVED])

    def answer(x, given):
        moved = replace(given, {name: leaves[name] + x[i] * sizes[i] for i, name in enumerate(MOVED)})
        values = moved.flux(FACILITY, SITE, Untagged()).values
        return (values * (1 + jnp.cos(jnp.arange(values.shape[1]))[:, None, None])).sum()

    def answers(rows, given):
        return jax.lax.map(lambda x: answer(x, given), rows)

    unit = STEP * jnp.eye(len(MOVED))
    value, gradient = jax.jit(jax.value_and_grad(answer))(0 * sizes, given)
    up, down = jnp.split(jax.jit(answers)(jnp.concatenate([unit, -unit]), given), 2)
    assert float(jnp.abs(gradient / value).max()) > 0.1
    # a thousandth of each, and a hundred-thousandth of the answer for those that are as good as none
    np.testing.assert_allclose(gradient, (up - down) / (2 * STEP), rtol=1e-3, atol=1e-5 * float(value))


@pytest.fixture(scope="module")
def experiment():
    per_energy = jnp.array([0.7, 0.7]) * 1e-38 * cm**2 / GeV
    of = CrossSection(jnp.array([0.1, 20.0]) * GeV, per_energy, [1.0, 1.0], name="nu_mu")
    seen = EnergyAxis(0.0, 10 * GeV, 5)
    channel = Channel(ChargedCurrent((of,)), EnergyAxis(0.0, 10 * GeV, 10), name="cc")
    detector = Detector(SITE, 5e5 * kg, Material("Ar"), seen, (channel,), tag=RINGS)
    given = source(rays=512, precision=0.9)
    return Experiment(FACILITY, given, detector=detector, exposure=ProtonsOnTarget(1.4e19))


def test_settled_flux_gives_the_same_counts(experiment):
    inside = eqx.filter_jit(lambda one: one.counts())(experiment).total()
    outside = experiment.expected().total()
    np.testing.assert_allclose(outside, inside, rtol=1e-12)
    assert float(inside.sum()) > 1e4


def test_too_few_rays_for_the_precision_are_refused(experiment):
    wanting = eqx.tree_at(lambda one: one.source.precision, experiment, jnp.asarray(1e-4))
    with pytest.raises(
        InputError, match=r"source\.precision: got 0\.01 % asked for\. With 4 x 512 rays .* Give \d+ rays"
    ):
        wanting.expected()


def test_worst_error_looks_at_nodes_that_matter():
    values, error = np.zeros((2, 4, 1)), np.zeros((2, 4, 1))
    values[0, :, 0], error[0, :, 0] = [100.0, 0.1, 50.0, 0.0], [1.0, 0.1, 1.0, 0.0]
    values[1, 0, 0], error[1, 0, 0] = 0.1, 0.1  # a flavour of less than a thousandth
    assert worst_error(values, error) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: source(rays=300), "rays: got 300. The points of a lattice are a power of two. Give 256."),
        (lambda: source(rays=8), "rays: got 8. It is between 16"),
        (lambda: source(repeats=1), "repeats: got 1. It is between 2"),
        (lambda: source(regions=("tunnel", "dump")), "regions: got 'dump'. This beam knows line, tunnel, exit."),
        (
            lambda: source(regions=("tunnel", "tunnel")),
            "regions: got 'tunnel' twice. Each counts once. Leave one of them out.",
        ),
        (lambda: source(regions=()), "regions: got none. This beam knows line, tunnel, exit. Name one of these."),
        (lambda: source(decays=2 * modes("pi_munu")), "decays: got 'pi_munu' twice. Each counts once."),
        (lambda: source(daughters=2 * positive_daughters()[:1]), "daughters: got 'mu+' twice. Each counts once."),
        (
            lambda: source(energies=EnergyAxis(-1 * GeV, 11 * GeV, 12)),
            "energies.start: got -1e+06 keV. No neutrino has less than no energy. Start at 0 or above.",
        ),
        (
            lambda: source().check_detector(BeamSite(1 * m, 4 * m, 4 * m, 22 * m)),
            "detector.site.distance: got 1 m. The hadron dump stands 2 m behind the tunnel, and the beam goes on up to "
            "it. Give at least 2 m.",
        ),
        (lambda: source(precision=0.0), "precision: got 0."),
        (
            lambda: source().flux(FACILITY, Site(27 * m), Untagged()),
            "detector.site: got Site. This source sends neutrinos to a BeamSite.",
        ),
        (
            lambda: flux_of(source(), tag=ArrivalTime(TimeAxis(0.0, 6 * us, 3))),
            "tag: got ArrivalTime. This source says where neutrinos arrive, and not when",
        ),
        (
            lambda: StoppedPion(0.1).flux(FACILITY, Site(20 * m), RINGS),
            "tag: got Radius. This source says when neutrinos arrive, and not where. Use ArrivalTime or Untagged.",
        ),
        (
            lambda: StoppedPion(0.1).flux(FACILITY, SITE, Untagged()),
            "detector.site: got BeamSite. This source sends neutrinos to a Site.",
        ),
        (lambda: Tunnel(-1.0, 1.0), "length: got"),
    ],
)
def test_one_sentence_for_what_cannot_be(make, sentence):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


MEMORY = """
import resource, sys
sys.path.insert(0, "tests/toys")
from tunnel_toys import SITE, source
from ontarget.source import Untagged
from ontarget.source.tunnel.simulation import Simulation
simulation = Simulation(source(rays=2**16), SITE, Untagged())
for last in (4, 40):
    simulation.left = [(0, unit) for unit in range(simulation.tallies[0].units, last)]
    while simulation.left:
        simulation.count()
    print(simulation.rays, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
@pytest.mark.slow
def test_memory_does_not_grow_with_the_rays(request):
    """A quarter of a million and ten times as many parents in one process: blocks of 2**16 at a time."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, cwd=request.config.rootpath)
    assert done.returncode == 0, done.stderr[-2000:]
    (few, small), (many, large) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert many > 10**6 > few > 10**5
    assert large < 1.03 * small
