"""How long an experiment runs: calendar time, protons on target, or the energy that they bring."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from jaxtyping import Array, Float

from ontarget.ground import shorthand
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import BeamEnergy, Duration, Noun, Number, as_array, on_host, quantity
from ontarget.source.facility import Facility
from ontarget.source.running import Running


class AbstractExposure(Noun):
    """An amount of running."""

    @classmethod
    def read(cls, given: str) -> dict[str, Any]:
        """What the shorthand of a catalog stands for: "3 yr" is running time, "13.8e22 POT" protons on target,
        "7.48 GWh" or "1.4 MW yr" the energy that these bring."""
        return shorthand.exposure(given)

    @abstractmethod
    def protons(self, facility: Facility) -> Float[Array, ""]:
        """Protons on target in the whole exposure."""

    @abstractmethod
    def calendar(self, facility: Facility) -> Float[Array, ""]:
        """Calendar time that the exposure takes."""

    def live(self, facility: Facility) -> Float[Array, ""]:
        """Time with beam: protons over the proton rate while the beam runs."""
        protons, rate = on_host((self.protons(facility), facility.protons_while_running))
        return as_array(protons / rate)

    def running(self, facility: Facility) -> Running:
        """The beam during the whole exposure, as a background sees it."""
        return Running(self.live(facility), facility.repetition, self.protons(facility), facility.pulse)


class RunningTime(AbstractExposure):
    """Calendar time at the facility's running plan."""

    time: Duration = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "time")

    def protons(self, facility: Facility) -> Float[Array, ""]:
        rate, time = on_host((facility.protons_per_time, self.time))
        return as_array(rate * time)

    def calendar(self, facility: Facility) -> Float[Array, ""]:
        return self.time


class ProtonsOnTarget(AbstractExposure):
    """A delivered (or planned) number of protons on target."""

    number: Number = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "number")

    def protons(self, facility: Facility) -> Float[Array, ""]:
        return self.number

    def calendar(self, facility: Facility) -> Float[Array, ""]:
        number, rate = on_host((self.number, facility.protons_per_time))
        return as_array(number / rate)


class EnergyOnTarget(AbstractExposure):
    r"""The energy that the protons bring to the target, as in "7.48 GWh" or "1.4 MW yr": :math:`N_p = W/E_p`."""

    energy: BeamEnergy = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "energy")

    def protons(self, facility: Facility) -> Float[Array, ""]:
        energy, each = on_host((self.energy, facility.proton_energy))
        return as_array(energy / each)

    def calendar(self, facility: Facility) -> Float[Array, ""]:
        number, rate = on_host((self.protons(facility), facility.protons_per_time))
        return as_array(number / rate)
