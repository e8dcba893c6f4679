"""Recoils above sharp thresholds, whatever the detector that would see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment.counts import ChannelCounts, Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import with_channels
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV, kg, year
from ontarget.numerics.axis import EnergyAxis


@dataclass(frozen=True)
class ThresholdCounts:
    """Recoils above thresholds on their true energy, per kg of target and calendar year, efficiency one above.

    Attributes
    ----------
    thresholds : [threshold] keV
    above : [threshold] recoils per kg and year
    start : keV, where the detector's own seen axis begins
    detected : events per kg and year behind the detector's own response
    mass : kg of target
    """

    thresholds: Float[np.ndarray, " threshold"]
    above: Float[np.ndarray, " threshold"]
    start: float
    detected: float
    mass: float

    @property
    def detected_per_year(self) -> float:
        """Events of the whole detector per calendar year."""
        return self.detected * self.mass


def thresholds(
    experiment: Experiment, energies: Float[np.ndarray, " threshold"] | None = None, counts: Counts | None = None
) -> ThresholdCounts:
    """Recoils of the first channel above each of `energies`.

    Parameters
    ----------
    energies : [threshold] internal units (``np.array([1.0]) * keV``); 120 from 0.05 to 100 keV by default
    counts : the experiment's own, where they are known already
    """
    check_recoils(experiment)
    energies = np.geomspace(0.05, 100.0, 120) * keV if energies is None else energies
    counts = experiment.expected() if counts is None else counts
    mass = float(experiment.detector.mass / kg)
    exposure = float(experiment.exposure.calendar(experiment.facility) / year) * mass
    return ThresholdCounts(
        energies / keV,
        recoils_above(counts.channels[0], energies) / exposure,
        float(experiment.detector.seen.start / keV),
        float(counts.signal().sum()) / exposure,
        mass,
    )


def check_recoils(experiment: Experiment) -> None:
    """Refuse an experiment without recoils, or whose detector sees no energy."""
    with_channels(experiment, "Thresholds are set on the recoils of a detector's first channel.")
    axis = experiment.detector.seen
    if not isinstance(axis, EnergyAxis):
        truth = "Thresholds are energies, and beside them stands where the reconstructed axis begins."
        raise InputError(f"{experiment.name}.detector.seen", type(axis).__name__, truth, "Give an EnergyAxis.")


def recoils_above(channel: ChannelCounts, energies: Float[np.ndarray, " threshold"]) -> Float[np.ndarray, " threshold"]:
    """Interactions of all flavours above each energy (internal units) over the whole exposure.

    Exact at the edges of truth cells, linear in the square root of the energy between them.
    """
    cells = np.asarray(channel.truth.sum(axis=0))
    above = np.append(np.cumsum(cells[::-1])[::-1], 0.0)
    return np.interp(np.sqrt(energies), np.sqrt(np.asarray(channel.cells)), above)
