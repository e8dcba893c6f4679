"""Backgrounds: counts that no neutrino of the beam makes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.quenching import AbstractQuenching
from ontarget.detector.sideband import Sideband
from ontarget.detector.stage import ENERGY, check_chain, check_seen, observable
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Mass, Noun, Number, RatePerEnergyMass, RatePerMass, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import PER_DAY
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag


class AbstractBackground(Noun):
    """A background, by tag and seen bin."""

    name: str = static(default="", kw_only=True)

    @abstractmethod
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        """Counts in a detector of this mass while the beam ran; seen and second observable flattened."""

    def check_bins(self, tag: int, first: int, second: int) -> None:
        """Refuse a detector with other numbers of bins than the background has: of tag, seen and second observable."""
        if second > 1:
            truth = f"It says nothing of the detector's second observable, of {second} bins."
            raise InputError("", type(self).__name__, truth, "Use a TemplateBackground or a MeasuredBackground.")

    def check_seen(self, seen: AbstractAxis) -> None:
        """Refuse a seen axis of something else than the background is given along."""
        kind = self.along_seen()
        check_seen(kind, seen, "", f"What a {type(self).__name__} is given along")
        check_chain(getattr(self, "efficiency", ()), kind or observable(seen), "efficiency")

    def along_seen(self) -> str | None:
        """What it is given along; None for whatever is seen."""
        return None

    def check_running(self, running: Running, tag: AbstractTag) -> None:
        """Refuse windows that overlap, or none at all, where the duty follows from them."""
        if getattr(self, "duty", 0.0) is None:
            running.duty(tag)

    def sideband(self, running: Running, tag: AbstractTag) -> Sideband | None:
        """The sample in which it was counted, where that is how it is known; nothing else is uncertain bin by bin."""
        return None


class AbstractEnergyScale(Noun):
    """The energy that a background rate is given per."""

    @abstractmethod
    def energies(self, seen: Float[Array, "*seen"]) -> Float[Array, "*seen"]:
        """The energy on that scale of each value of the seen axis."""

    @fused
    def widths(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        """Width of each seen bin on that scale."""
        edges = self.energies(seen)
        return edges[1:] - edges[:-1]


class NuclearEquivalent(AbstractEnergyScale):
    """The seen axis itself: nuclear-recoil energy where that is what is seen."""

    def energies(self, seen: Float[Array, "*seen"]) -> Float[Array, "*seen"]:
        return seen


class ElectronEquivalent(AbstractEnergyScale):
    """Electron-equivalent energy, related to a seen axis of nuclear-recoil energy by a quenching factor."""

    quenching: AbstractQuenching

    def energies(self, seen: Float[Array, "*seen"]) -> Float[Array, "*seen"]:
        return self.quenching.image(seen)


class SteadyState(AbstractBackground):
    """A steady rate per energy, mass and time, flat in energy.

    `duty` is the fraction of the time with beam in which the detector's window is open: where it is not given, the
    facility's repetition times the window of the tag in time.
    """

    rate: RatePerEnergyMass = quantity()
    duty: Number | None = quantity(default=None)
    scale: AbstractEnergyScale = NuclearEquivalent()

    def __check_init__(self) -> None:
        check_range(self, "rate", 0.0)
        check_range(self, "duty", 0.0, 1.0, open_low=True)

    def along_seen(self) -> str | None:
        return ENERGY

    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return self.rate * mass * open_time(self.duty, running, tag)[:, None] * self.scale.widths(seen)


class SteadyStateIntegrated(AbstractBackground):
    """A steady rate per mass and time, integrated over the seen axis and flat along it."""

    rate: RatePerMass = quantity()
    duty: Number | None = quantity(default=None)

    def __check_init__(self) -> None:
        check_range(self, "rate", 0.0)
        check_range(self, "duty", 0.0, 1.0, open_low=True)

    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        shares = (seen[1:] - seen[:-1]) / (seen[-1] - seen[0])
        return self.rate * mass * open_time(self.duty, running, tag)[:, None] * shares


class TabulatedBackground(AbstractBackground):
    """A measured rate (counts per time of the whole detector while its window is open) in each seen bin.

    Where there is a second observable, in each pair of bins, the second fastest.
    """

    rates: Annotated[Float[Array, " seen"], PER_DAY] = quantity()
    duty: Number | None = quantity(default=None)

    def __check_init__(self) -> None:
        check_range(self, "duty", 0.0, 1.0, open_low=True)
        rates = np.asarray(self.rates)
        if not np.isfinite(rates).all() or (rates < 0).any():
            raise InputError("rates", "a value that is negative or no number", "Rates are finite.", "Mend the table.")

    def check_bins(self, tag: int, first: int, second: int) -> None:
        check_length("rates", len(np.asarray(self.rates)), first * second)

    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return open_time(self.duty, running, tag)[:, None] * self.rates


def open_time(duty: Number | None, running: Running, tag: AbstractTag) -> Float[Array, " tag"]:
    """Time in which events are recorded in each bin of the tag; the duty where it is given, else what follows."""
    share = running.duty(tag) if duty is None else duty
    return running.live * share * tag.steady()


def check_length(field: str, length: int, bins: int) -> None:
    """Refuse a table of another length than the detector has bins."""
    if length != bins:
        raise InputError(field, f"{length} {field}", f"It has {bins} reconstructed bins.", "Give one for each.")


def check_shape(field: str, shape: tuple[int, ...], tag: int, bins: int) -> None:
    """Refuse a table of another shape than the detector has tag and reconstructed bins."""
    if shape != (tag, bins):
        truth = f"The detector has {tag} tag bins and {bins} reconstructed bins."
        raise InputError(field, f"values of shape {list(shape)}", truth, "Give one for each.")
