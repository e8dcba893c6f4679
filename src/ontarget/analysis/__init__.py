"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractWindowCriterion": "window",
    "Arrivals": "arrivals",
    "BaselineCounts": "baseline_counts",
    "BestSignificance": "window",
    "Complete": "work",
    "ComponentFlux": "flux_summary",
    "CredibleIntervals": "credible_intervals",
    "CrossSectionTrend": "flux_average",
    "EventCount": "signal_strength",
    "Expectation": "expectation",
    "ExpectedBackground": "expectation",
    "ExpectedChannel": "expectation",
    "FacilityTiming": "timing_windows",
    "FittedPart": "projected_fit",
    "FittedQuenching": "quenching_points",
    "FlavourFlux": "flux_summary",
    "Leakage": "timing_windows",
    "MeasuredCrossSection": "signal_strength",
    "MostAtPurity": "window",
    "NeutrinoYields": "pion_facility",
    "NeutronRadius": "nuclear_radius",
    "PosteriorDensity": "credible_intervals",
    "ProjectedFit": "projected_fit",
    "QuenchingPoints": "quenching_points",
    "SignalMeasurement": "signal_strength",
    "StoppedPionFacility": "pion_facility",
    "TargetDecays": "target_activity",
    "ThresholdCounts": "threshold_counts",
    "Window": "timing_windows",
    "average_cross_section": "flux_average",
    "baselines": "baseline_counts",
    "count_events": "signal_strength",
    "cross_section_trend": "flux_average",
    "expected_counts": "expectation",
    "facility_of": "pion_facility",
    "fit_quenching": "quenching_points",
    "flux_by_component": "flux_summary",
    "flux_by_flavour": "flux_summary",
    "in_memory": "work",
    "measure_cross_section": "signal_strength",
    "measure_signal": "signal_strength",
    "neutrino_yields": "pion_facility",
    "neutron_radius": "nuclear_radius",
    "posterior": "credible_intervals",
    "projections": "projected_fit",
    "silent": "work",
    "target_decays": "target_activity",
    "thresholds": "threshold_counts",
    "timing": "timing_windows",
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
