"""The contract of a response stage: one step from truth to what is seen, on cells.

A response is a chain of stages, each of which takes an energy or a number of quanta: the chain is checked when it is
put together. Each stage turns the cells between `edges` of its input into cells of its output.
Stages that only relabel (quenching, light yield) map the edges and lose nothing; stages that cut have kinks, and
these become edges of the cells before them, so that a sharp threshold is integrated exactly and has a derivative.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Arrays, Noun, static
from ontarget.ground.program import fused
from ontarget.numerics.axis import AbstractAxis

ENERGY, QUANTA = "an energy", "a number of quanta"
"""What a stage may take, and what may be seen. Charge is a number of quanta: of electrons."""


class AbstractStage(Noun):
    """One step from truth to seen."""

    kind: ClassVar[str | None] = None
    instead: ClassVar[str] = "Put it elsewhere in the chain."
    name: str = static(default="", kw_only=True)

    def takes(self) -> str | None:
        """What it stands behind: `ENERGY` or `QUANTA`; None for any. `instead` says what to do behind the other."""
        return self.kind

    def gives(self, taken: str | None) -> str | None:
        """What follows from it; None where that is not known."""
        return taken

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        """The length on which it varies in cells of its input, which must not be much wider. Infinite for none.

        Asked of numbers that are known, on the host: nothing is compiled for it.
        """
        return np.full(low.shape, np.inf)

    def kinks(self) -> Float[Array, " point"]:
        """Points of the stage's input that must be edges of cells."""
        return jnp.zeros(0)

    def pull_back(self, points: Float[Array, " point"], high: Float[Array, ""]) -> Float[Array, " pulled"]:
        """Where in the input, below `high`, points of the output come from (none for a stage that smears)."""
        return points

    def push(self, edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " out"]:
        """Edges of the output cells; `points` must be among them."""
        return edges

    @abstractmethod
    def compose(
        self, edges: Float[Array, " edge"], out: Float[Array, " out"], after: Float[Array, "cell seen"]
    ) -> Float[Array, "truth seen"]:
        """Probabilities from the input cells to what is seen, given those `after` from the output cells.

        The last column of both holds what ends outside the seen axis.
        """


class AbstractWeight(AbstractStage):
    """A stage that keeps a fraction of each cell and changes nothing else."""

    @abstractmethod
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        """The fraction kept in each cell."""

    @fused
    def compose(
        self, edges: Float[Array, " edge"], out: Float[Array, " out"], after: Float[Array, "cell seen"]
    ) -> Float[Array, "truth seen"]:
        return self.weight(edges)[:, None] * after


class AbstractMap(AbstractStage):
    """A stage that relabels: an increasing function of its input."""

    def gives(self, taken: str | None) -> str | None:
        return None

    @abstractmethod
    def image(self, value: Float[Array, "*v"]) -> Float[Array, "*v"]:
        """The function."""

    def push(self, edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " out"]:
        return self.image(edges)

    def compose(
        self, edges: Float[Array, " edge"], out: Float[Array, " out"], after: Float[Array, "cell seen"]
    ) -> Float[Array, "truth seen"]:
        return after


def observable(axis: AbstractAxis) -> str:
    """What an axis measures, in the words of stages."""
    kind = axis.dimension.name
    return {"energy": ENERGY, "dimensionless": QUANTA}.get(kind, f"a {kind}")


def check_chain(stages: Iterable[AbstractStage], first: str | None, where: str) -> str | None:
    """Refuse a stage behind what it does not take; what the last one gives, None where that is not known."""
    given, behind = first, "the interaction"
    for stage in stages:
        taken = stage.takes()
        if taken is not None and given is not None and taken != given:
            got = f"a {type(stage).__name__}, which takes {taken}"
            raise InputError(f"{where}.{stage.name}", got, f"Behind {behind} there is {given}.", stage.instead)
        given, behind = stage.gives(given), repr(stage.name)
    return given


def check_seen(kind: str | None, axis: AbstractAxis, where: str, what: str) -> None:
    """Refuse an axis of something else than what is there."""
    if kind is None or observable(axis) == kind:
        return
    needed = {ENERGY: "an EnergyAxis", QUANTA: "a CountAxis"}.get(kind, "another axis")
    raise InputError(where, f"an axis of {observable(axis)}", f"{what} is {kind}.", f"Give {needed}.")


@fused
def sort_into(cells: Float[Array, " edge"], seen: Float[Array, " seen_edge"]) -> Float[Array, "cell seen"]:
    """Which seen bin holds each cell, as a matrix of zeros and ones; the last column is outside.

    Every edge in `seen` is also an edge of a cell, so the middle of a cell decides.
    """
    middle = ((cells[1:] + cells[:-1]) / 2)[:, None]
    inside = (seen[:-1] <= middle) & (middle < seen[1:])
    outside = ~inside.any(axis=1, keepdims=True)
    return jnp.concatenate([inside, outside], axis=1).astype(float)
