"""Quantities that other people published and that an experiment of ours predicts."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import numpy as np

from ontarget.analysis.parameters.flux_average import average_cross_section
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.kept import kept
from ontarget.ground.noun import Noun, static
from ontarget.ground.units import AREA, NUMBER, PER_AREA, POWER, RATE_PER_AREA, Dimension, year
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.stopped_pion import StoppedPion


class AbstractQuantity(Noun):
    """A number that one experiment of the catalog predicts."""

    experiment: str = static()
    set: Mapping[str, Any] = static(converter=FrozenDict, default_factory=FrozenDict, kw_only=True)

    dimension: ClassVar[Dimension] = NUMBER

    @abstractmethod
    def of(self, experiment: Experiment) -> float:
        """The number, in internal units."""

    def compute(self) -> float:
        """Load the experiment with its overrides and ask it, or recall what it said to the same code and numbers."""
        experiment = load_experiment(self.experiment, dict(self.set)).noun
        return float(kept("published quantity", [self, experiment], lambda: self.of(experiment)))


class Fluence(AbstractQuantity):
    """Neutrinos per area at the detector in the whole exposure, all flavours."""

    dimension: ClassVar[Dimension] = PER_AREA

    def of(self, experiment: Experiment) -> float:
        return float(experiment.flux().values.sum())


class TargetNuclei(AbstractQuantity):
    """Nuclei in the detector, all isotopes."""

    def of(self, experiment: Experiment) -> float:
        return float((experiment.detector.mass * experiment.detector.material.nuclei_per_mass()).sum())


class Scatters(AbstractQuantity):
    """Interactions in the detector in the whole exposure, before any response, all channels and flavours."""

    def of(self, experiment: Experiment) -> float:
        return sum(float(channel.interactions.sum()) for channel in experiment.expected().channels)


class AverageCrossSection(AbstractQuantity):
    """Interactions per nucleus and fluence: the cross-section averaged over spectrum, flavours and isotopes."""

    dimension: ClassVar[Dimension] = AREA

    def of(self, experiment: Experiment) -> float:
        return average_cross_section(experiment)


class CountsPerYear(AbstractQuantity):
    """Expected signal per calendar year."""

    def of(self, experiment: Experiment) -> float:
        return float(experiment.expected().signal().sum() / (experiment.exposure.calendar(experiment.facility) / year))


class ExpectedSignal(AbstractQuantity):
    """Expected signal in the whole exposure and in all bins."""

    def of(self, experiment: Experiment) -> float:
        return float(experiment.expected().signal().sum())


class ObservedCounts(AbstractQuantity):
    """What the experiment observed, in all bins."""

    def of(self, experiment: Experiment) -> float:
        if experiment.observed is None:
            raise InputError(f"{experiment.name}.observed", "none", "Nothing was observed there.")
        return float(experiment.observed.sum())


class SidebandCounts(AbstractQuantity):
    """What the experiment counted in the sidebands of its backgrounds."""

    def of(self, experiment: Experiment) -> float:
        return sum(float(sideband.counts.sum()) for sideband, _ in experiment.sidebands().values())


class BeamPower(AbstractQuantity):
    """Beam power from protons in a pulse, repetition and proton energy."""

    dimension: ClassVar[Dimension] = POWER

    def of(self, experiment: Experiment) -> float:
        return float(experiment.facility.power_of_pulses)


class FluxOfFlavour(AbstractQuantity):
    """Neutrinos of one `flavour` per area and time at the detector, while the beam runs."""

    flavour: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = RATE_PER_AREA

    def of(self, experiment: Experiment) -> float:
        return float(fluence(experiment, self.flavour) / experiment.exposure.live(experiment.facility))


class FluencePerProton(AbstractQuantity):
    """Neutrinos of one `flavour` per area and proton at the detector."""

    flavour: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = PER_AREA

    def of(self, experiment: Experiment) -> float:
        return float(fluence(experiment, self.flavour) / experiment.exposure.protons(experiment.facility))


def fluence(experiment: Experiment, flavour: str) -> float:
    """Neutrinos of one flavour per area in the whole exposure."""
    if flavour not in FLAVOURS:
        raise InputError("flavour", repr(flavour), "There is no such one.", did_you_mean(flavour, FLAVOURS))
    return float(experiment.flux().values[FLAVOURS.index(flavour)].sum())


class NeutrinosPerYear(AbstractQuantity):
    """Neutrinos of one flavour made per calendar year."""

    def of(self, experiment: Experiment) -> float:
        source = experiment.source
        if not isinstance(source, StoppedPion):
            got = type(source).__name__
            raise InputError(f"{experiment.name}.source", got, "Only stopped pions give a number per flavour.")
        return float(source.neutrinos_per_proton * experiment.facility.protons_per_time * year)


def digest_of(noun: Noun) -> str:
    """All numbers and names of a noun in one word: what is alike need not be computed again."""
    leaves, structure = jax.tree.flatten(noun)
    return hashlib.sha256(b"".join(np.asarray(leaf).tobytes() for leaf in leaves) + str(structure).encode()).hexdigest()
