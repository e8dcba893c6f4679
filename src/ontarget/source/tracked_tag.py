"""Tags of neutrinos whose parent was met: what the tracks of a meson and of its lepton say of energy and path."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float, Int

from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Length, Number, as_array, quantity
from ontarget.ground.program import fused
from ontarget.numerics.axis import AbstractAxis, LengthAxis
from ontarget.source.matching import AbstractMatching, Association
from ontarget.source.origin import Origin
from ontarget.source.tag import AbstractPlaceTag


class TaggedEnergy(AbstractPlaceTag):
    """The energy of a neutrino from the tracks of its parent and its lepton; outside is what has no tag.

    The neutrino is tagged at its birth: whether it changes its flavour afterwards makes no difference.

    Attributes
    ----------
    energies : axis of the energy that the tracks give
    matching : which neutrinos get a tag, and how its energy is distributed
    """

    energies: AbstractAxis
    matching: AbstractMatching

    @property
    def axis(self) -> AbstractAxis | None:
        return self.energies

    @property
    def bins(self) -> int:
        return self.energies.bins

    @property
    def true_bins(self) -> int:
        return 1

    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return jnp.zeros(x.shape, int)

    def response(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        return self.matching.shares(origin, energy, self.energies.edges)[:, None, None, :]

    def steady(self) -> Float[Array, " tag"]:
        return as_array(np.full(self.bins, 1 / self.bins))


class TaggedPath(AbstractPlaceTag):
    r"""The way from the decay to the vertex, since tracks say where their meson decayed; outside is what has no tag.

    .. math:: P(t|L) = \epsilon\,\Phi\Big(\frac{t - L}{s}\Big)\Big|_{t_k}^{t_{k+1}}

    What is seen of the event can then be the energy from the tracks, so that tag and seen are both numbers that an
    oscillation asks for. The bins may not be narrower than the steps between the source's nodes of path.

    Attributes
    ----------
    lengths : axis of the path
    efficiency : of the tracks
    resolution : s, one standard deviation of the place of decay
    association : which neutrinos tracks are met of
    """

    lengths: LengthAxis
    efficiency: Number = quantity()
    resolution: Length = quantity()
    association: Association = Association()

    def __check_init__(self) -> None:
        check_range(self, "efficiency", 0.0, 1.0)
        check_positive(self, "resolution")

    @property
    def axis(self) -> AbstractAxis | None:
        return self.lengths

    @property
    def bins(self) -> int:
        return self.lengths.bins

    @property
    def true_bins(self) -> int:
        return 1

    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return jnp.zeros(x.shape, int)

    @fused
    def response(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        found = self.efficiency * jnp.diff(ndtr((self.lengths.edges - path[:, None]) / self.resolution), axis=1)
        return self.association.shared(origin, found)[None, :, None, :]

    def steady(self) -> Float[Array, " tag"]:
        return as_array(np.full(self.bins, 1 / self.bins))


class Remainder(AbstractPlaceTag):
    """What another tag leaves outside, in one bin: events without a tag are an experiment of their own."""

    of: AbstractPlaceTag

    @property
    def axis(self) -> AbstractAxis | None:
        return None

    @property
    def bins(self) -> int:
        return 1

    @property
    def true_bins(self) -> int:
        return self.of.true_bins

    def true_bin(self, x: Float[Array, " ray"], y: Float[Array, " ray"]) -> Int[Array, " ray"]:
        return self.of.true_bin(x, y)

    def response(
        self, origin: Origin, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "#energy #path place tag"]:
        outside = self.of.response(origin, energy, path)[..., -1:]
        return jnp.concatenate([outside, 1 - outside], axis=-1)

    def steady(self) -> Float[Array, " tag"]:
        return jnp.ones(1)
