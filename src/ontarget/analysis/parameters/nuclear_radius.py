"""How well coherent scattering measures the radius of a target's neutron density."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.parameters.flux_average import coherent_scattering
from ontarget.analysis.parameters.signal_strength import MakesLikelihood
from ontarget.experiment.experiment import Experiment
from ontarget.inference.fit import Intervals, intervals, profile
from ontarget.inference.likelihood import AbstractParameter, Parameter, likelihood

ADDRESS = "*.interaction.neutron.scale"
"""Of what multiplies the rms radii of all isotopes."""


@dataclass(frozen=True)
class NeutronRadius:
    """The rms radius of the neutron density, all isotopes of a target scaled together.

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


def radius_scale(low: float = 0.6, high: float = 1.4) -> Parameter:
    """One scale for the rms radii of the neutron densities of all isotopes, between these ends."""
    return Parameter("scale", ADDRESS, jnp.asarray(low), jnp.asarray(high))


def neutron_radius(
    experiment: Experiment,
    nuisances: Sequence[AbstractParameter] = (),
    *,
    level: float = 0.6827,
    scale: AbstractParameter | None = None,
    points: int = 161,
    likelihood_of: MakesLikelihood = likelihood,
) -> NeutronRadius:
    """The interval of the neutron radius, other parameters profiled; the surface of the nuclei is held.

    Parameters
    ----------
    experiment : its first channel is coherent scattering; what it expects are the data where it observed nothing
    nuisances : profiled
    level : confidence level, one degree of freedom
    scale : multiplies the radii, within its box; from 0.6 to 1.4 by default
    points : of the grid over the box
    """
    default, free = mean_radius(experiment), radius_scale() if scale is None else scale
    counts = likelihood_of([experiment], [free, *nuisances])
    grid = np.linspace(float(free.low), float(free.high), points)
    return NeutronRadius(default, intervals(profile(counts, {free.name: grid}), level))


def mean_radius(experiment: Experiment) -> float:
    """Mean rms radius of the neutron density over the target's nuclei, a length (internal units)."""
    material = experiment.detector.material
    radii = coherent_scattering(experiment).neutron.rms(material.nuclides())
    return float(np.average(np.asarray(radii), weights=np.asarray(material.nuclei_per_mass())))
