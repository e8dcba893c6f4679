"""What a text stands for where a mapping could: no more than texts, so that it is known with no class imported."""

from __future__ import annotations


def exposure(given: str) -> dict[str, str]:
    """ "3 yr" is running time, "13.8e22 POT" protons on target."""
    if given.split()[-1:] == ["POT"]:
        return {"type": "ProtonsOnTarget", "number": given}
    return {"type": "RunningTime", "time": given}


def material(given: str) -> dict[str, str]:
    """ "CsI" is a formula."""
    return {"formula": given}


def radius(given: str) -> dict[str, str]:
    """ "5.10 fm" is a radius."""
    return {"radius": given}


SHORTHAND = {"AbstractExposure": exposure, "Material": material, "NuclideRadius": radius}
"""By the class whose ``read`` it is."""
