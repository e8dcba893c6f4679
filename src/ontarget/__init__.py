"""ontarget: accelerator-neutrino facilities from protons on target to physics reach.

``import ontarget as ot``; a name is imported when it is first used. ``ot.analysis`` has one function for each question.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # XLA's warnings, on stderr, are about XLA

__version__ = "0.1.0"

_WHERE = {
    "CEvNS": "interaction",
    "Channel": "detector",
    "Detector": "detector",
    "Experiment": "experiment",
    "Facility": "source",
    "Flat": "inference.likelihood",
    "Gaussian": "inference.likelihood",
    "InputError": "ground.errors",
    "LogNormal": "inference.likelihood",
    "Material": "matter",
    "NSI": "interaction",
    "NoOscillation": "propagation",
    "Parameter": "inference.likelihood",
    "Scale": "inference.likelihood",
    "Site": "source",
    "StoppedPion": "source",
    "addresses": "ground.address",
    "contour": "inference.fit",
    "fisher": "inference.fit",
    "fit": "inference.fit",
    "intervals": "inference.fit",
    "likelihood": "inference.likelihood",
    "load": "io.entry",
    "profile": "inference.fit",
    "units": "ground",
}

__all__ = [
    "NSI",
    "CEvNS",
    "Channel",
    "Detector",
    "Experiment",
    "Facility",
    "Flat",
    "Gaussian",
    "InputError",
    "LogNormal",
    "Material",
    "NoOscillation",
    "Parameter",
    "Scale",
    "Site",
    "StoppedPion",
    "addresses",
    "contour",
    "fisher",
    "fit",
    "intervals",
    "likelihood",
    "load",
    "profile",
    "units",
]


def __getattr__(name: str) -> Any:
    if name == "analysis":  # a package: one function for each question
        return importlib.import_module("ontarget.analysis")
    if name not in _WHERE:
        raise AttributeError(f"module 'ontarget' has no attribute {name!r}")
    package = importlib.import_module(f"ontarget.{_WHERE[name]}")
    found = importlib.import_module("ontarget.ground.units") if name == "units" else getattr(package, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
