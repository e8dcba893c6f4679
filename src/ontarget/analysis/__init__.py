"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractWindowCriterion": "window",
    "Appearance": "appearance",
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
    "DesignProblem": "design.problem",
    "Expectation": "expectation",
    "ExpectedBackground": "expectation",
    "ExpectedChannel": "expectation",
    "FacilityTiming": "timing_windows",
    "FlavourFlux": "flux_summary",
    "JointError": "design.merit",
    "Leakage": "timing_windows",
    "MostAtPurity": "window",
    "NeutrinoYields": "pion_facility",
    "StoppedPionFacility": "pion_facility",
    "TargetDecays": "target_activity",
    "ThresholdCounts": "threshold_counts",
    "UpperLimit": "design.merit",
    "Window": "timing_windows",
    "baselines": "baseline_counts",
    "best_design": "design.best",
    "design_problem": "design.problem",
    "expected_counts": "expectation",
    "facility_of": "pion_facility",
    "flux_by_component": "flux_summary",
    "flux_by_flavour": "flux_summary",
    "in_memory": "work",
    "long_baseline": "appearance",
    "neutrino_yields": "pion_facility",
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
