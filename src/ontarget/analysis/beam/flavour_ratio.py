"""What the ratio of two cross-sections can be known to, from rates of neutrinos of two flavours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.beam.beam_flux import events_per_fluence, of_a_tunnel
from ontarget.analysis.beam.beam_variation import Counted
from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.narrow import neutrino_experiment
from ontarget.matter.flavour import FLAVOURS


@dataclass(frozen=True)
class Sample:
    """Neutrinos of one mode that decay in the tunnel, themselves not of daughters: what lepton counters see."""

    mode: str
    neutrino: str

    def events(self, found: Counted, per_node: Float[np.ndarray, "flavour energy"]) -> float:
        """Interactions, for so many in a whole exposure per fluence and proton on target, an area."""
        total = 0.0
        for component, means, _ in found:
            for origin, mean in zip(component.origins, np.asarray(means), strict=True):
                direct = origin.region == "tunnel" and not origin.followed
                if direct and (origin.mode, origin.neutrino) == (self.mode, self.neutrino):
                    total += float(mean[1:-1].sum(axis=(1, 2)) @ per_node[FLAVOURS.index(self.neutrino)])
        return total


ELECTRONS = Sample("ke3", "nu_e")
MUONS = {"of pions": Sample("pi_munu", "nu_mu"), "of kaons": Sample("k_munu", "nu_mu")}


@dataclass(frozen=True)
class RatioPrecision:
    """Errors of the ratio of electron to muon neutrinos' cross-sections, relative.

    Attributes
    ----------
    muons : "of pions" or "of kaons": which muon neutrinos are counted
    errors : the name of the set of errors of the flux
    electron_events, muon_events : in the whole exposure
    statistical, flux : of the ratio
    """

    muons: str
    errors: str
    electron_events: float
    muon_events: float
    statistical: float
    flux: float

    @property
    def total(self) -> float:
        """Both in quadrature."""
        return float(np.hypot(self.statistical, self.flux))


def cross_section_ratio(
    experiment: AbstractExperiment, expected: Counted, varied: Mapping[str, Sequence[Counted]]
) -> tuple[RatioPrecision, ...]:
    r"""Error of :math:`\sigma_{\nu_e}/\sigma_{\nu_\mu}` from monitored neutrinos, for sets of errors of the flux.

    Statistical, :math:`\sqrt{1/N_e + 1/N_\mu}`, and by the flux: what each of its errors moves the ratio by, added in
    quadrature. Averages over the two spectra, which differ; common errors of the detector cancel. A beam that lacks
    one of the two has no ratio.

    Parameters
    ----------
    expected : the flux of the experiment's beam as it is (`beam_variation.count`)
    varied : by name of a set, the fluxes with each of its numbers one standard deviation off
    """
    experiment = neutrino_experiment(experiment)
    source, _ = of_a_tunnel(experiment)
    per_node = events_per_fluence(experiment, np.asarray(source.energies.edges))
    per_node = per_node * float(experiment.exposure.protons(experiment.facility))
    found = []
    for words, muons in MUONS.items():
        electron, muon = ELECTRONS.events(expected, per_node), muons.events(expected, per_node)
        if electron == 0 or muon == 0:
            continue
        statistical = float(np.sqrt(1 / electron + 1 / muon))
        for name, fluxes in varied.items():
            ratios = np.array([ELECTRONS.events(one, per_node) / muons.events(one, per_node) for one in fluxes])
            flux = float(np.sqrt(np.sum((ratios * muon / electron - 1) ** 2)))
            found.append(RatioPrecision(words, name, electron, muon, statistical, flux))
    return tuple(found)
