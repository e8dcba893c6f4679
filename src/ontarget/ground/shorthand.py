"""What a text stands for where a mapping could: no more than texts, so that it is known with no class imported."""

from __future__ import annotations

import re

from ontarget.ground.errors import InputError

_BEAM_ENERGY = re.compile(r"(?<![A-Za-z])[kMG]?Wh?(?![A-Za-z])")
_MASS = re.compile(r"(?<![A-Za-z])(kg|t|kt|tonnes?|kilotonnes?)(?![A-Za-z])")


def exposure(given: str) -> dict[str, str]:
    """ "3 yr" is running time, "13.8e22 POT" protons on target, "7.48 GWh" the energy that they bring."""
    if given.rstrip().endswith("POT"):
        return {"type": "ProtonsOnTarget", "number": given}
    if _BEAM_ENERGY.search(given) or _MASS.search(given):
        if _MASS.search(given):
            truth = "An exposure has no mass in it: that of the target is detector.mass."
            raise InputError(
                "", repr(given[:60]), truth, "Write e.g. '3 yr', '1.76e23 POT', '1.4 MW yr' or '7.48 GWh'."
            )
        return {"type": "EnergyOnTarget", "energy": given}
    return {"type": "RunningTime", "time": given}


def material(given: str) -> dict[str, str]:
    """ "CsI" is a formula."""
    return {"formula": given}


def radius(given: str) -> dict[str, str]:
    """ "5.10 fm" is a radius."""
    return {"radius": given}


SHORTHAND = {"AbstractExposure": exposure, "Material": material, "NuclideRadius": radius}
"""By the class whose ``read`` it is."""
