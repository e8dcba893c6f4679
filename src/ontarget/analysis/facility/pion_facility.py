"""Stopped-pion facilities, and how many neutrinos they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import source_of
from ontarget.ground.units import MW, GeV, s, year
from ontarget.source import Facility, StoppedPion


@dataclass(frozen=True)
class StoppedPionFacility:
    """An accelerator with its target.

    Attributes
    ----------
    name : what results call it
    facility, source : the accelerator, and what its protons make
    error : standard deviation of the neutrinos per flavour and proton, where it is known
    """

    name: str
    facility: Facility
    source: StoppedPion
    error: float | None = None

    @property
    def protons_per_year(self) -> float:
        """Protons on target per calendar year."""
        return float(self.facility.protons_per_time * year)

    @property
    def neutrinos_per_year(self) -> float:
        """Neutrinos of one flavour per calendar year."""
        return float(self.source.neutrinos_per_proton) * self.protons_per_year


def facility_of(experiment: Experiment) -> StoppedPionFacility:
    """The facility at which an experiment stands."""
    return StoppedPionFacility(experiment.facility.name, experiment.facility, source_of(experiment, StoppedPion))


@dataclass(frozen=True)
class NeutrinoYields:
    """Neutrinos of one flavour that facilities make.

    Attributes
    ----------
    names : [facility]
    power : [facility] MW while the beam runs
    proton_energy : [facility] GeV
    protons : [facility] per calendar year
    per_proton : [facility] neutrinos of one flavour per proton
    error : [facility] its standard deviation, not a number where it is not known
    per_second : [facility] neutrinos of one flavour while the beam runs
    """

    names: tuple[str, ...]
    power: Float[np.ndarray, " facility"]
    proton_energy: Float[np.ndarray, " facility"]
    protons: Float[np.ndarray, " facility"]
    per_proton: Float[np.ndarray, " facility"]
    error: Float[np.ndarray, " facility"]
    per_second: Float[np.ndarray, " facility"]

    @property
    def per_year(self) -> Float[np.ndarray, " facility"]:
        """Neutrinos of one flavour per calendar year."""
        return self.protons * self.per_proton

    @property
    def error_per_year(self) -> Float[np.ndarray, " facility"]:
        """Its standard deviation, from that of the yield alone."""
        return self.protons * self.error


def neutrino_yields(facilities: Sequence[StoppedPionFacility]) -> NeutrinoYields:
    """Protons and neutrinos of one flavour at each facility."""
    per_proton = np.array([float(one.source.neutrinos_per_proton) for one in facilities])
    return NeutrinoYields(
        tuple(one.name for one in facilities),
        np.array([float(one.facility.power / MW) for one in facilities]),
        np.array([float(one.facility.proton_energy / GeV) for one in facilities]),
        np.array([one.protons_per_year for one in facilities]),
        per_proton,
        np.array([np.nan if one.error is None else one.error for one in facilities]),
        np.array([float(one.facility.protons_while_running * s) for one in facilities]) * per_proton,
    )


def constant_yield(power: Float[np.ndarray, " power"], per_proton: float, hours: float) -> Float[np.ndarray, " power"]:
    """Neutrinos of one flavour per calendar year, for protons of 1 GeV and some hours of beam a year; power in MW."""
    return per_proton * (power * MW / GeV) * hours * 3600 * s
