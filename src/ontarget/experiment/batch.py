"""One experiment at many values of some of its numbers: compiled once per experiment, whatever the numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt

from ontarget.experiment.counts import Counts
from ontarget.ground.address import address_of
from ontarget.ground.program import program

if TYPE_CHECKING:  # the experiment itself asks this file
    from ontarget.experiment.experiment import Experiment

BLOCK = 16
"""Rows per call: what is computed besides the rows asked for is nothing, so this bounds memory and nothing else."""


def batched_counts(experiment: Experiment, values: Mapping[str, Float[np.ndarray, " row *leaf"]], rows: int) -> Counts:
    """Counts with a leading axis [row]: row i has the i-th of the `values` at their addresses.

    Every number is an input of the compiled program, so that the same program serves every choice of addresses. A flux
    that takes long is computed once where none of them moves it.
    """
    experiment = experiment.precomputed_for(values)
    parts = []
    for low in range(0, rows, BLOCK):
        size = min(BLOCK, rows - low)
        block = {address: _block(np.asarray(given)[low : low + size]) for address, given in values.items()}
        counts = _compiled(_stacked(experiment, block), jax.device_put(np.asarray(size)))
        parts.append(jax.tree.map(lambda leaf, size=size: np.asarray(leaf)[:size], counts))
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


def _stacked(experiment: Experiment, block: Mapping[str, Float[np.ndarray, " block *leaf"]]) -> Experiment:
    """The experiment with a leading axis on every number: the rows of the block, or copies of its own."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(experiment)
    rows = [
        block.get(address_of(experiment, path), np.broadcast_to(np.asarray(leaf), (BLOCK, *np.shape(leaf))))
        for path, leaf in leaves
    ]
    return jax.tree.unflatten(structure, [jax.device_put(np.asarray(row)) for row in rows])


def _block(given: Float[np.ndarray, " row *leaf"]) -> Float[np.ndarray, " block *leaf"]:
    """A full block of rows, filled up with copies of the last one."""
    return np.concatenate([given, np.repeat(given[-1:], BLOCK - len(given), axis=0)])


@program
def _compiled(stacked: Experiment, rows: Int[Array, ""]) -> Counts:
    """The first `rows` rows of a block, one after the other.

    The index is unsigned: for one that may be negative, four more operations are compiled for each of the numbers.
    """

    def one(index: UInt[Array, ""]) -> Counts:
        row = partial(jax.lax.dynamic_index_in_dim, index=index, keepdims=False)
        return jax.tree.map(row, stacked).counts()

    def step(index: Int[Array, ""], done: Counts) -> Counts:
        index = index.astype(np.uint32)
        put = partial(jax.lax.dynamic_update_index_in_dim, index=index, axis=0)
        return jax.tree.map(put, done, one(index))

    shapes = jax.eval_shape(one, np.uint32(0))
    empty = jax.tree.map(lambda leaf: jnp.zeros((BLOCK, *leaf.shape), leaf.dtype), shapes)
    return jax.lax.fori_loop(0, rows, step, empty)
