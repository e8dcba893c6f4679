"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AbstractIntervalConstruction": "interval_construction",
    "AllowedRegion": "plane_region",
    "Complete": "work",
    "DegenerateLines": "nsi_degeneracy",
    "IntervalCoverage": "interval_coverage",
    "Limit": "parameter_intervals",
    "ParameterIntervals": "parameter_intervals",
    "PlaneRegion": "plane_region",
    "Toys": "interval_construction",
    "Wilks": "interval_construction",
    "bounds": "parameter_intervals",
    "coverage": "interval_coverage",
    "degenerate_line": "nsi_degeneracy",
    "degenerate_lines": "nsi_degeneracy",
    "in_memory": "work",
    "likelihood_profile": "parameter_intervals",
    "plane": "plane_region",
    "silent": "work",
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
