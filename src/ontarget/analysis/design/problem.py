"""What is asked of a design: experiments, parameters, numbers that are free and the box in which they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.design.bands import BandsByDesign, bands_of
from ontarget.ground.address import addresses, match
from ontarget.ground.errors import InputError
from ontarget.ground.noun import static
from ontarget.inference.design.forecast import AbstractDesign, Forecast, forecast
from ontarget.inference.likelihood import AbstractParameter


@dataclass(frozen=True, eq=False)
class DesignProblem:
    """Experiments, what is asked of them, and which of their numbers a design chooses.

    Attributes
    ----------
    experiments : each with a `name` of its own and a method `bins()`
    interest, nuisances : parameters whose errors or limits are asked about, and all others
    space : where the free numbers of a design are put
    today : [free] as they are, each in the unit of its own that `space` takes
    low, high : [free] ends of the ranges, in the same units
    """

    experiments: tuple[Any, ...]
    interest: tuple[AbstractParameter, ...]
    nuisances: tuple[AbstractParameter, ...]
    space: AbstractDesign
    today: Float[np.ndarray, " free"]
    low: Float[np.ndarray, " free"]
    high: Float[np.ndarray, " free"]
    _bands: dict[tuple[str, int], BandsByDesign] = field(default_factory=dict, repr=False)

    @cached_property
    def forecast(self) -> Forecast:
        """Counts and their derivatives, for all figures of merit."""
        return forecast(self.experiments, (*self.interest, *self.nuisances), self.space, self.today)

    def bands(self, name: str, rays: int) -> BandsByDesign:
        """Bands of the experiment of this name, for all figures of merit that ask for as many rays."""
        if (name, rays) not in self._bands:
            self._bands[name, rays] = BandsByDesign(bands_of(self.experiments, name, self.space, self.today, rays))
        return self._bands[name, rays]


class DesignAddresses(AbstractDesign):
    """Free numbers that are put at addresses as they are, in internal units.

    Attributes
    ----------
    targets : addresses of each free number, the experiment's name first
    """

    targets: tuple[tuple[str, ...], ...] = static()

    def values(self, design: Float[Array, " free"]) -> dict[str, Any]:
        return {address: design[index] for index, found in enumerate(self.targets) for address in found}


def design_problem(
    experiments: Sequence[Any],
    free: Mapping[str, tuple[float, float]],
    interest: Sequence[AbstractParameter] = (),
    nuisances: Sequence[AbstractParameter] = (),
) -> DesignProblem:
    """A design of numbers at addresses; units of their own and formulas among them are what a study adds.

    Parameters
    ----------
    experiments : each with a `name` of its own
    free : by address, a glob with the experiment's name first: the ends of the range, in internal units
    interest, nuisances : parameters asked about, and all others
    """
    experiments = tuple(experiments)
    targets = tuple(tuple(match(experiments, glob)) for glob in free)
    known = addresses(experiments)
    today = []
    for glob, found in zip(free, targets, strict=True):
        values = {float(np.asarray(known[address])) for address in found if np.shape(known[address]) == ()}
        if len(values) != 1 or any(np.shape(known[address]) for address in found):
            truth = f"It fits {', '.join(found)}: one number has one value today."
            raise InputError("free", glob, truth, "Narrow the address.")
        today.append(values.pop())
    low, high = (np.array([float(ends[side]) for ends in free.values()]) for side in (0, 1))
    return DesignProblem(
        experiments, tuple(interest), tuple(nuisances), DesignAddresses(targets), np.array(today), low, high
    )
