"""Published cross-sections of one flavour on the electrons of a target, per energy of the neutrino."""

from __future__ import annotations

from typing import ClassVar

from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import static
from ontarget.ground.units import AREA_PER_ENERGY, Dimension
from ontarget.matter.flavour import FLAVOURS
from ontarget.validation.quantity import AbstractQuantity


class ElectronCrossSection(AbstractQuantity):
    r"""Cross-section of one flavour per electron over the energy of the neutrino, both averaged over the spectrum.

    .. math:: \langle\sigma\rangle / \langle E\rangle

    Before any response, all channels.
    """

    neutrino: str = static(kw_only=True)

    dimension: ClassVar[Dimension] = AREA_PER_ENERGY

    def of(self, experiment: Experiment) -> float:
        which = FLAVOURS.index(self.neutrino)
        interactions = sum(float(one.interactions[which].sum()) for one in experiment.expected().channels)
        material = experiment.detector.material
        electrons = (experiment.detector.mass * material.nuclei_per_mass() * material.nuclides().Z).sum()
        flux = experiment.flux()
        energy = (flux.values[which].sum(axis=(1, 2)) * flux.energy).sum()
        return float(interactions / electrons / energy)
