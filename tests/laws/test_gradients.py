"""Every float leaf of every experiment of the catalog has a finite derivative that agrees with finite differences."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.address import addresses, replace
from ontarget.io import entries
from ontarget.io.entry import load_experiment

STEP = 2e-5  # relative: small, for end points of single energy nodes make kinks; rounding is 1e-13 / 2e-5


def one_sided(address, leaf):
    """A seen axis that starts at zero: there are no recoils below it to gain."""
    return address == "detector.seen.start" and leaf == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", entries("experiments"))
def test_derivatives_by_every_leaf(name):
    """Central differences with Richardson's extrapolation, each leaf scaled by its size."""
    # the axes of the truth are discretisation, not physics: their ends move nothing but the cells
    leaves = {
        address: float(leaf)
        for address, leaf in addresses(load_experiment(name).noun).items()
        if np.ndim(leaf) == 0 and ".truth." not in address and not one_sided(address, float(leaf))
    }
    arrays, rest = eqx.partition(load_experiment(name).noun, eqx.is_inexact_array)
    scale = jnp.array([leaf if leaf != 0 else 1.0 for leaf in leaves.values()])
    start = jnp.array(list(leaves.values())) / scale

    def answer(x, arrays):
        moved = replace(eqx.combine(arrays, rest), dict(zip(leaves, x * scale, strict=True)))
        bins = moved.bins()
        return bins @ (1 + jnp.cos(jnp.arange(len(bins), dtype=float)))

    value, gradient = jax.jit(jax.value_and_grad(answer))(start, arrays)
    assert np.isfinite(gradient).all()
    batch = jax.jit(lambda rows, arrays: jax.lax.map(lambda row: answer(row, arrays), rows))
    moves = [sign * step * jnp.eye(len(start)) for step in (STEP, STEP / 2) for sign in (1, -1)]
    up, down, half_up, half_down = (np.asarray(batch(start + move, arrays)) for move in moves)
    slopes = (4 * (half_up - half_down) / STEP - (up - down) / (2 * STEP)) / 3
    wrong = {
        address: (float(exact), float(found))
        for address, exact, found in zip(leaves, gradient, slopes, strict=True)
        # relative 1e-6 of the derivative, or 1e-7 of the answer where the derivative is smaller than a tenth of that
        if not abs(exact - found) < 1e-6 * abs(exact) + 1e-7 * value
    }
    assert not wrong
