"""What the ratio of two cross-sections can be known to, from rates of neutrinos of two flavours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ontarget.analysis.beam_flux import events_per_fluence, of_a_tunnel
from ontarget.analysis.beam_variation import Counted
from ontarget.experiment.experiment import Experiment
from ontarget.matter.flavour import FLAVOURS


@dataclass(frozen=True)
class Sample:
    """Neutrinos of one mode that decay in the tunnel, themselves not of daughters: what lepton counters see."""

    mode: str
    neutrino: str

    def events(self, found: Counted, per_node: np.ndarray) -> float:
        """Interactions in the whole exposure, for so many [flavour energy] per neutrino, area and proton."""
        total = 0.0
        for component, means, _ in found:
            for origin, mean in zip(component.origins, np.asarray(means), strict=True):
                here = origin.region == "tunnel" and not origin.followed
                if here and (origin.mode, origin.neutrino) == (self.mode, self.neutrino):
                    total += float(mean.sum(axis=(1, 2)) @ per_node[FLAVOURS.index(self.neutrino)])
        return total


ELECTRONS = Sample("ke3", "nu_e")
MUONS = {"of pions": Sample("pi_munu", "nu_mu"), "of kaons": Sample("k_munu", "nu_mu")}


def ratio_rows(
    noun: Experiment,
    found: Mapping[tuple[str, float], Counted],
    sets: Mapping[str, Sequence[tuple[str, float]]],
) -> list[dict[str, object]]:
    r"""Error of :math:`\sigma_{\nu_e}/\sigma_{\nu_\mu}` from monitored neutrinos, by set of keys of moved beams.

    Statistical, :math:`\sqrt{1/N_e + 1/N_\mu}`, and by the flux: what each of them moves the ratio by, added in
    quadrature. Averages over the two spectra, which differ; common errors of the detector cancel.
    """
    source, _ = of_a_tunnel(noun)
    per_node = events_per_fluence(noun, np.asarray(source.energies.edges))
    per_node = per_node * float(noun.exposure.protons(noun.facility))
    rows: list[dict[str, object]] = []
    for words, muons in MUONS.items():
        counts = {key: (ELECTRONS.events(one, per_node), muons.events(one, per_node)) for key, one in found.items()}
        electron, muon = counts["", 0.0]
        statistical = np.sqrt(1 / electron + 1 / muon)
        for name, keys in sets.items():
            moves = [counts[key][0] / counts[key][1] * muon / electron - 1 for key in keys]
            flux = float(np.sqrt(np.sum(np.square(moves))))
            rows.append(
                {
                    "muon neutrinos": words,
                    "flux errors": name,
                    "electron neutrinos": electron,
                    "muon neutrinos, events": muon,
                    "statistical (%)": 100 * float(statistical),
                    "flux (%)": 100 * flux,
                    "total (%)": 100 * float(np.hypot(statistical, flux)),
                }
            )
    return rows
