"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""

from __future__ import annotations

import importlib
from typing import Any

_WHERE = {
    "ApertureScan": "tags.tag_scans",
    "Complete": "work",
    "EnergyGoal": "tags.tag_energy",
    "EnergyScan": "tags.tag_energy",
    "ErrorContributions": "tags.tag_energy",
    "ErrorParts": "tags.tag_energy",
    "ErrorSensitivities": "tags.tag_energy",
    "Load": "tracker_loads",
    "LoadComparison": "tracker_loads",
    "MomentumResolution": "tracker_loads",
    "Performances": "tags.tag_scans",
    "PlaneLoad": "tracker_loads",
    "PlaneScan": "tags.tag_scans",
    "PlanesForGoal": "tags.tag_energy",
    "TaggedShare": "tags.tag_campaign",
    "TaggingGrid": "tags.tag_summary",
    "TaggingResult": "tags.tag_summary",
    "TimeScan": "tags.tag_scans",
    "VertexScan": "tags.tag_scans",
    "beside_published": "tracker_loads",
    "energy_goal": "tags.tag_energy",
    "energy_scan": "tags.tag_energy",
    "error_contributions": "tags.tag_energy",
    "error_sensitivities": "tags.tag_energy",
    "in_memory": "work",
    "momentum_resolutions": "tracker_loads",
    "performance_by_mode": "tags.tag_campaign",
    "plane_loads": "tracker_loads",
    "silent": "work",
    "tag_responses": "tags.tag_campaign",
    "tagged_share": "tags.tag_campaign",
    "tagging": "tags.tag_summary",
    "tagging_campaign": "tags.tag_campaign",
    "tags_against_aperture": "tags.tag_scans",
    "tags_against_planes": "tags.tag_scans",
    "tags_against_time": "tags.tag_scans",
    "tags_against_vertex": "tags.tag_scans",
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
