"""Published cross-sections of one flavour on a nucleus: at an energy, or averaged over the spectrum of a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import first_channel
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.program import program
from ontarget.ground.units import AREA, Dimension
from ontarget.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides
from ontarget.validation.quantity import AbstractQuantity


@program
def per_nucleus(
    interaction: AbstractInteraction, nuclides: Nuclides, energy: Float[Array, " energy"]
) -> Float[Array, "flavour energy"]:
    """Cross-sections on the nuclide of a material that reacts most, over all final states."""
    edges = jnp.stack([0 * energy.max(), 2 * energy.max()])
    every = jax.lax.map(lambda nuclide: interaction.kernel(nuclide, energy, edges).sum(axis=-1), nuclides)
    return every.max(axis=0)


def of_first_channel(experiment: Experiment, neutrino: str, energy: Float[Array, " energy"]) -> Float[Array, " energy"]:
    """That of one flavour in the first channel of a detector."""
    interaction = first_channel(experiment, "A cross-section is that of the first channel.").interaction
    nuclides = experiment.detector.material.nuclides()
    return per_nucleus(interaction, nuclides, energy)[FLAVOURS.index(neutrino)]


class CrossSectionAt(AbstractQuantity):
    """The cross-section of one flavour at one energy, on one nucleus."""

    dimension: ClassVar[Dimension] = AREA
    neutrino: str = static(default="nu_e", kw_only=True)
    energy: Energy = quantity(kw_only=True)

    def of(self, experiment: Experiment) -> float:
        return float(of_first_channel(experiment, self.neutrino, self.energy[None])[0])


class FlavourAverage(AbstractQuantity):
    """The cross-section of one flavour on one nucleus, averaged over its spectrum at the source.

    `without` are further overrides, with which it is asked again and taken off: final states that were counted apart.
    """

    dimension: ClassVar[Dimension] = AREA
    neutrino: str = static(default="nu_e", kw_only=True)
    without: Mapping[str, Any] = static(converter=FrozenDict, default_factory=FrozenDict, kw_only=True)

    def compute(self) -> float:
        whole = super().compute()
        if not self.without:
            return whole
        part = FlavourAverage(self.experiment, set={**self.set, **self.without}, neutrino=self.neutrino)
        return whole - part.compute()

    def of(self, experiment: Experiment) -> float:
        flux = experiment.source.flux(experiment.facility, experiment.detector.site, experiment.detector.tag)
        weight = flux.values[FLAVOURS.index(self.neutrino)].sum(axis=(1, 2))
        return float(weight @ of_first_channel(experiment, self.neutrino, flux.energy) / weight.sum())
