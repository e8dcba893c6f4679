"""A tag of place and time at once: how far a neutrino flew, as its vertex says, and when it came."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Length, quantity
from ontarget.ground.program import fused
from ontarget.numerics.axis import AbstractAxis, LengthAxis
from ontarget.numerics.quadrature import gauss_legendre
from ontarget.source.tag import AbstractTimeTag


class TimeAndDistance(AbstractTimeTag):
    r"""The bins of another tag, each divided by the reconstructed distance of the vertex from the source.

    .. math:: P(k|L) = \frac1l\int_{L-l/2}^{L+l/2} \Phi\Big(\frac{x - L'}{s}\Big)\Big|_{x_k}^{x_{k+1}}\,dL'

    Bins are flattened, the distance fastest. The mean over a cell of path is taken with three nodes: right to 1e-4 of
    a bin for cells up to the resolution. What has no distance of its own, such as a constant rate, is shared evenly in
    it, which a volume is but for its ends.

    Attributes
    ----------
    time : the other tag
    lengths : axis of the reconstructed distance
    resolution : s, one standard deviation of it: of the vertex alone; where along the target a neutrino was born blurs
        the true path, which is the `spread` of a propagation
    """

    time: AbstractTimeTag
    lengths: LengthAxis
    resolution: Length = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "resolution")

    @property
    def axis(self) -> AbstractAxis | None:
        return None

    @property
    def bins(self) -> int:
        return self.time.bins * self.lengths.bins

    @property
    def window(self) -> Float[Array, ""] | None:
        return self.time.window

    @property
    def span(self) -> Float[Array, ""] | None:
        return self.time.span

    def shares(self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]) -> Float[Array, " tag"]:
        return self.evenly(self.time.shares(cumulative))

    def shares_in_tag_time(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]]
    ) -> Float[Array, " tag"]:
        return self.evenly(self.time.shares_in_tag_time(cumulative))

    @fused
    def evenly(self, shares: Float[Array, " time"]) -> Float[Array, " tag"]:
        """Shares of the other tag, the last of them outside, for what has no distance of its own."""
        widths = jnp.diff(self.lengths.edges)
        return jnp.append((shares[:-1, None] * widths / widths.sum()).ravel(), shares[-1])

    def shares_after(
        self, cumulative: Callable[[Float[Array, " t"]], Float[Array, " t"]], path: Length, cell: Length
    ) -> Float[Array, " tag"]:
        x, w = gauss_legendre(3)
        places = path + cell * (x - 0.5)
        reached = w @ ndtr((self.lengths.edges - places[:, None]) / self.resolution)
        inside = (self.time.shares(cumulative)[:-1, None] * jnp.diff(reached)).ravel()
        return jnp.concatenate([inside, 1.0 - inside.sum(keepdims=True)])

    @fused
    def steady(self) -> Float[Array, " tag"]:
        return self.evenly(jnp.append(self.time.steady(), 0.0))[:-1]

    def split(
        self, values: Float[Array | np.ndarray, "*parts tag"]
    ) -> Float[Array | np.ndarray, "*parts time distance"]:
        """The flattened bins as two axes."""
        return values.reshape(*values.shape[:-1], self.time.bins, self.lengths.bins)
