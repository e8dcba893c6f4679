"""Every float leaf of every experiment of the catalog has a finite derivative that agrees with finite differences."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.beam import TrackedBeam
from ontarget.detector import HistogramBackground
from ontarget.experiment import LeptonMonitor
from ontarget.ground.address import addresses, replace
from ontarget.ground.noun import Noun
from ontarget.io import catalog, entries, read_yaml
from ontarget.io.entry import load_experiment
from ontarget.numerics import CountAxis
from ontarget.source import DecayTunnel, Untagged

STEP = 2e-5  # relative: small, for end points of single energy nodes make kinks; rounding is 1e-13 / 2e-5
BEAM_STEP = 2e-6  # smaller, for every ray has a kink where it crosses a node of energy: one in 30,000 does
BEAM = "nuscope_lar"  # what other beams share with it is tried there

# other numbers in classes that are tried in one of the rest: that none is missed is a test of its own
SAME_CLASSES = (
    *("cenns10_note", "coherent_csi_2017", "coherent_csi_2021", "ess_argon", "ess_csi", "ess_germanium"),
    *("nuscope_lar_face", "nuscope_lar_short_baseline", "nuscope_water"),
    *("pip2_bar_upgrade_100t", "pip2_rcs_100t", "ccm_far", "cenns_750", "cenns10_projection"),
    *("pip2_bar_100t_electrons", "pip2_sterile_far"),
    *("ccm_near", "ess_c3f8", "ess_silicon", "coherent_csi_2017_fitted_quenching"),
    *("nuscope_lar_tagged", "nuscope_lar_tagged_pions"),
)
ELSEWHERE = (
    *("TriangularPulse", "PoissonSmearing", "MeasuredBackground", "Lindhard", "SteadyStateIntegrated"),  # experiment
    *("Association", "GaussianMatching", "TaggedEnergy", "TaggedPath"),  # source: tags are left out here, see `lighter`
)
"""Classes whose derivatives are tried in tests of their own."""

TRIED = [name for name in entries("experiments") if name not in SAME_CLASSES]
LONG = (
    "nuscope_lar_line",
    "nuscope_tunnel",
    "nuscope_range_meter",
    "dar_argon",
    "coherent_lar_2020",
    "nuscope_lar_varied",
)
EDGES = (".start", ".stop", ".spacing.fractions")


def is_binning(experiment, address):
    """Whether a number is an edge of bins where there is no derivative.

    Cells of the truth, of smearings and of released histograms are discretisation, not physics. What is counted in
    quanta jumps with the bins; what stands on the edges of a histogram has a kink there.
    """
    if address.endswith((".excitation", ".mass_difference")):
        return True  # lines as narrow as the recoil of a nucleus: a kink where one crosses an edge of a cell
    if not address.endswith(EDGES):
        return False
    if isinstance(experiment, LeptonMonitor):
        return True  # axes of an instrument
    detector = experiment.detector
    if isinstance(experiment.source, DecayTunnel) and address.startswith(("source.energies.", "detector.seen.")):
        return True  # nodes of a beam's flux hold all of it wherever they are, and jump from bin to bin of what is seen
    if address.startswith("detector.seen."):
        # a seen axis that starts at zero: there are no recoils below it to gain
        return isinstance(detector.seen, CountAxis) or (address.endswith(".start") and float(detector.seen.start) == 0)
    if address.startswith("detector.tag."):
        return any(isinstance(one, HistogramBackground) for one in detector.backgrounds)
    return ".truth." in address or ".axis." in address or ".backgrounds." in address


def already_tried(name):
    """Leaves, by address, of the experiment of the catalog that this one varies: what they share is tried there."""
    base = read_yaml(catalog.ROOT / "experiments" / f"{name}.yaml").data.get("use", "")
    if isinstance(load_experiment(name).noun, LeptonMonitor):
        return {}  # precomputed, below
    if isinstance(load_experiment(name).noun.source, DecayTunnel):
        base = "" if name == BEAM else f"experiments/{BEAM}"
    return addresses(load_experiment(base).noun) if base.startswith("experiments/") else {}


def lighter(name, experiment):
    """A beam with few rays and one decay of each class, since the law holds of every ray; others only to muons.

    Without the tag: its rings have sharp edges, over which the vertices move with the size and place of the detector.
    """
    source = experiment.source
    wanted = ("pi_munu", "kmu3", "mu_numu") if name == BEAM else ("pi_munu", "k_munu")
    decays = tuple(one for one in source.decays if one.name in wanted)
    if isinstance(experiment, LeptonMonitor):  # what is seen; templates are tried in tests/experiment
        few = dataclasses.replace(source, decays=decays, rays=256, repeats=2, precision=1.0)
        return dataclasses.replace(experiment, source=few).precomputed()
    daughters = tuple({type(one): one for one in reversed(source.daughters)}.values()) if name == BEAM else ()
    beam = source.beam
    if isinstance(beam, TrackedBeam):
        beam = dataclasses.replace(beam, species=("K+",))  # pions take the same way, with other numbers
    source = dataclasses.replace(source, beam=beam, decays=decays, daughters=daughters, rays=64, repeats=2)
    detector = dataclasses.replace(experiment.detector, tag=Untagged())
    return dataclasses.replace(experiment, source=source, detector=detector)


def leaves_to_try(name, experiment):
    """Numbers by address, and of every array one direction, in which each element moves by a share of its own."""
    random, tried, found = np.random.default_rng(8), already_tried(name), {}
    for address, leaf in addresses(experiment).items():
        same = address in tried and np.array_equal(leaf, tried[address])
        if same or address == "observed" or is_binning(experiment, address):
            continue
        size = np.asarray(leaf, float) if np.ndim(leaf) else np.where(leaf == 0, 1.0, leaf)
        size = size * random.uniform(0.2, 1.0, np.shape(leaf)) if np.ndim(leaf) else size
        found[address] = size * ~repeated(np.asarray(leaf)) if ".interaction.flavours." in address else size
    return found


def repeated(table):
    """Where a table of a cross-section says the same twice: a monotone cubic through it has a kink there."""
    if not np.ndim(table):
        return np.zeros((), bool)
    same = np.diff(table, prepend=np.nan, append=np.nan) == 0
    return same[1:] | same[:-1]


def compiled(function):
    """Compiled in haste: each program runs once or a few hundred times, and its compilation is most of the work."""
    return jax.jit(function, compiler_options={"xla_backend_optimization_level": 0})


def classes_of(thing):
    """The classes of all nouns in it."""
    nouns = jax.tree.leaves(thing, is_leaf=lambda one: isinstance(one, Noun) and one is not thing)
    below = [classes_of(one) for one in nouns if isinstance(one, Noun)]
    return {type(thing)}.union(*below)


@pytest.mark.long
def test_every_class_is_tried():
    rest = set().union(*(classes_of(load_experiment(name).noun) for name in TRIED))
    for name in SAME_CLASSES:
        missing = {cls.__name__ for cls in classes_of(load_experiment(name).noun) - rest}
        assert missing <= set(ELSEWHERE), name


@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.long] * (one in LONG)) for one in TRIED])
def test_derivatives_by_every_leaf(name):
    """Central differences with Richardson's extrapolation, each leaf scaled by its size."""
    experiment = load_experiment(name).noun
    beam = isinstance(experiment.source, DecayTunnel)
    experiment = lighter(name, experiment) if beam else experiment
    # weights that vary slowly over the bins make kinks of rays flat
    step, turn = (BEAM_STEP, 0.05) if beam else (STEP, 1.0)
    beam = beam and not isinstance(experiment, LeptonMonitor)
    directions = leaves_to_try(name, experiment)
    names, given = list(directions), (experiment, [jnp.asarray(one) for one in directions.values()])

    @jax.jit  # traced once for both programs
    def answer(x, experiment, directions):
        leaves = addresses(experiment)
        moved = {one: leaves[one] + x[i] * directions[i] for i, one in enumerate(names)}
        bins = replace(experiment, moved).bins()
        return bins @ (1 + jnp.cos(turn * jnp.arange(len(bins), dtype=float)))

    unit = jnp.eye(len(names))
    rows = jnp.concatenate([sign * share * step * unit for share in (1.0, 0.5) for sign in (1, -1)])
    value, gradient, found = (forwards if beam else in_reverse)(answer, unit, rows, given)
    assert np.isfinite(gradient).all()
    up, down, half_up, half_down = np.split(found, 4)
    slopes = (4 * (half_up - half_down) / step - (up - down) / (2 * step)) / 3
    wrong = {
        address: (float(exact), float(found))
        for address, exact, found in zip(names, gradient, slopes, strict=True)
        # relative 1e-6 of the derivative, or 1e-7 of the answer where the derivative is smaller than a tenth of that
        if not abs(exact - found) < 1e-6 * abs(exact) + 1e-7 * value
    }
    assert wrong == {}


def in_reverse(answer, unit, rows, given):
    """Answer, gradient, and the answers at the rows."""

    def answers(rows, *given):
        return jax.lax.map(lambda row: answer(row, *given), rows)

    value, gradient = compiled(jax.value_and_grad(answer))(unit[0] * 0, *given)
    return float(value), np.asarray(gradient), np.asarray(compiled(answers)(rows, *given))


def forwards(answer, unit, rows, given):
    """The same in one program: to compile is most of the work with beams, and in reverse it takes thrice as long."""

    def both(points, tangents, *given):
        def one(point_and_tangent):
            point, tangent = point_and_tangent
            return jax.jvp(lambda x: answer(x, *given), (point,), (tangent,))

        return jax.lax.map(one, (points, tangents))

    points = jnp.concatenate([0 * unit, rows])
    values, slopes = (np.asarray(one) for one in compiled(both)(points, jnp.concatenate([unit, 0 * rows]), *given))
    return values[0], slopes[: len(unit)], values[len(unit) :]
