"""Published cross-sections of one flavour on a nucleus: at an energy, or averaged over the spectrum of a source."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.units import AREA, Dimension
from ontarget.matter.flavour import FLAVOURS
from ontarget.report.quantity import AbstractQuantity


def per_nucleus(experiment: Experiment, neutrino: str, energy: Float[Array, " energy"]) -> Float[Array, " energy"]:
    """Cross-section of the first channel on the nuclide of the material that reacts most, over all its final states."""
    channel, nuclides = experiment.detector.channels[0], experiment.detector.material.nuclides()
    edges = jnp.stack([0 * energy.max(), 2 * energy.max()])
    row = FLAVOURS.index(neutrino)
    every = [
        channel.interaction.kernel(jax.tree.map(lambda leaf, i=i: leaf[i], nuclides), energy, edges)[row].sum(axis=-1)
        for i in range(len(nuclides.symbols))
    ]
    return jnp.stack(every).max(axis=0)


class CrossSectionAt(AbstractQuantity):
    """The cross-section of one flavour at one energy, on one nucleus."""

    dimension: ClassVar[Dimension] = AREA
    neutrino: str = static(default="nu_e", kw_only=True)
    energy: Energy = quantity(kw_only=True)

    def of(self, experiment: Experiment) -> float:
        return float(per_nucleus(experiment, self.neutrino, self.energy[None])[0])


class FlavourAverage(AbstractQuantity):
    """The cross-section of one flavour on one nucleus, averaged over its spectrum at the source."""

    dimension: ClassVar[Dimension] = AREA
    neutrino: str = static(default="nu_e", kw_only=True)

    def of(self, experiment: Experiment) -> float:
        flux = experiment.source.flux(experiment.facility, experiment.detector.site, experiment.detector.tag)
        weight = flux.values[FLAVOURS.index(self.neutrino)].sum(axis=(1, 2))
        return float(weight @ per_nucleus(experiment, self.neutrino, flux.energy) / weight.sum())
