"""A channel: one interaction seen through one response."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.conditional import AbstractConditional
from ontarget.detector.smearing import AbstractSmearing
from ontarget.detector.stage import ENERGY, AbstractMap, AbstractStage, check_chain, check_seen, sort_into
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun, on_host, static
from ontarget.ground.program import fused
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.numerics.axis import AbstractAxis
from ontarget.numerics.quadrature import merge_edges


class Channel(Noun):
    """One physics line of a detector, as in GLoBES: an interaction, a truth axis, and the stages of its response.

    The cells of the truth axis are cut further where a stage has a kink and where a seen edge falls. An experiment
    chooses the axis where none is given, and refuses one that does not reach or resolve what is seen. `second` says how
    a second observable is distributed in each bin of the first, where the detector has one.
    """

    interaction: AbstractInteraction
    truth: AbstractAxis | None = None
    response: tuple[AbstractStage, ...] = ()
    second: AbstractConditional | None = None
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_chain(self.response, ENERGY, "response")
        for i, stage in enumerate(self.response):
            if isinstance(stage, AbstractSmearing) and stage.axis is not None:
                behind = check_chain(self.response[: i + 1], ENERGY, "response")
                check_seen(behind, stage.axis, f"response.{stage.name}.axis", f"What {stage.name!r} gives")
        if self.truth is None:
            return
        check_seen(ENERGY, self.truth, "truth", "The truth")
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

    @property
    def axis(self) -> AbstractAxis:
        """The truth axis."""
        if self.truth is None:
            truth = "An experiment chooses it: it depends on the source."
            raise InputError(f"channels.{self.name}.truth", "nothing", truth, "Give one, or ask an experiment.")
        return self.truth

    def ends_in(self) -> str | None:
        """What the response gives: an energy or a number of quanta; None where a stage does not say."""
        return check_chain(self.response, ENERGY, f"channels.{self.name}.response")

    @fused
    def cells(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " edge"]:
        """Edges of the truth cells."""
        points, high = self.needed(seen)[0], self.axis.edges[-1]
        return merge_edges(self.axis.edges, jnp.where(points <= high, points, high))

    def needed(self, seen: Float[Array, " seen_edge"]) -> list[Float[Array, " point"]]:
        """Points that must be edges: of the truth, then after each stage (the last are the seen edges)."""
        highs = [self.axis.edges[-1:]]
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


WIDTHS = 3
"""A smearing's own axis goes on for so many resolutions of a later smearing."""


def check_own_axes(channel: Channel, seen: AbstractAxis) -> None:
    """Refuse a smearing whose own axis ends within what is seen: what it carries beyond is lost, and so are its events.

    Seen edges are followed backwards; a later smearing without an axis of its own widens them.
    """
    low, high = concrete(seen.start), concrete(seen.stop)
    for stage in reversed(channel.response):
        if low is None or high is None:
            return
        if isinstance(stage, AbstractSmearing):
            if stage.axis is not None:
                check_covers(stage.axis, low, high, f"channels.{channel.name}.response.{stage.name}.axis")
            ends = np.array([low, high]) if stage.axis is None else np.asarray(stage.axis.edges)[[0, -1]]
            wide = WIDTHS * np.asarray(on_host(stage).detail(ends, ends))
            if not np.isfinite(wide).all():
                return
            low, high = max(0.0, low - wide[0]), high + wide[1]
        elif isinstance(stage, AbstractMap):
            pulled = stage.pull_back(jnp.asarray([low, high]), jnp.asarray(upper_end(stage, high)))
            low, high = concrete(pulled[0]), concrete(pulled[1])


def upper_end(stage: AbstractMap, high: float) -> float:
    """A value that a map takes above `high`; the largest that was tried where there is none."""
    tried = np.geomspace(1e-6, 1e12, 180)
    images = np.asarray(stage.image(jnp.asarray(tried)))
    beyond = tried[images >= high]
    return float(beyond[0]) if len(beyond) else float(tried[-1])


def check_covers(axis: AbstractAxis, low: float, high: float, where: str) -> None:
    """Refuse an axis that starts above what is needed, or ends below it."""
    start, stop, slack = concrete(axis.start), concrete(axis.stop), 1e-9 * (high - low)
    if start is not None and start > low + slack:
        truth = f"What is seen comes from {axis.dimension.show(low)} upwards: what lies below would be lost."
        raise InputError(f"{where}.start", axis.dimension.show(start), truth, "Start it there, or leave the axis out.")
    if stop is not None and stop < high - slack:
        truth = f"What is seen comes from up to {axis.dimension.show(high)}: what lies above would be lost."
        raise InputError(f"{where}.stop", axis.dimension.show(stop), truth, "Let it end there, or leave the axis out.")
