"""What the ratio of two cross-sections can be known to, from rates of neutrinos of two flavours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.beam_flux import events_per_fluence, of_a_tunnel
from ontarget.analysis.beam_variation import Counted
from ontarget.experiment.experiment import Experiment
from ontarget.matter.flavour import FLAVOURS


@dataclass(frozen=True)
class Sample:
    """Neutrinos of one mode that decay in the tunnel, themselves not of daughters: what lepton counters see."""

    mode: str
    neutrino: str

    def events(self, found: Counted, per_node: Float[np.ndarray, "flavour energy"]) -> float:
        """Interactions in the whole exposure, for so many per neutrino and area [area]."""
        total = 0.0
        for component, means, _ in found:
            for origin, mean in zip(component.origins, np.asarray(means), strict=True):
                here = origin.region == "tunnel" and not origin.followed
                if here and (origin.mode, origin.neutrino) == (self.mode, self.neutrino):
                    total += float(mean.sum(axis=(1, 2)) @ per_node[FLAVOURS.index(self.neutrino)])
        return total


ELECTRONS = Sample("ke3", "nu_e")
MUONS = {"of pions": Sample("pi_munu", "nu_mu"), "of kaons": Sample("k_munu", "nu_mu")}


@dataclass(frozen=True)
class FlavourRatio:
    """Relative errors of the cross-section of electron over that of muon neutrinos, averages over their spectra.

    Attributes
    ----------
    muons : which muon neutrinos: "of pions" or "of kaons"
    method : by whose knowledge of the flux
    electron_events, muon_events : interactions in the whole exposure
    flux : by the errors of the flux, added in quadrature
    """

    muons: str
    method: str
    electron_events: float
    muon_events: float
    flux: float

    @property
    def statistical(self) -> float:
        """By counting both."""
        return float(np.sqrt(1 / self.electron_events + 1 / self.muon_events))

    @property
    def total(self) -> float:
        """Counting and flux."""
        return float(np.hypot(self.statistical, self.flux))


def flavour_ratios(
    experiment: Experiment, nominal: Counted, moved: Mapping[str, Sequence[Counted]]
) -> tuple[FlavourRatio, ...]:
    r"""Error of :math:`\sigma_{\nu_e}/\sigma_{\nu_\mu}` from monitored neutrinos, by method.

    Statistical, :math:`\sqrt{1/N_e + 1/N_\mu}`, and by the flux: what each moved beam changes the ratio by, added in
    quadrature. Averages over the two spectra, which differ; common errors of the detector cancel. A beam that lacks
    one of the two has no ratio.

    Parameters
    ----------
    experiment : whose detector and exposure count
    nominal : the beam as it is
    moved : by method, one standard deviation off for each error of its flux
    """
    source, _ = of_a_tunnel(experiment)
    per_node = events_per_fluence(experiment, np.asarray(source.energies.edges))
    per_node = per_node * float(experiment.exposure.protons(experiment.facility))
    found = []
    for words, muons in MUONS.items():
        electron, muon = ELECTRONS.events(nominal, per_node), muons.events(nominal, per_node)
        if electron == 0 or muon == 0:
            continue
        for method, beams in moved.items():
            off = [ELECTRONS.events(one, per_node) / muons.events(one, per_node) * muon / electron - 1 for one in beams]
            found.append(FlavourRatio(words, method, electron, muon, float(np.sqrt(np.sum(np.square(off))))))
    return tuple(found)
