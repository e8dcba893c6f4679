"""A background of which only the number and the shape are known."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground, check_shape
from ontarget.detector.variation import Variation, check_variations, vary
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Mass, Number, quantity
from ontarget.ground.program import fused
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag


class TemplateBackground(AbstractBackground):
    r"""A number of events, shared over all bins as a template says.

    .. math:: b_{ko} = B\,\Big[\hat s + \sum_j \big(a_j\,\tfrac{\hat u_j - \hat d_j}{2}
        + a_j^2\,(\tfrac{\hat u_j + \hat d_j}{2} - \hat s)\big)\Big]_{ko}

    Hats: divided by its sum, so variations change the shape and never the number.

    Attributes
    ----------
    total : B, in the whole exposure
    shape : s [tag seen], any normalisation; seen and second observable flattened, the second fastest
    variations : :math:`u_j, d_j`, each in a normalisation of its own

    References
    ----------
    COHERENT:2020ybo
    """

    total: Number = quantity()
    shape: Float[Array, "tag seen"] = quantity()
    variations: tuple[Variation, ...] = ()

    def __check_init__(self) -> None:
        check_range(self, "total", 0.0)
        shape = np.asarray(self.shape)
        if not np.isfinite(shape).all() or (shape < 0).any() or shape.sum() == 0:
            got = "a value that is negative or no number, or nothing but zeros"
            raise InputError("shape", got, "Shares are finite, and some are above zero.", "Mend the table.")
        check_variations(self.shape, self.variations, "shares")

    def check_bins(self, tag: int, first: int, second: int) -> None:
        check_shape("shape", np.shape(self.shape), tag, first * second)

    @fused
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.total * vary(self.shape, self.variations, lambda shape: shape / jnp.sum(shape))
