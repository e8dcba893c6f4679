"""Counts: what an experiment expects, by channel and background, on its tag and seen axes."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, static
from ontarget.numerics.axis import AbstractAxis


class ChannelCounts(Noun):
    """Counts of one channel.

    Attributes
    ----------
    values : [flavour tag seen], by the flavour that interacts
    outside : [flavour] detected, but outside the seen or the tag axis (overflow and underflow)
    cells : edges of truth cells, from zero to the highest that the source can give
    truth : [flavour cell] interactions in the target before any response, inside and outside the tag
    """

    name: str = static()
    values: Float[Array, "flavour tag seen"]
    outside: Float[Array, " flavour"]
    cells: Float[Array, " edge"]
    truth: Float[Array, "flavour cell"]

    @property
    def interactions(self) -> Float[Array, " flavour"]:
        """Interactions in the target before any response."""
        return self.truth.sum(axis=1)


class BackgroundCounts(Noun):
    """Counts of one background, [tag seen]."""

    name: str = static()
    values: Float[Array, "tag seen"]


class Counts(Noun):
    """Expected counts of an experiment, with their axes."""

    channels: tuple[ChannelCounts, ...]
    backgrounds: tuple[BackgroundCounts, ...]
    seen: AbstractAxis
    tag: AbstractAxis | None

    def signal(self) -> Float[Array, "tag seen"]:
        """All channels and flavours."""
        return sum((channel.values.sum(axis=0) for channel in self.channels), start=jnp.zeros(()))

    def background(self) -> Float[Array, "tag seen"]:
        """All backgrounds."""
        return sum((background.values for background in self.backgrounds), start=jnp.zeros_like(self.signal()))

    def total(self) -> Float[Array, "tag seen"]:
        """Signal and background."""
        return self.signal() + self.background()
