"""Binned axes: a start, a stop, a number of bins, and how the edges are spaced between them."""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, concrete, dimension_of
from ontarget.ground.noun import (
    Arrays,
    BeamEnergy,
    Energy,
    Length,
    Noun,
    Number,
    Time,
    as_array,
    namespace,
    on_host,
    quantity,
    static,
)
from ontarget.ground.units import Dimension

MOST_BINS = 20_000
"""A kernel and a response are matrices over their axes: beyond this they would not fit a memory."""


class AbstractSpacing(Noun):
    """How the edges of an axis lie between its ends."""

    @abstractmethod
    def edges(self, start: Float[Arrays, ""], stop: Float[Arrays, ""], bins: int) -> Float[Arrays, " edge"]:
        """The bins + 1 edges, in the units of `start` and `stop`."""


class Linear(AbstractSpacing):
    """Equal widths."""

    def edges(self, start: Float[Arrays, ""], stop: Float[Arrays, ""], bins: int) -> Float[Arrays, " edge"]:
        return start + (stop - start) * np.linspace(0.0, 1.0, bins + 1)


class Logarithmic(AbstractSpacing):
    """Equal ratios: edges uniform in the logarithm. The axis must start above zero."""

    def edges(self, start: Float[Arrays, ""], stop: Float[Arrays, ""], bins: int) -> Float[Arrays, " edge"]:
        xp = namespace(start, stop)
        return start * xp.exp(xp.log(stop / start) * np.linspace(0.0, 1.0, bins + 1))


class SquareRoot(AbstractSpacing):
    """Edges uniform in the square root: widths follow a resolution that grows as the square root of the energy."""

    def edges(self, start: Float[Arrays, ""], stop: Float[Arrays, ""], bins: int) -> Float[Arrays, " edge"]:
        # start and stop may be zero, where a square root has no derivative: work with the ratio of the ends
        x, xp = np.linspace(0.0, 1.0, bins + 1), namespace(start, stop)
        root = xp.sqrt(xp.where(start > 0, start / stop, 1.0)) * (start > 0)
        return stop * (root + (1.0 - root) * x) ** 2


class Explicit(AbstractSpacing):
    """Edges at given fractions of the way from start to stop (increasing, from 0 to 1)."""

    fractions: Float[Array, " edge"] = quantity()

    def __check_init__(self) -> None:
        fractions = np.asarray(self.fractions)
        if fractions.ndim != 1 or not (np.diff(fractions) > 0).all() or fractions[0] != 0 or fractions[-1] != 1:
            raise InputError("fractions", str(fractions.tolist()), "They must increase from 0 to 1.", "Reorder them.")

    def edges(self, start: Float[Arrays, ""], stop: Float[Arrays, ""], bins: int) -> Float[Arrays, " edge"]:
        return start + (stop - start) * self.fractions


class AbstractAxis(Noun):
    """A binned axis: `start`, `stop`, `bins`, `spacing`."""

    start: Float[Array, ""]
    stop: Float[Array, ""]
    bins: int
    spacing: AbstractSpacing

    def __check_init__(self) -> None:
        start, stop, dimension = concrete(self.start), concrete(self.stop), dimension_of(self, "start")
        if self.bins < 1:
            raise InputError("bins", str(self.bins), "An axis has at least one bin.", "Give a positive whole number.")
        if self.bins > MOST_BINS:
            truth = f"An axis has at most {MOST_BINS} bins."
            raise InputError("bins", str(self.bins), truth, "Give fewer.")
        if isinstance(self.spacing, Explicit) and len(self.spacing.fractions) != self.bins + 1:
            given = f"{self.bins} bins and {len(self.spacing.fractions)} edges"
            raise InputError("bins", given, "There is one edge more than bins.", "Mend either.")
        if start is None or stop is None:
            return
        if not (start < stop and math.isfinite(start) and math.isfinite(stop)):
            truth = "An axis goes upwards between finite ends."
            raise InputError("stop", dimension.show(stop), truth, f"Give more than start, {dimension.show(start)}.")
        if (start < 0 and isinstance(self.spacing, SquareRoot)) or (
            start <= 0 and isinstance(self.spacing, Logarithmic)
        ):
            raise InputError("start", dimension.show(start), "This spacing needs a start above zero.", "Use Linear.")

    @property
    def edges(self) -> Float[Array, " edge"]:
        """The bins + 1 edges in internal units."""
        spacing, start, stop = on_host((self.spacing, self.start, self.stop))
        return as_array(spacing.edges(start, stop, self.bins))

    @property
    def dimension(self) -> Dimension:
        """What the axis measures, with the unit it is shown in."""
        return dimension_of(self, "start")

    def shown(self) -> np.ndarray:
        """The edges in the display unit, for tables and figures."""
        return np.asarray(self.edges) / self.dimension.value


class EnergyAxis(AbstractAxis):
    """An axis of energy."""

    start: Energy = quantity()
    stop: Energy = quantity()
    bins: int = static()
    spacing: AbstractSpacing = Linear()


class BeamEnergyAxis(AbstractAxis):
    """An axis of energy at the scale of a beam: shown in GeV."""

    start: BeamEnergy = quantity()
    stop: BeamEnergy = quantity()
    bins: int = static()
    spacing: AbstractSpacing = Linear()


class TimeAxis(AbstractAxis):
    """An axis of time."""

    start: Time = quantity()
    stop: Time = quantity()
    bins: int = static()
    spacing: AbstractSpacing = Linear()


class LengthAxis(AbstractAxis):
    """An axis of length, such as the distance of a vertex from the beam's axis."""

    start: Length = quantity()
    stop: Length = quantity()
    bins: int = static()
    spacing: AbstractSpacing = Linear()


class CountAxis(AbstractAxis):
    """An axis of a dimensionless observable, such as a number of photo-electrons."""

    start: Number = quantity()
    stop: Number = quantity()
    bins: int = static()
    spacing: AbstractSpacing = Linear()
