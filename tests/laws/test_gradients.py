"""Every float leaf of every experiment of the catalog has a finite derivative that agrees with finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.detector import HistogramBackground
from ontarget.ground.address import addresses, replace
from ontarget.io import catalog, entries, read_yaml
from ontarget.io.entry import load_experiment
from ontarget.numerics import CountAxis

STEP = 2e-5  # relative: small, for end points of single energy nodes make kinks; rounding is 1e-13 / 2e-5
EDGES = (".start", ".stop", ".spacing.fractions")


def is_binning(experiment, address):
    """Whether a number is an edge of bins where there is no derivative.

    Cells of the truth, of smearings and of released histograms are discretisation, not physics. What is counted in
    quanta jumps with the bins; what stands on the edges of a histogram has a kink there.
    """
    if not address.endswith(EDGES):
        return False
    detector = experiment.detector
    if address.startswith("detector.seen."):
        # a seen axis that starts at zero: there are no recoils below it to gain
        return isinstance(detector.seen, CountAxis) or (address.endswith(".start") and float(detector.seen.start) == 0)
    if address.startswith("detector.tag."):
        return any(isinstance(one, HistogramBackground) for one in detector.backgrounds)
    return ".truth." in address or ".axis." in address or ".backgrounds." in address


def already_tried(name):
    """Leaves, by address, of the experiment of the catalog that this one varies: what they share is tried there."""
    base = read_yaml(catalog.ROOT / "experiments" / f"{name}.yaml").data.get("use", "")
    return addresses(load_experiment(base).noun) if base.startswith("experiments/") else {}


def leaves_to_try(name, experiment):
    """Numbers by address, and of every array one direction, in which each element moves by a share of its own."""
    random, tried, found = np.random.default_rng(8), already_tried(name), {}
    for address, leaf in addresses(experiment).items():
        same = address in tried and np.array_equal(leaf, tried[address])
        if same or address == "observed" or is_binning(experiment, address):
            continue
        size = np.asarray(leaf, float) if np.ndim(leaf) else np.where(leaf == 0, 1.0, leaf)
        found[address] = size * random.uniform(0.2, 1.0, np.shape(leaf)) if np.ndim(leaf) else size
    return found


def compiled(function):
    """Compiled in haste: each program runs once or a few hundred times, and its compilation is most of the work."""
    return jax.jit(function, compiler_options={"xla_backend_optimization_level": 0})


@pytest.mark.slow
@pytest.mark.parametrize("name", entries("experiments"))
def test_derivatives_by_every_leaf(name):
    """Central differences with Richardson's extrapolation, each leaf scaled by its size."""
    experiment = load_experiment(name).noun
    directions = leaves_to_try(name, experiment)
    names, given = list(directions), (experiment, [jnp.asarray(one) for one in directions.values()])

    def answer(x, experiment, directions):
        leaves = addresses(experiment)
        moved = {one: leaves[one] + x[i] * directions[i] for i, one in enumerate(names)}
        bins = replace(experiment, moved).bins()
        return bins @ (1 + jnp.cos(jnp.arange(len(bins), dtype=float)))

    def answers(rows, *given):
        return jax.lax.map(lambda row: answer(row, *given), rows)

    unit = jnp.eye(len(names))
    value, gradient = compiled(jax.value_and_grad(answer))(unit[0] * 0, *given)
    assert np.isfinite(gradient).all()
    rows = jnp.concatenate([sign * step * unit for step in (STEP, STEP / 2) for sign in (1, -1)])
    up, down, half_up, half_down = np.split(np.asarray(compiled(answers)(rows, *given)), 4)
    slopes = (4 * (half_up - half_down) / STEP - (up - down) / (2 * STEP)) / 3
    wrong = {
        address: (float(exact), float(found))
        for address, exact, found in zip(names, gradient, slopes, strict=True)
        # relative 1e-6 of the derivative, or 1e-7 of the answer where the derivative is smaller than a tenth of that
        if not abs(exact - found) < 1e-6 * abs(exact) + 1e-7 * value
    }
    assert wrong == {}
