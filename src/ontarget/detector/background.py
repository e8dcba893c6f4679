"""Backgrounds: counts that no neutrino of the beam makes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.quenching import AbstractQuenching
from ontarget.detector.sideband import Sideband
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Mass, Noun, Number, RatePerEnergyMass, RatePerMass, quantity, static
from ontarget.ground.units import PER_DAY
from ontarget.source.site import AbstractTag


class AbstractBackground(Noun):
    """A background, by tag and seen bin."""

    name: str = static(default="", kw_only=True)

    @abstractmethod
    def expected(
        self, mass: Mass, live: Float[Array, ""], tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        """Counts in a detector of this mass during a live time."""

    def sideband(self) -> Sideband | None:
        """The sample in which it was counted, where that is how it is known; nothing else is uncertain bin by bin."""
        return None


class AbstractEnergyScale(Noun):
    """The energy that a background rate is given per."""

    @abstractmethod
    def widths(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        """Width of each seen bin on that scale."""


class NuclearEquivalent(AbstractEnergyScale):
    """The seen axis itself: nuclear-recoil energy where that is what is seen."""

    def widths(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        return seen[1:] - seen[:-1]


class ElectronEquivalent(AbstractEnergyScale):
    """Electron-equivalent energy, related to a seen axis of nuclear-recoil energy by a quenching factor."""

    quenching: AbstractQuenching

    def widths(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        visible = self.quenching.image(seen)
        return visible[1:] - visible[:-1]


class SteadyState(AbstractBackground):
    """A steady rate per energy, mass and time, flat in energy.

    `duty` is the fraction of the time with beam in which the detector's window is open (repetition times window).
    """

    rate: RatePerEnergyMass = quantity()
    duty: Number = quantity()
    scale: AbstractEnergyScale = NuclearEquivalent()

    def __check_init__(self) -> None:
        check_range(self, "rate", 0.0)
        check_range(self, "duty", 0.0, 1.0, open_low=True)

    def expected(
        self, mass: Mass, live: Float[Array, ""], tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.rate * mass * live * self.duty * tag.steady()[:, None] * self.scale.widths(seen)


class SteadyStateIntegrated(AbstractBackground):
    """A steady rate per mass and time, integrated over the seen axis and flat along it."""

    rate: RatePerMass = quantity()
    duty: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "rate", 0.0)
        check_range(self, "duty", 0.0, 1.0, open_low=True)

    def expected(
        self, mass: Mass, live: Float[Array, ""], tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        shares = (seen[1:] - seen[:-1]) / (seen[-1] - seen[0])
        return self.rate * mass * live * self.duty * tag.steady()[:, None] * shares


class TabulatedBackground(AbstractBackground):
    """A measured rate (counts per time of the whole detector while its window is open) in each seen bin."""

    rates: Annotated[Float[Array, " seen"], PER_DAY] = quantity()
    duty: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "duty", 0.0, 1.0, open_low=True)
        rates = np.asarray(self.rates)
        if not np.isfinite(rates).all() or (rates < 0).any():
            raise InputError("rates", "a value that is negative or no number", "Rates are finite.", "Mend the table.")

    def expected(
        self, mass: Mass, live: Float[Array, ""], tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return live * self.duty * tag.steady()[:, None] * self.rates
