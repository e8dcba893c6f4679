"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "AmplitudeLimits": "sterile_limits",
    "AppearanceReach": "sterile_exclusion",
    "Complete": "work",
    "Disappearance": "sterile_counts",
    "DisappearanceReach": "sterile_exclusion",
    "DisappearanceTemplates": "sterile_counts",
    "Distances": "sterile_counts",
    "OscillationTemplates": "oscillated",
    "Rates": "sterile_counts",
    "Summed": "sterile_counts",
    "SummedDistances": "sterile_counts",
    "blind_splittings": "sterile_exclusion",
    "channel_named": "oscillated",
    "disappearance_templates": "sterile_counts",
    "in_memory": "work",
    "oscillation_templates": "oscillated",
    "short_baseline": "sterile_limits",
    "silent": "work",
    "sterile_product": "sterile_exclusion",
    "sterile_reach": "sterile_exclusion",
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
