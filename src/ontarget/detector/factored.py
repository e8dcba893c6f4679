"""A background known by its number, its spectrum and its shape in the tag, the last two independent."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground, check_length
from ontarget.detector.histogram import check_contents
from ontarget.detector.measured import AbstractTagShape, SteadyShape
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Mass, Number, quantity
from ontarget.ground.program import fused
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag


class FactoredBackground(AbstractBackground):
    r"""A number of events, shared over seen and tag bins by two shapes that are taken as exact.

    .. math:: b_{ko} = B\,f_k\,g_o, \qquad \sum_k f_k = \sum_o g_o = 1

    What a `MeasuredBackground` is where the statistical error of its sideband is left out but for the total, as in
    most published fits.

    Attributes
    ----------
    total : B, in the whole exposure
    spectrum : g [seen], any normalisation; with a second observable one per pair of bins, the second fastest
    shape : f

    References
    ----------
    COHERENT:2020iec
    """

    total: Number = quantity()
    spectrum: Float[Array, " seen"] = quantity()
    shape: AbstractTagShape = SteadyShape()

    def __check_init__(self) -> None:
        check_range(self, "total", 0.0)
        check_contents("spectrum", np.asarray(self.spectrum), len(np.asarray(self.spectrum)))

    def check_bins(self, tag: int, first: int, second: int) -> None:
        check_length("spectrum", len(np.asarray(self.spectrum)), first * second)

    @fused
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.total * self.shape.shares(tag)[:, None] * (self.spectrum / jnp.sum(self.spectrum))
