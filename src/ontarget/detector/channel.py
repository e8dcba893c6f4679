"""A channel: one interaction seen through one response."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.conditional import AbstractConditional
from ontarget.detector.smearing import AbstractSmearing
from ontarget.detector.stage import AbstractMap, AbstractStage, sort_into
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun, static
from ontarget.ground.program import fused
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.numerics.axis import AbstractAxis
from ontarget.numerics.quadrature import merge_edges


class Channel(Noun):
    """One physics line of a detector, as in GLoBES: an interaction, a truth axis, and the stages of its response.

    The cells of the truth axis are cut further where a stage has a kink and where a seen edge falls. `second` says how
    a second observable is distributed in each bin of the first, where the detector has one.
    """

    interaction: AbstractInteraction
    truth: AbstractAxis
    response: tuple[AbstractStage, ...] = ()
    second: AbstractConditional | None = None
    name: str = static(default="")

    def __check_init__(self) -> None:
        start = concrete(self.truth.start)
        if start is not None and start < 0:
            shown = self.truth.dimension.show(start)
            raise InputError("truth.start", shown, "No interaction deposits less than nothing.", "Start at 0 or above.")
        edges = self.truth.edges
        for stage in itertools.takewhile(lambda stage: not isinstance(stage, AbstractSmearing), self.response):
            edges = stage.push(edges, edges)
            known = not isinstance(edges, jax.core.Tracer)
            if isinstance(stage, AbstractMap) and known and np.diff(np.asarray(edges)).min() < 0:
                truth = "The visible energy must not fall with the recoil, over the whole truth axis."
                raise InputError(f"response.{stage.name}", "a visible energy that falls", truth, "Mend its numbers.")

    @fused
    def cells(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " edge"]:
        """Edges of the truth cells."""
        points, high = self.needed(seen)[0], self.truth.edges[-1]
        return merge_edges(self.truth.edges, jnp.where(points <= high, points, high))

    def needed(self, seen: Float[Array, " seen_edge"]) -> list[Float[Array, " point"]]:
        """Points that must be edges: of the truth, then after each stage (the last are the seen edges)."""
        highs = [self.truth.edges[-1:]]
        for stage in self.response:
            highs.append(stage.push(highs[-1], highs[-1])[-1:])
        points = [seen]
        for stage, high in zip(reversed(self.response), reversed(highs[:-1]), strict=True):
            points.insert(0, jnp.concatenate([stage.kinks(), stage.pull_back(points[0], high[0])]))
        return points

    @fused
    def matrix(self, seen: Float[Array, " seen_edge"]) -> Float[Array, "truth seen"]:
        """Probability from each truth cell to each seen bin; the last column is outside the seen axis.

        With a second observable the columns are pairs of bins, the second fastest.
        """
        first = self.first(seen)
        if self.second is None:
            return first
        pairs = first[:, :-1, None] * self.second.matrix()
        return jnp.concatenate([pairs.reshape(len(first), -1), first[:, -1:]], axis=1)

    @fused
    def first(self, seen: Float[Array, " seen_edge"]) -> Float[Array, "truth first"]:
        """`matrix` of the first observable alone."""
        points = self.needed(seen)
        steps = [self.cells(seen)]
        for stage, after in zip(self.response, points[1:], strict=True):
            steps.append(stage.push(steps[-1], after))
        response = sort_into(steps[-1], seen)
        for stage, before, out in zip(reversed(self.response), reversed(steps[:-1]), reversed(steps[1:]), strict=True):
            response = stage.compose(before, out, response)
        return response
