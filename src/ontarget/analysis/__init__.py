"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractWindowCriterion": "window",
    "Arrivals": "arrivals",
    "BaselineCounts": "baseline_counts",
    "BeamError": "beam_variation",
    "BestSignificance": "window",
    "Complete": "work",
    "ComponentFlux": "flux_summary",
    "CountedPulls": "monitored.counted_pulls",
    "CrossSectionMethod": "monitored.cross_section_precision",
    "CrossSectionPrecision": "monitored.cross_section_precision",
    "Expectation": "expectation",
    "ExpectedBackground": "expectation",
    "ExpectedChannel": "expectation",
    "FacilityTiming": "timing_windows",
    "FlavourFlux": "flux_summary",
    "FluxPrecision": "monitored.flux_precision",
    "Leakage": "timing_windows",
    "LeftError": "monitored.monitored_flux",
    "MethodPrecision": "monitored.cross_section_precision",
    "MonitorRate": "monitored.occupancy",
    "MonitoredFlux": "monitored.monitored_flux",
    "MostAtPurity": "window",
    "NeutrinoYields": "pion_facility",
    "ProductionScan": "monitored.monitored_flux_scan",
    "RatioPrecision": "flavour_ratio",
    "ResponseCurves": "monitored.monitored_flux_scan",
    "ResponseScan": "monitored.monitored_flux_scan",
    "StoppedPionFacility": "pion_facility",
    "TargetDecays": "target_activity",
    "ThresholdCounts": "threshold_counts",
    "Unfolded": "monitored.unfolding",
    "Window": "timing_windows",
    "baselines": "baseline_counts",
    "count_pulls": "monitored.counted_pulls",
    "cross_section": "monitored.cross_section_precision",
    "cross_section_ratio": "flavour_ratio",
    "expected_counts": "expectation",
    "facility_of": "pion_facility",
    "flux_by_component": "flux_summary",
    "flux_by_flavour": "flux_summary",
    "flux_from_leptons": "monitored.monitored_flux",
    "in_memory": "work",
    "monitor_rates": "monitored.occupancy",
    "neutrino_yields": "pion_facility",
    "silent": "work",
    "target_decays": "target_activity",
    "thresholds": "threshold_counts",
    "timing": "timing_windows",
    "unfold": "monitored.unfolding",
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
