"""The contract of a response stage: one step from truth to what is seen, on cells.

A response is a chain of stages. Each stage turns the cells between `edges` of its input into cells of its output.
Stages that only relabel (quenching, light yield) map the edges and lose nothing; stages that cut have kinks, and
these become edges of the cells before them, so that a sharp threshold is integrated exactly and has a derivative.
"""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, static
from ontarget.ground.program import fused


class AbstractStage(Noun):
    """One step from truth to seen."""

    name: str = static(default="", kw_only=True)

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

    @abstractmethod
    def image(self, value: Float[Array, "*v"]) -> Float[Array, "*v"]:
        """The function."""

    def push(self, edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " out"]:
        return self.image(edges)

    def compose(
        self, edges: Float[Array, " edge"], out: Float[Array, " out"], after: Float[Array, "cell seen"]
    ) -> Float[Array, "truth seen"]:
        return after


@fused
def sort_into(cells: Float[Array, " edge"], seen: Float[Array, " seen_edge"]) -> Float[Array, "cell seen"]:
    """Which seen bin holds each cell, as a matrix of zeros and ones; the last column is outside.

    Every edge in `seen` is also an edge of a cell, so the middle of a cell decides.
    """
    middle = ((cells[1:] + cells[:-1]) / 2)[:, None]
    inside = (seen[:-1] <= middle) & (middle < seen[1:])
    outside = ~inside.any(axis=1, keepdims=True)
    return jnp.concatenate([inside, outside], axis=1).astype(float)
