"""Where the detector stands, and what the facility tells it about each neutrino: the tag."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.errors import check_finite, check_positive
from ontarget.ground.noun import Length, Noun, Time, quantity
from ontarget.numerics.axis import AbstractAxis, TimeAxis


class Site(Noun):
    """A place at a distance from the target."""

    baseline: Length = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "baseline")


class AbstractTag(Noun):
    """A binned coordinate that the facility gives to each neutrino; one more bin, the last, holds what is outside."""

    @property
    @abstractmethod
    def axis(self) -> AbstractAxis | None:
        """The axis of the tag, or None where all neutrinos share one bin."""

    @property
    @abstractmethod
    def bins(self) -> int:
        """Number of bins inside."""

    @abstractmethod
    def arrival(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        """Fractions in each bin and, last, outside, for an arrival-time distribution function."""

    @abstractmethod
    def steady(self) -> Float[Array, " tag"]:
        """Shares of a constant rate in each bin inside; they add to one."""


class Untagged(AbstractTag):
    """No tag: one bin that holds everything."""

    @property
    def axis(self) -> AbstractAxis | None:
        return None

    @property
    def bins(self) -> int:
        return 1

    def arrival(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        return jnp.array([1.0, 0.0])

    def steady(self) -> Float[Array, " tag"]:
        return jnp.ones(1)


class ArrivalTime(AbstractTag):
    """Arrival time in bins of `axis`; its zero lies `offset` after the facility's pulse time zero."""

    times: TimeAxis
    offset: Time = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)

    @property
    def axis(self) -> AbstractAxis | None:
        return self.times

    @property
    def bins(self) -> int:
        return self.times.bins

    def arrival(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        reached = cumulative(self.times.edges + self.offset)
        outside = 1.0 - (reached[-1] - reached[0])
        return jnp.concatenate([reached[1:] - reached[:-1], outside[None]])

    def steady(self) -> Float[Array, " tag"]:
        widths = self.times.edges[1:] - self.times.edges[:-1]
        return widths / (self.times.stop - self.times.start)
