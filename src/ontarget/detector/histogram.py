"""A background given as two histograms: in what is seen, and in time."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground
from ontarget.detector.stage import AbstractWeight, observable, sort_into
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Mass, Number, quantity
from ontarget.ground.program import fused
from ontarget.numerics.axis import AbstractAxis, TimeAxis
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag, time_tag


class HistogramBackground(AbstractBackground):
    r"""Events by the seen observable and by time, the two independent.

    .. math:: b_{ko} = B\,g_k\,\int_o \epsilon(x)\,h(x)\,dx

    Both histograms are constant within their bins and may have any binning: they are brought to the bins of the
    detector exactly. Such as neutrons of the beam, from a simulation or a measurement beside the detector.

    Attributes
    ----------
    number : B, times the `contents`: a number of events where these add to one, a factor where they are events
    axis, contents : h, along the seen observable; events in each bin, not normalised here
    times, time_contents : g, in the time of the tag; normalised here. An efficiency of the tag in time applies
        (within 1e-5 where these bins are as wide as those of the tag)
    efficiency : :math:`\epsilon`, stages along the seen axis that are not yet in `contents`

    References
    ----------
    COHERENT:2018imc
    COHERENT:2021xmm
    """

    number: Number = quantity()
    axis: AbstractAxis
    contents: Float[Array, " bin"] = quantity()
    times: TimeAxis
    time_contents: Float[Array, " time_bin"] = quantity()
    efficiency: tuple[AbstractWeight, ...] = ()

    def __check_init__(self) -> None:
        check_range(self, "number", 0.0)
        check_contents("contents", np.asarray(self.contents), self.axis.bins)
        check_contents("time_contents", np.asarray(self.time_contents), self.times.bins)

    def along_seen(self) -> str | None:
        return observable(self.axis)

    @fused
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.number * self.in_time(tag)[:, None] * self.along(seen)

    @fused
    def along(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        """Events in each seen bin that the efficiency keeps."""
        kinks = [stage.kinks() for stage in self.efficiency]
        cells = jnp.sort(jnp.concatenate([self.axis.edges, seen, *kinks]))
        reached = jnp.interp(cells, self.axis.edges, summed(self.contents))
        kept = reached[1:] - reached[:-1]
        for stage in self.efficiency:
            kept = kept * stage.weight(cells)
        return kept @ sort_into(cells, seen)[:, :-1]

    @fused
    def in_time(self, tag: AbstractTag) -> Float[Array, " tag"]:
        """Share recorded in each bin of the tag."""
        reached = summed(self.time_contents)

        def cumulative(t: Float[Array, " t"]) -> Float[Array, " t"]:
            return jnp.interp(t, self.times.edges, reached / reached[-1])

        return time_tag(tag).shares_in_tag_time(cumulative)[:-1]


def summed(contents: Float[Array, " bin"]) -> Float[Array, " edge"]:
    """What lies below each edge."""
    return jnp.concatenate([jnp.zeros(1), jnp.cumsum(contents)])


def check_contents(name: str, contents: np.ndarray, bins: int) -> None:
    """Refuse contents of another number of bins than their axis, or without positive ones."""
    if len(contents) != bins:
        raise InputError(name, f"{len(contents)} values", f"Their axis has {bins} bins.", "Mend either.")
    if not np.isfinite(contents).all() or (contents < 0).any() or contents.sum() == 0:
        got = "a value that is negative or no number, or nothing but zeros"
        raise InputError(name, got, "They are finite, and some are above zero.", "Mend the table.")
