"""Thresholds and efficiencies along a number of quanta: what is kept of the events with so many photo-electrons."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.detector.efficiency import check_fractions, check_table, rises_in
from ontarget.detector.stage import ENERGY, QUANTA, AbstractWeight
from ontarget.detector.variation import interpolate
from ontarget.ground.errors import InputError, check_positive, check_range, concrete
from ontarget.ground.noun import Arrays, Number, quantity
from ontarget.ground.program import fused
from ontarget.numerics.quadrature import cell_average

ORDER = 4


class CountThreshold(AbstractWeight):
    """A sharp threshold in quanta: nothing below `count`, everything above. `Threshold` is one in energy."""

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Use a Threshold."
    count: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "count", 0.0)

    @fused
    def kinks(self) -> Float[Array, " point"]:
        return self.count[None]

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return ((edges[1:] + edges[:-1]) / 2 >= self.count).astype(float)


class SmoothCountThreshold(AbstractWeight):
    r"""A threshold in a number n of quanta with a Gaussian turn-on.

    .. math:: \epsilon(n) = \Phi\big((n - n_{1/2})/w\big)

    Averaged over each cell by 4-point quadrature; cells should not be wider than `width`. `SmoothThreshold` is one in
    energy.
    """

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Use a SmoothThreshold."
    count: Number = quantity()
    width: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "count", 0.0)
        check_positive(self, "width")

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return rises_in(low, high, self.count, self.width)

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(lambda x: ndtr((x - self.count) / self.width), edges, ORDER)


class TabulatedCountEfficiency(AbstractWeight):
    """Linear between the points of a table in a number of quanta, constant outside it. `TabulatedEfficiency` is one in
    energy."""

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Use a TabulatedEfficiency."
    counts: Float[Array, " point"] = quantity()
    fractions: Float[Array, " point"] = quantity()

    def __check_init__(self) -> None:
        check_table("counts", np.asarray(self.counts), "fractions", np.asarray(self.fractions))
        check_fractions(np.asarray(self.fractions))

    def kinks(self) -> Float[Array, " point"]:
        return self.counts

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(lambda x: jnp.interp(x, self.counts, self.fractions), edges, ORDER)


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

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Use a SmoothThreshold or a TabulatedEfficiency."
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

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        # the Gaussian turn-on of the same variance is 1.7 times as steep in its middle
        return rises_in(low, high, self.middle, 1.7 / self.steepness)

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(self.kept, edges, ORDER)

    @fused
    def kept(self, quanta: Float[Array, "*x"]) -> Float[Array, "*x"]:
        """The fraction kept at each number of quanta."""
        rise = self.height / (1 + jnp.exp(-self.steepness * (quanta - self.middle)))
        return jnp.maximum(rise + self.offset, 0.0)


class StepEfficiency(AbstractWeight):
    """Constant between edges in quanta, with sharp steps: `below` the first, `fractions` between, `above` the last.

    The Heaviside function of the CsI selection of 2017 (0 below 5 photo-electrons, 1/2 from 5 to 6, 1 from 6) has the
    edges 5 and 6, the one fraction 1/2, and 1 above.

    References
    ----------
    COHERENT:2018imc
    """

    kind: ClassVar[str | None] = QUANTA
    instead: ClassVar[str] = "Use a Threshold or a TabulatedEfficiency."
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

    def __check_init__(self) -> None:
        kinds = {one.takes() for one in self.three} - {None}
        if len(kinds) > 1:
            truth = "All three are of the same kind."
            raise InputError("up", f"{ENERGY} and {QUANTA}", truth, "Give three efficiencies along one of them.")

    @property
    def three(self) -> tuple[AbstractWeight, ...]:
        """Nominal, up and down."""
        return self.nominal, self.up, self.down

    def takes(self) -> str | None:
        return next((one.takes() for one in self.three if one.takes() is not None), None)

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return np.min(np.stack([one.detail(low, high) for one in self.three]), axis=0)

    @fused
    def kinks(self) -> Float[Array, " point"]:
        return jnp.concatenate([one.kinks() for one in self.three])

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        nominal, up, down = (one.weight(edges) for one in self.three)
        return nominal + interpolate(nominal, up, down, self.amount)
