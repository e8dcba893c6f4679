"""ontarget: accelerator-neutrino facilities from protons on target to physics reach.

``import ontarget as ot``; a name is imported when it is first used. ``ot.analysis`` has one function for each question.
"""

import os

from ontarget.ground.lazy import lazy
from ontarget.ground.written import reads_units

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # XLA's warnings, on stderr, are about XLA

__version__ = "0.1.0"

reads_units("ontarget.io.own_unit")

lazy(
    __name__,
    {
        ".analysis": "",
        ".detector": "Channel Detector",
        ".experiment": "Experiment",
        ".ground.address": "addresses",
        ".ground.errors": "InputError",
        ".ground.units": "",
        ".inference.fit": "contour fisher fit intervals profile",
        ".inference.likelihood": "Flat Gaussian LogNormal Parameter Scale likelihood",
        ".interaction": "CEvNS NSI",
        ".io.entry": "load",
        ".matter": "Material",
        ".propagation": "NoOscillation",
        ".source": "Facility Site StoppedPion",
    },
)
