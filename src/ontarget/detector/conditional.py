"""A second observable: how it is distributed in each bin of the first."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.variation import Variation, check_variations, vary
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, quantity
from ontarget.ground.program import fused


class AbstractConditional(Noun):
    """The distribution of a second observable, given the bin of the first."""

    @abstractmethod
    def matrix(self) -> Float[Array, "first second"]:
        """Probability of each bin of the second observable in each bin of the first."""


class TabulatedConditional(AbstractConditional):
    """Shares read off a table of events by both observables, such as a simulation of the signal.

    Each row is divided by its sum; a row without entries is taken as uniform. Variations are divided by the sums of
    the *nominal* rows, so that a variation may also change the spectrum of the first observable, as it does where the
    second is cut on: rows then no longer add to one, and what they lack is lost as with an efficiency.

    Attributes
    ----------
    table : events [first second], any normalisation
    variations : of the table, in the same normalisation

    References
    ----------
    COHERENT:2020ybo
    """

    table: Float[Array, "first second"] = quantity()
    variations: tuple[Variation, ...] = ()

    def __check_init__(self) -> None:
        table = np.asarray(self.table)
        if not np.isfinite(table).all() or (table < 0).any():
            raise InputError("table", "a value that is negative or no number", "Events are finite.", "Mend the table.")
        check_variations(self.table, self.variations, "entries of the table")

    @fused
    def matrix(self) -> Float[Array, "first second"]:
        sums = self.table.sum(axis=1, keepdims=True)
        empty = sums == 0
        factor = jnp.where(empty, 0.0, 1 / jnp.where(empty, 1.0, sums))
        uniform = jnp.where(empty, 1 / self.table.shape[1], 0.0)
        shares = vary(self.table, self.variations, lambda table: table * factor)
        return shares + uniform
