"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractIntervalConstruction": "interval_construction",
    "AbstractWindowCriterion": "window",
    "AllowedRegion": "plane_region",
    "Arrivals": "arrivals",
    "BaselineCounts": "baseline_counts",
    "BestSignificance": "window",
    "Complete": "work",
    "ComponentFlux": "flux_summary",
    "DegenerateLines": "nsi_degeneracy",
    "Expectation": "expectation",
    "ExpectedBackground": "expectation",
    "ExpectedChannel": "expectation",
    "FacilityTiming": "timing_windows",
    "FlavourFlux": "flux_summary",
    "IntervalCoverage": "interval_coverage",
    "Leakage": "timing_windows",
    "Limit": "parameter_intervals",
    "MostAtPurity": "window",
    "NeutrinoYields": "pion_facility",
    "ParameterIntervals": "parameter_intervals",
    "PlaneRegion": "plane_region",
    "StoppedPionFacility": "pion_facility",
    "TargetDecays": "target_activity",
    "ThresholdCounts": "threshold_counts",
    "Toys": "interval_construction",
    "Wilks": "interval_construction",
    "Window": "timing_windows",
    "baselines": "baseline_counts",
    "bounds": "parameter_intervals",
    "coverage": "interval_coverage",
    "degenerate_line": "nsi_degeneracy",
    "degenerate_lines": "nsi_degeneracy",
    "expected_counts": "expectation",
    "facility_of": "pion_facility",
    "flux_by_component": "flux_summary",
    "flux_by_flavour": "flux_summary",
    "in_memory": "work",
    "likelihood_profile": "parameter_intervals",
    "neutrino_yields": "pion_facility",
    "plane": "plane_region",
    "silent": "work",
    "target_decays": "target_activity",
    "thresholds": "threshold_counts",
    "timing": "timing_windows",
    "upper_limit": "parameter_intervals",
    "upper_limits": "parameter_intervals",
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
