"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractIntervalConstruction": "interval_construction",
    "AbstractWindowCriterion": "window",
    "AllowedRegion": "plane_region",
    "AmplitudeLimits": "sterile_limits",
    "Appearance": "appearance",
    "AppearanceReach": "sterile_exclusion",
    "Arrivals": "arrivals",
    "AtLeast": "design.merit",
    "AtMost": "design.merit",
    "BandEvents": "design.band_merit",
    "BandWidth": "design.band_merit",
    "BaselineCounts": "baseline_counts",
    "BestDesign": "design.best",
    "BestSignificance": "window",
    "Complete": "work",
    "ComponentFlux": "flux_summary",
    "CredibleIntervals": "credible_intervals",
    "CrossSectionTrend": "flux_average",
    "DegenerateLines": "nsi_degeneracy",
    "DesignProblem": "design.problem",
    "Disappearance": "sterile_counts",
    "DisappearanceReach": "sterile_exclusion",
    "DisappearanceTemplates": "sterile_counts",
    "Distances": "sterile_counts",
    "EventCount": "signal_strength",
    "Expectation": "expectation",
    "ExpectedBackground": "expectation",
    "ExpectedChannel": "expectation",
    "FacilityTiming": "timing_windows",
    "FittedPart": "projected_fit",
    "FittedQuenching": "quenching_points",
    "FlavourFlux": "flux_summary",
    "IntervalCoverage": "interval_coverage",
    "JointError": "design.merit",
    "Leakage": "timing_windows",
    "Limit": "parameter_intervals",
    "MeasuredCrossSection": "signal_strength",
    "MostAtPurity": "window",
    "NeutrinoYields": "pion_facility",
    "NeutronRadius": "nuclear_radius",
    "OscillationTemplates": "oscillated",
    "ParameterIntervals": "parameter_intervals",
    "PlaneRegion": "plane_region",
    "PosteriorDensity": "credible_intervals",
    "ProjectedFit": "projected_fit",
    "QuenchingPoints": "quenching_points",
    "Rates": "sterile_counts",
    "SignalMeasurement": "signal_strength",
    "StoppedPionFacility": "pion_facility",
    "Summed": "sterile_counts",
    "SummedDistances": "sterile_counts",
    "TargetDecays": "target_activity",
    "ThresholdCounts": "threshold_counts",
    "Toys": "interval_construction",
    "UpperLimit": "design.merit",
    "Wilks": "interval_construction",
    "Window": "timing_windows",
    "average_cross_section": "flux_average",
    "baselines": "baseline_counts",
    "best_design": "design.best",
    "blind_splittings": "sterile_exclusion",
    "bounds": "parameter_intervals",
    "channel_named": "oscillated",
    "count_events": "signal_strength",
    "coverage": "interval_coverage",
    "cross_section_trend": "flux_average",
    "degenerate_line": "nsi_degeneracy",
    "degenerate_lines": "nsi_degeneracy",
    "design_problem": "design.problem",
    "disappearance_templates": "sterile_counts",
    "expected_counts": "expectation",
    "facility_of": "pion_facility",
    "fit_quenching": "quenching_points",
    "flux_by_component": "flux_summary",
    "flux_by_flavour": "flux_summary",
    "in_memory": "work",
    "likelihood_profile": "parameter_intervals",
    "long_baseline": "appearance",
    "measure_cross_section": "signal_strength",
    "measure_signal": "signal_strength",
    "neutrino_yields": "pion_facility",
    "neutron_radius": "nuclear_radius",
    "oscillation_templates": "oscillated",
    "plane": "plane_region",
    "posterior": "credible_intervals",
    "projections": "projected_fit",
    "short_baseline": "sterile_limits",
    "silent": "work",
    "sterile_product": "sterile_exclusion",
    "sterile_reach": "sterile_exclusion",
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
