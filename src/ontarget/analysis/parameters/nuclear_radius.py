"""How well coherent scattering measures the radius of a target's neutron density."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.parameters.flux_average import coherent_scattering
from ontarget.analysis.parameters.signal_strength import MakesLikelihood
from ontarget.experiment.experiment import Experiment
from ontarget.ground.units import FEMTO
from ontarget.inference.fit import Intervals, intervals, profile
from ontarget.inference.likelihood import AbstractParameter, Parameter, likelihood
from ontarget.matter.form_factor import Helm
from ontarget.matter.radius import NeutronRadii

ADDRESS = "*.interaction.neutron.scale"
"""Of what multiplies the rms radii of all isotopes, where a form factor has no skin."""

SKIN = "*.interaction.neutron.radii.skin"
"""Of the neutron skin, in which all isotopes of a target share."""


@dataclass(frozen=True)
class NeutronRadius:
    """The rms radius of the neutron density, the mean over a target's nuclei, of which all isotopes move together.

    Attributes
    ----------
    default : mean rms radius over the target's nuclei as the experiment has it, a length (internal units)
    scale : intervals of the radius over its default
    """

    default: float
    scale: Intervals

    @property
    def pieces(self) -> tuple[tuple[float, float], ...]:
        """Ends of the allowed ranges of the mean radius, lengths (internal units)."""
        return tuple((one.low * self.default, one.high * self.default) for one in self.scale.pieces)

    @property
    def relative_errors(self) -> tuple[float | None, ...]:
        """Half the width of each allowed range over the default; None where it reaches the end of the grid."""
        return tuple(None if one.open_low or one.open_high else one.width / 2 for one in self.scale.pieces)


def free_radius(experiment: Experiment, low: float = 0.6, high: float = 1.4) -> Parameter:
    """What is freed to move the mean radius between these multiples of its default: the skin, or else a scale."""
    neutron = coherent_scattering(experiment).neutron
    if isinstance(neutron, Helm) and isinstance(neutron.radii, NeutronRadii):
        skin, length = neutron.radii.skin, mean_radius(experiment) / neutron.scale
        return Parameter("skin", SKIN, skin + (low - 1) * length, skin + (high - 1) * length, unit=FEMTO)
    return Parameter("scale", ADDRESS, jnp.asarray(low), jnp.asarray(high))


def neutron_radius(
    experiment: Experiment,
    nuisances: Sequence[AbstractParameter] = (),
    *,
    level: float = 0.6827,
    low: float = 0.6,
    high: float = 1.4,
    points: int = 161,
    likelihood_of: MakesLikelihood = likelihood,
) -> NeutronRadius:
    """The interval of the neutron radius, other parameters profiled; the surface of the nuclei is held.

    One skin is free for all isotopes; of form factors without one, a scale of all radii.

    Parameters
    ----------
    experiment : its first channel is coherent scattering; what it expects are the data where it observed nothing
    nuisances : profiled
    level : confidence level, one degree of freedom
    low, high : ends of the mean radius, over its default
    points : of the grid between them
    """
    default, free = mean_radius(experiment), free_radius(experiment, low, high)
    counts = likelihood_of([experiment], [free, *nuisances])
    ends = float(free.low), float(free.high)
    found = intervals(profile(counts, {free.name: np.linspace(*ends, points)}), level)

    def over_default(value: float) -> float:
        return low + (high - low) * (value - ends[0]) / (ends[1] - ends[0])

    pieces = tuple(
        dataclasses.replace(one, low=over_default(one.low), high=over_default(one.high)) for one in found.pieces
    )
    return NeutronRadius(default, dataclasses.replace(found, pieces=pieces))


def mean_radius(experiment: Experiment) -> float:
    """Mean rms radius of the neutron density over the target's nuclei, a length (internal units)."""
    material = experiment.detector.material
    radii = coherent_scattering(experiment).neutron.rms(material.nuclides())
    return float(np.average(np.asarray(radii), weights=np.asarray(material.nuclei_per_mass())))
