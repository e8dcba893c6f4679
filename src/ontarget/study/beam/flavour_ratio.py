"""The ratio of electron to muon neutrinos' cross-sections as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ontarget.analysis.beam.beam_variation import Counted
from ontarget.analysis.beam.flavour_ratio import cross_section_ratio
from ontarget.experiment.experiment import Experiment


def ratio_rows(
    noun: Experiment,
    found: Mapping[tuple[str, float], Counted],
    sets: Mapping[str, Sequence[tuple[str, float]]],
) -> list[dict[str, object]]:
    """One row for the muon neutrinos of pions or kaons and set of errors: keys of fluxes with one number moved."""
    varied = {name: [found[key] for key in keys] for name, keys in sets.items()}
    return [
        {
            "muon neutrinos": one.muons,
            "flux errors": one.errors,
            "electron neutrinos": one.electron_events,
            "muon neutrinos, events": one.muon_events,
            "statistical (%)": 100 * one.statistical,
            "flux (%)": 100 * one.flux,
            "total (%)": 100 * one.total,
        }
        for one in cross_section_ratio(noun, found["", 0.0], varied)
    ]
