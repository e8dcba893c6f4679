"""Thresholds and efficiencies: stages that keep a fraction of each cell."""

from __future__ import annotations

from typing import Annotated, ClassVar

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.detector.stage import ENERGY as ENERGY_KIND
from ontarget.detector.stage import AbstractWeight
from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.noun import Arrays, Energy, Number, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import ENERGY
from ontarget.numerics.quadrature import cell_average

ORDER = 4
FAR = 4.0
"""Widths from its middle, beyond which a smooth threshold is one or zero within 3e-5."""


class Threshold(AbstractWeight):
    """A sharp threshold: nothing below `energy`, everything above. `CountThreshold` is one in quanta."""

    kind: ClassVar[str | None] = ENERGY_KIND
    instead: ClassVar[str] = "Use a CountThreshold."
    energy: Energy = quantity()

    def __check_init__(self) -> None:
        check_range(self, "energy", 0.0)

    @fused
    def kinks(self) -> Float[Array, " point"]:
        return self.energy[None]

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return ((edges[1:] + edges[:-1]) / 2 >= self.energy).astype(float)


class SmoothThreshold(AbstractWeight):
    r"""A threshold with a Gaussian turn-on.

    .. math:: \epsilon(T) = \Phi\big((T - T_{1/2})/w\big)

    Averaged over each cell by 4-point quadrature; cells should not be wider than `width`. `SmoothCountThreshold` is one
    in quanta.
    """

    kind: ClassVar[str | None] = ENERGY_KIND
    instead: ClassVar[str] = "Use a SmoothCountThreshold."
    energy: Energy = quantity()
    width: Energy = quantity()

    def __check_init__(self) -> None:
        check_range(self, "energy", 0.0)
        check_positive(self, "width")

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return rises_in(low, high, self.energy, self.width)

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(lambda x: ndtr((x - self.energy) / self.width), edges, ORDER)


class ConstantEfficiency(AbstractWeight):
    """The same fraction everywhere."""

    fraction: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "fraction", 0.0, 1.0, open_low=True)

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return jnp.broadcast_to(self.fraction, (len(edges) - 1,))


class TabulatedEfficiency(AbstractWeight):
    """Linear between the points of a table, constant outside it. `TabulatedCountEfficiency` is one in quanta."""

    kind: ClassVar[str | None] = ENERGY_KIND
    instead: ClassVar[str] = "Use a TabulatedCountEfficiency."
    energies: Annotated[Float[Array, " point"], ENERGY] = quantity()
    fractions: Float[Array, " point"] = quantity()

    def __check_init__(self) -> None:
        check_table("energies", np.asarray(self.energies), "fractions", np.asarray(self.fractions))
        check_fractions(np.asarray(self.fractions))

    def kinks(self) -> Float[Array, " point"]:
        return self.energies

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(lambda x: jnp.interp(x, self.energies, self.fractions), edges, ORDER)


def rises_in(
    low: Float[Arrays, "*v"], high: Float[Arrays, "*v"], middle: Float[Arrays, ""], width: Float[Arrays, ""] | float
) -> Float[Arrays, "*v"]:
    """The width of a smooth threshold in cells that hold part of its rise; infinite in all others."""
    return np.where((low < middle + FAR * width) & (high > middle - FAR * width), width, np.inf)


def check_fractions(fractions: np.ndarray) -> None:
    """Refuse a table of efficiencies above one."""
    if (fractions > 1).any():
        raise InputError("fractions", f"{float(fractions.max())}", "A fraction is at most 1.", "Mend the table.")


def check_table(x_name: str, x: np.ndarray, y_name: str, y: np.ndarray) -> None:
    """Refuse a table that is not finite, not increasing in x, negative in y, or of unequal lengths."""
    if x.shape != y.shape or x.ndim != 1 or len(x) < 2:
        truth = "Both columns have the same length, at least 2."
        raise InputError(y_name, f"{len(y)} values for {len(x)} points", truth, "Mend the table.")
    if not np.isfinite(x).all() or not np.isfinite(y).all():
        raise InputError(y_name, "a value that is no number (NaN or infinite)", "All are finite.", "Mend the table.")
    if not (np.diff(x) > 0).all():
        raise InputError(x_name, "points that do not increase", "They must increase.", "Sort the table.")
    if (y < 0).any():
        raise InputError(y_name, f"{y.min():g}", "No value is negative.", "Mend the table.")
