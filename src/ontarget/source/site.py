"""Where the detector stands, and what the facility tells it about each neutrino: the tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.errors import check_finite, check_positive
from ontarget.ground.noun import Arrays, Length, Noun, Scalar, quantity
from ontarget.ground.program import fused
from ontarget.source.volume import AbstractVolume, PointVolume

if TYPE_CHECKING:  # what comes from there asks this file
    pass


class AbstractSite(Noun):
    """Where a detector stands; one that does not say of what kind is a `Site`."""

    USUAL: ClassVar[str] = "Site"

    @property
    def content(self) -> Float[Arrays, ""] | float | None:
        """The volume of what is sensitive there; None where it has no size."""
        return None


class Site(AbstractSite):
    """A place at a distance from the target.

    Attributes
    ----------
    baseline : from the source to the middle of the detector
    volume : what is sensitive around it
    """

    baseline: Length = quantity()
    volume: AbstractVolume = PointVolume()

    def __check_init__(self) -> None:
        check_positive(self, "baseline")
        self.volume.check(self.baseline)

    @property
    def content(self) -> Float[Arrays, ""] | float | None:
        return self.volume.content


class BeamSite(AbstractSite):
    """A box behind a decay tunnel, its faces square to the tunnel's axis.

    Attributes
    ----------
    distance : from the end of the tunnel to the front face
    width, height, depth : of the sensitive volume
    x, y : of the middle of the face, from the axis
    """

    distance: Length = quantity()
    width: Length = quantity()
    height: Length = quantity()
    depth: Length = quantity()
    x: Length = quantity(default=0.0)
    y: Length = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "distance", "width", "height", "depth")
        check_finite(self)

    @property
    def content(self) -> Float[Arrays, ""] | float | None:
        return self.width * self.height * self.depth

    @fused
    def vertices(
        self, u: Float[Array, "ray 3"], aim: Scalar | float
    ) -> tuple[Float[Array, "ray 3"], Float[Array, " ray"]]:
        r"""Points in the box, z from the end of the tunnel, and what each stands for; the mean of the latter is one.

        Even in depth; across, each coordinate follows :math:`(1 + t^2)^{-3/2}` about the point nearest the axis, in
        units of `aim` half-widths, as what decays in flight does. Any `aim` is right; one near the size of the
        neutrinos' spot has the least error, and a large one fills the box evenly.
        """
        across = [
            _near(middle - size / 2, middle + size / 2, aim * size / 2, u[:, i])
            for i, (middle, size) in enumerate(((self.x, self.width), (self.y, self.height)))
        ]
        (x, by_x), (y, by_y) = across
        return jnp.stack([x, y, self.distance + self.depth * u[:, 2]], axis=1), by_x * by_y


def _near(
    low: Float[Array, ""], high: Float[Array, ""], scale: Float[Array, ""], u: Float[Array, " ray"]
) -> tuple[Float[Array, " ray"], Float[Array, " ray"]]:
    """Points between two ends, denser near zero, and the weights that make up for it."""
    middle = jnp.clip(0.0, low, high)
    ends = [(end - middle) / scale for end in (low, high)]
    s_low, s_high = (end / jnp.sqrt(1 + end**2) for end in ends)
    s = s_low + u * (s_high - s_low)
    t = s / jnp.sqrt(1 - s**2)
    return middle + scale * t, (1 + t**2) ** 1.5 * (s_high - s_low) * scale / (high - low)
