"""A background that was counted beside the signal, bin by bin."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground, check_length
from ontarget.detector.sideband import Sideband
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Mass, Noun, Number, Time, quantity
from ontarget.ground.program import fused
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag, time_tag


class AbstractTagShape(Noun):
    """How a background is shared over the bins of the tag."""

    @abstractmethod
    def shares(self, tag: AbstractTag) -> Float[Array, " tag"]:
        """Share of each bin inside; they add to one."""


class SteadyShape(AbstractTagShape):
    """A constant rate, as the tag records it."""

    def shares(self, tag: AbstractTag) -> Float[Array, " tag"]:
        return tag.steady()


class DecayingShape(AbstractTagShape):
    r"""A rate that falls along the tag's own time as :math:`e^{-t/\tau}`, as recorded: no efficiency on top.

    For events that are taken only where none came before them in their window, a constant rate is recorded so.
    """

    lifetime: Time = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "lifetime")

    @fused
    def shares(self, tag: AbstractTag) -> Float[Array, " tag"]:
        axis = time_tag(tag).axis
        if axis is None:
            return tag.steady()
        edges = axis.edges
        gone = -jnp.expm1(-(edges - edges[0]) / self.lifetime)
        return (gone[1:] - gone[:-1]) / gone[-1]


class MeasuredBackground(AbstractBackground):
    r"""What a sideband counted in each seen bin, times a ratio, shared over the tag by a shape.

    .. math:: b_{ko} = r\,m_o\,f_k

    Such as the coincidences with steady-state radiation, counted before the beam: the shape in the tag is taken from
    all bins together, and the statistical error of each m is the likelihood's (`sideband`).

    Attributes
    ----------
    counts : m [seen]; one per pair of bins where there is a second observable, the second fastest
    ratio : r, expected in the signal sample for one in the sideband
    shape : f

    References
    ----------
    COHERENT:2018imc
    """

    counts: Float[Array, " seen"] = quantity()
    ratio: Number = quantity(default=1.0)
    shape: AbstractTagShape = SteadyShape()

    def __check_init__(self) -> None:
        Sideband(self.counts, self.ratio)

    def check_bins(self, tag: int, first: int, second: int) -> None:
        check_length("counts", len(np.asarray(self.counts)), first * second)

    @fused
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.ratio * self.shape.shares(tag)[:, None] * self.counts

    def sideband(self, running: Running, tag: AbstractTag) -> Sideband:
        return Sideband(self.counts, self.ratio)
