"""What the facility tells about each neutrino: its arrival time, or the radius of its vertex."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.ground.errors import InputError, check_finite, check_range
from ontarget.ground.noun import Frequency, Length, Noun, Time, as_array, on_host, quantity
from ontarget.ground.program import fused
from ontarget.numerics.axis import AbstractAxis, LengthAxis, TimeAxis
from ontarget.numerics.quadrature import interval_nodes
from ontarget.source.origin import Origin


class AbstractTag(Noun):
    """A binned coordinate that the facility gives to each neutrino; one more bin, the last, holds what is outside.

    A tag may be a time, a place, an energy or a path. Sources take the one kind or the other: `AbstractTimeTag` asks
    when a neutrino comes, `AbstractPlaceTag` where, and what tracks said of it; `Untagged` asks neither, and is both.
    """

    @property
    @abstractmethod
    def axis(self) -> AbstractAxis | None:
        """The axis of the tag, or None where all neutrinos share one bin, or bins are flattened."""

    @property
    @abstractmethod
    def bins(self) -> int:
        """Number of bins inside."""

    @abstractmethod
    def steady(self) -> Float[Array, " tag"]:
        """Shares of a constant rate in each bin inside, as it is recorded; they add to one."""


class AbstractTimeTag(AbstractTag):
    """A tag of a pulsed source: bins by arrival time, and by what else is known of each event on its own."""

    @abstractmethod
    def shares(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        """Shares of the bins and, last, outside, for a distribution function of the facility's time."""

    @abstractmethod
    def shares_in_tag_time(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]
    ) -> Float[Array, " tag"]:
        """`shares` of what has its distribution function in the tag's own time, not in the facility's."""

    @abstractmethod
    def shares_after(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], path: Length, cell: Length
    ) -> Float[Array, " tag"]:
        """`shares` of what has flown a path within a cell of it."""

    @property
    @abstractmethod
    def window(self) -> Float[Array, ""] | None:
        """Time in which events are recorded, per pulse; None where all times are."""

    @property
    def span(self) -> Float[Array, ""] | None:
        """From the start of the window to its end; None where there is none."""
        return None


class AbstractPlaceTag(AbstractTag):
    """A tag of a beam of seconds: bins by the place of the vertex, and by what tracks in the beam line say."""

    @abstractmethod
    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        """The bin of each vertex, by its place across the beam's axis [length]; `bins` is outside."""

    @property
    def true_bins(self) -> int:
        """How many places `true_bin` tells apart, the last of them outside: what is counted ray by ray."""
        return self.bins + 1

    def response(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        """Shares of the bins, the last of them outside, for neutrinos of an origin that were counted at a place.

        They add to one over the bins. What knows a place alone has its bins: shares of one and zero.
        """
        return as_array(np.eye(self.true_bins)[None, None])


class Untagged(AbstractTimeTag, AbstractPlaceTag):
    """No tag: one bin that holds everything."""

    @property
    def axis(self) -> AbstractAxis | None:
        return None

    @property
    def bins(self) -> int:
        return 1

    def shares(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        return as_array([1.0, 0.0])

    def shares_in_tag_time(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]
    ) -> Float[Array, " tag"]:
        return self.shares(cumulative)

    def shares_after(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], path: Length, cell: Length
    ) -> Float[Array, " tag"]:
        return self.shares(cumulative)

    @property
    def window(self) -> Float[Array, ""] | None:
        return None

    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return jnp.zeros(x.shape, int)

    def steady(self) -> Float[Array, " tag"]:
        return as_array([1.0])


def time_tag(tag: AbstractTag) -> AbstractTimeTag:
    """A tag as one of time; one of place alone is refused."""
    if isinstance(tag, AbstractTimeTag):
        return tag
    truth = "This source says when neutrinos arrive, and not where."
    raise InputError("tag", type(tag).__name__, truth, "Use ArrivalTime or Untagged.")


def place_tag(tag: AbstractTag) -> AbstractPlaceTag:
    """A tag as one of place; one of time alone is refused."""
    if isinstance(tag, AbstractPlaceTag):
        return tag
    truth = "This source says where neutrinos arrive, and not when: its protons come in seconds."
    raise InputError("tag", type(tag).__name__, truth, "Use Radius or Untagged.")


class AbstractTimeEfficiency(Noun):
    """What part of the events is recorded, by their time."""

    @abstractmethod
    def recorded(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], edges: Float[Array, " edge"]
    ) -> Float[Array, " bin"]:
        """What is recorded between the edges, for a distribution function of time."""


class AlwaysOpen(AbstractTimeEfficiency):
    """Everything is recorded."""

    def recorded(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], edges: Float[Array, " edge"]
    ) -> Float[Array, " bin"]:
        reached = cumulative(edges)
        return reached[1:] - reached[:-1]


class ExponentialLoss(AbstractTimeEfficiency):
    r"""Everything up to `start`, then ever less: where an earlier pulse in the window hides what follows.

    .. math:: \epsilon(t) = 1,\; t < t_0;\quad e^{-\lambda (t - t_0)},\; t > t_0

    Integrated by parts, :math:`\int\epsilon\,dC = [\epsilon C] + \lambda\int\epsilon\,C\,dt`, with 32 Gauss-Legendre
    nodes in the part of each bin after `start`: errors below 1e-6 of a bin of 2 us for pulses of 100 ns and longer.

    References
    ----------
    COHERENT:2021xmm
    """

    start: Time = quantity()
    rate: Frequency = quantity()

    def __check_init__(self) -> None:
        check_finite(self)
        check_range(self, "rate", 0.0)

    def kept(self, t: Float[Array, "*t"]) -> Float[Array, "*t"]:
        """The efficiency at a time."""
        return jnp.exp(-self.rate * jnp.maximum(t - self.start, 0.0))

    def recorded(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], edges: Float[Array, " edge"]
    ) -> Float[Array, " bin"]:
        after = jnp.maximum(edges, self.start)
        t, dt = interval_nodes(after[:-1], after[1:], 32)
        held = (self.kept(t) * cumulative(t.ravel()).reshape(t.shape) * dt).sum(axis=-1)
        ends = self.kept(edges) * cumulative(edges)
        return ends[1:] - ends[:-1] + self.rate * held


class ArrivalTime(AbstractTimeTag):
    """Arrival time in bins of `axis`; its zero lies `offset` after the facility's pulse time zero.

    What the efficiency, in the tag's own time, does not let through is counted as outside. A constant rate is lost
    alike, which changes its shares of the bins; its total is that of what is recorded.
    """

    times: TimeAxis
    offset: Time = quantity(default=0.0)
    efficiency: AbstractTimeEfficiency = AlwaysOpen()

    def __check_init__(self) -> None:
        check_finite(self)

    @property
    def axis(self) -> AbstractAxis | None:
        return self.times

    @property
    def bins(self) -> int:
        return self.times.bins

    def shares(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        return self.shares_in_tag_time(lambda t: cumulative(t + self.offset))

    def shares_in_tag_time(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]
    ) -> Float[Array, " tag"]:
        inside = self.efficiency.recorded(cumulative, self.times.edges)
        return jnp.concatenate([inside, 1.0 - inside.sum(keepdims=True)])

    def shares_after(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], path: Length, cell: Length
    ) -> Float[Array, " tag"]:
        return self.shares(cumulative)

    @fused
    def steady(self) -> Float[Array, " tag"]:
        return self.open() / self.open().sum()

    @property
    @fused
    def window(self) -> Float[Array, ""] | None:
        return self.open().sum()

    @property
    def span(self) -> Float[Array, ""] | None:
        start, stop = on_host((self.times.start, self.times.stop))
        return as_array(stop - start)

    @fused
    def open(self) -> Float[Array, " tag"]:
        """Time in which events are recorded in each bin, per pulse."""
        return self.efficiency.recorded(lambda t: t - self.times.start, self.times.edges)


class Radius(AbstractPlaceTag):
    """The distance of the vertex from the beam's axis: the narrow-band off-axis method.

    A constant rate is shared as the areas of the rings are, which holds as long as they fit into the face.
    """

    radii: LengthAxis

    def __check_init__(self) -> None:
        check_range(self.radii, "start", 0.0)

    @property
    def axis(self) -> AbstractAxis | None:
        return self.radii

    @property
    def bins(self) -> int:
        return self.radii.bins

    @fused
    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        edges = self.radii.edges
        place = jnp.searchsorted(edges, jnp.sqrt(x**2 + y**2), side="right") - 1
        return jnp.where((place < 0) | (place >= self.bins), self.bins, place)

    @fused
    def steady(self) -> Float[Array, " tag"]:
        area = self.radii.edges[1:] ** 2 - self.radii.edges[:-1] ** 2
        return area / area.sum()
