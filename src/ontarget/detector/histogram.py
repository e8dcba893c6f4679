"""A background given as two histograms: in what is seen, and in time."""

from __future__ import annotations

from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground
from ontarget.detector.stage import AbstractWeight, sort_into
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Mass, Number, quantity
from ontarget.ground.units import TIME
from ontarget.source.site import AbstractTag


class HistogramBackground(AbstractBackground):
    r"""Events by the seen observable and by time, the two independent.

    .. math:: b_{ko} = B\,g_k\,\int_o \epsilon(x)\,h(x)\,dx

    Both histograms are constant within their bins and may have any binning: they are brought to the bins of the
    detector exactly. Such as neutrons of the beam, from a simulation or a measurement beside the detector.

    Attributes
    ----------
    number : B, times the `contents`: a number of events where these add to one, a factor where they are events
    edges, contents : h, along a seen axis of quanta; events in each bin, not normalised here
    time_edges, time_contents : g, in the time of the tag; normalised here. An efficiency of the tag in time applies
        (within 1e-5 where these bins are as wide as those of the tag)
    efficiency : :math:`\epsilon`, stages along the seen axis that are not yet in `contents`

    References
    ----------
    COHERENT:2018imc
    COHERENT:2021xmm
    """

    number: Number = quantity()
    edges: Float[Array, " edge"] = quantity()
    contents: Float[Array, " bin"] = quantity()
    time_edges: Annotated[Float[Array, " time_edge"], TIME] = quantity()
    time_contents: Float[Array, " time_bin"] = quantity()
    efficiency: tuple[AbstractWeight, ...] = ()

    def __check_init__(self) -> None:
        check_range(self, "number", 0.0)
        check_histogram("", np.asarray(self.edges), np.asarray(self.contents))
        check_histogram("time_", np.asarray(self.time_edges), np.asarray(self.time_contents))

    def expected(
        self, mass: Mass, live: Float[Array, ""], tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.number * self.in_time(tag)[:, None] * self.along(seen)

    def along(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        """Events in each seen bin that the efficiency keeps."""
        kinks = [stage.kinks() for stage in self.efficiency]
        cells = jnp.sort(jnp.concatenate([self.edges, seen, *kinks]))
        reached = jnp.interp(cells, self.edges, summed(self.contents))
        kept = reached[1:] - reached[:-1]
        for stage in self.efficiency:
            kept = kept * stage.weight(cells)
        return kept @ sort_into(cells, seen)[:, :-1]

    def in_time(self, tag: AbstractTag) -> Float[Array, " tag"]:
        """Share recorded in each bin of the tag."""
        reached = summed(self.time_contents)

        def cumulative(t: Float[Array, " t"]) -> Float[Array, " t"]:
            return jnp.interp(t, self.time_edges, reached / reached[-1])

        return tag.recorded(cumulative)[:-1]


def summed(contents: Float[Array, " bin"]) -> Float[Array, " edge"]:
    """What lies below each edge."""
    return jnp.concatenate([jnp.zeros(1), jnp.cumsum(contents)])


def check_histogram(prefix: str, edges: np.ndarray, contents: np.ndarray) -> None:
    """Refuse a histogram of unequal lengths, with edges that do not increase, or without positive contents."""
    if len(edges) != len(contents) + 1:
        got = f"{len(edges)} edges for {len(contents)} bins"
        raise InputError(f"{prefix}edges", got, "There is one edge more than bins.", "Mend either.")
    if not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
        raise InputError(f"{prefix}edges", "edges that do not increase", "They are finite and increase.", "Sort them.")
    if not np.isfinite(contents).all() or (contents < 0).any() or contents.sum() == 0:
        got = "a value that is negative or no number, or nothing but zeros"
        raise InputError(f"{prefix}contents", got, "They are finite, and some are above zero.", "Mend the table.")
