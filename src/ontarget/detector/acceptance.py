"""Efficiencies along a number of quanta: what a selection keeps of the events with so many photo-electrons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.stage import AbstractWeight
from ontarget.detector.variation import interpolate
from ontarget.ground.errors import InputError, check_positive, check_range, concrete
from ontarget.ground.noun import Number, quantity
from ontarget.ground.program import fused
from ontarget.numerics.quadrature import cell_average

ORDER = 4


class LogisticEfficiency(AbstractWeight):
    r"""A logistic rise with the number of quanta, on an offset, and never below zero.

    .. math:: \epsilon(x) = \max\Big(0,\; \frac{h}{1 + e^{-s (x - x_0)}} + d\Big)

    Averaged over each cell by 4-point quadrature; where it leaves zero (d < 0) is an edge of cells. On bins of one
    quantum the average is the value at the middle within :math:`h s^2/250`, 6e-4 for the CsI selection of 2017.

    Attributes
    ----------
    height : h, between both ends
    steepness : s, per quantum
    middle : :math:`x_0`, in quanta
    offset : d, above -h; height and offset add to at most 1

    References
    ----------
    COHERENT:2017ipa
    COHERENT:2021xmm
    """

    height: Number = quantity()
    steepness: Number = quantity()
    middle: Number = quantity()
    offset: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "height", "steepness")
        height, offset = concrete(self.height), concrete(self.offset)
        if height is None or offset is None:
            return
        if not -height < offset <= 1 - height:
            truth = f"With a height of {height:g} it lies above {-height:g} and is at most {1 - height:g}."
            raise InputError("offset", f"{offset:g}", truth, "Mend either.")

    @fused
    def kinks(self) -> Float[Array, " point"]:
        # without an offset it never reaches zero: the kink then lies far below everything
        ratio = self.height / jnp.maximum(-self.offset, 1e-12 * self.height) - 1
        return (self.middle - jnp.log(ratio) / self.steepness)[None]

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(self.kept, edges, ORDER)

    @fused
    def kept(self, quanta: Float[Array, "*x"]) -> Float[Array, "*x"]:
        """The fraction kept at each number of quanta."""
        rise = self.height / (1 + jnp.exp(-self.steepness * (quanta - self.middle)))
        return jnp.maximum(rise + self.offset, 0.0)


class StepEfficiency(AbstractWeight):
    """Constant between edges, with sharp steps: `below` the first, `fractions` between, `above` the last.

    The Heaviside function of the CsI selection of 2017 (0 below 5 photo-electrons, 1/2 from 5 to 6, 1 from 6) has the
    edges 5 and 6, the one fraction 1/2, and 1 above.

    References
    ----------
    COHERENT:2018imc
    """

    edges: Float[Array, " edge"] = quantity()
    fractions: Float[Array, " bin"] = quantity()
    below: Number = quantity(default=0.0)
    above: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        edges, fractions = np.asarray(self.edges), np.asarray(self.fractions)
        if len(edges) != len(fractions) + 1:
            got = f"{len(edges)} edges for {len(fractions)} fractions"
            raise InputError("edges", got, "There is one edge more than fractions.", "Mend either.")
        if not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
            raise InputError("edges", str(edges.tolist()), "They are finite and increase.", "Sort them.")
        if not ((fractions >= 0) & (fractions <= 1)).all():
            raise InputError("fractions", str(fractions.tolist()), "A fraction lies between 0 and 1.", "Mend them.")
        for side in ("below", "above"):
            check_range(self, side, 0.0, 1.0)

    def kinks(self) -> Float[Array, " point"]:
        return self.edges

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        steps = jnp.concatenate([self.below[None], self.fractions, self.above[None]])
        middle = (edges[1:] + edges[:-1]) / 2
        return steps[(middle[:, None] >= self.edges).sum(axis=1)]


class InterpolatedEfficiency(AbstractWeight):
    """An efficiency known at its nominal value and at plus and minus one standard deviation of something unknown.

    Between and beyond the three, the fraction kept in each cell is a parabola in `amount`, in standard deviations.
    """

    nominal: AbstractWeight
    up: AbstractWeight
    down: AbstractWeight
    amount: Number = quantity(default=0.0)

    @fused
    def kinks(self) -> Float[Array, " point"]:
        return jnp.concatenate([self.nominal.kinks(), self.up.kinks(), self.down.kinks()])

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        nominal, up, down = (one.weight(edges) for one in (self.nominal, self.up, self.down))
        return nominal + interpolate(nominal, up, down, self.amount)
