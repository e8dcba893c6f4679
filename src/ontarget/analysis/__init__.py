"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "BeamEntrance": "entrance",
    "BeamFlux": "beam_flux",
    "Complete": "work",
    "OffAxisRings": "off_axis_rings",
    "OriginEvents": "by_origin",
    "OriginFlux": "by_origin",
    "ParentFlux": "by_origin",
    "RatioPrecision": "flavour_ratio",
    "RingPeaks": "off_axis_rings",
    "beam_entrance": "entrance",
    "beam_events": "by_origin",
    "beam_fluxes": "by_origin",
    "cross_section_ratio": "flavour_ratio",
    "in_memory": "work",
    "off_axis": "off_axis_rings",
    "sampled_decays": "decay_samples",
    "silent": "work",
    "simulated_flux": "beam_flux",
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'ontarget.analysis' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"ontarget.analysis.{_WHERE[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
