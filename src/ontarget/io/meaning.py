"""Words of units that say more than a dimension, held against the field: what is written as keVee meets such a scale.

POT, PE and counts are numbers, keVee and keVnr energies. Whether an energy in a detector is that of a recoil (nr) or of
the electron that gives as much light (ee) follows from where it stands: in a response, before or behind the quenching.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.quantity import MEANT, Meanings, measure_with_meaning
from ontarget.io.wording import quote
from ontarget.io.yaml import Address, Tree

SAID = {
    "POT": "protons on target",
    "PE": "photo-electrons",
    "count": "counted events",
    "ee": "electron-equivalent energy",
    "nr": "energy of a nuclear recoil",
}
_UNIT = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*(.*)", re.DOTALL)
_WORDS = re.compile("|".join(re.escape(word) for word in sorted(MEANT, key=len, reverse=True) if MEANT[word] in SAID))

PER_PROTON = {
    "StoppedPion": {"neutrinos_per_proton"},
    "BeamNeutrons": {"per_proton"},
    "TabulatedSpectrum": {"values"},
    "Species": {"number"},
    "DensityTable": {"values", "density", "yields"},
    "CountTable": {"values", "counts", "yields"},
}
PROTONS = {"ProtonsOnTarget": {"number"}, "Facility": {"protons", "protons_per_pulse"}, "CountTable": {"protons"}}
NO_QUANTA = {"fraction", "fractions", "above", "value", "k", "Z", "factors", "prompt", "cut", "coefficients", "amount"}
"""Fields of stages that are shares, factors or labels."""
OF_ELECTRONS = ("Electron", "AllowedTransitions", "InverseBeta")
"""Interactions, by how their names begin, whose truth is the energy of an electron."""
OF_NEUTRINOS = ("NuclearTable", "ChargedCurrent", "BinnedScale")


def said_in(given: Any) -> Iterator[tuple[str, Meanings]]:
    """What was written and what its words say, of each unit in a number as written; cheap where no word is in it."""
    if isinstance(given, Mapping):
        if isinstance(given.get("unit"), str):
            yield from said_in(f"1 {given['unit']}")
        yield from said_in(given.get("values", given.get("value")))
    elif isinstance(given, list):
        for text in dict.fromkeys(one for one in flat(given) if isinstance(one, str)):
            yield from said_in(text)
    elif isinstance(given, str) and _WORDS.search(given):
        found = _UNIT.fullmatch(given)
        meant = measure_with_meaning(found[1].strip())[2] if found else {}
        if any(word in SAID for word in meant):
            yield given, meant


def flat(given: list[Any]) -> Iterator[Any]:
    """What is in lists of lists."""
    for one in given:
        if isinstance(one, list):
            yield from flat(one)
        else:
            yield one


def check_meanings(tree: Tree, noun: Any, worded: Iterable[tuple[Address, str, Meanings]]) -> None:
    """Refuse words in units that do not fit the field that they stand in."""
    for path, given, meant in worded:
        way = list(walked(noun, path))
        if len(way) != len(path) or not type(way[-1]).__module__.startswith("ontarget."):
            continue
        for word, power in meant.items():
            if word in ("ee", "nr"):
                check_scale(tree, path, given, word, way)
            elif word in SAID and not fits(word, power, way[-1], str(path[-1])):
                truth = f"It says {SAID[word]}, and {path[-1]!r} is no number of these."
                raise InputError(tree.where(path), quote(given), truth, "Leave the word out, or give what is meant.")


def walked(noun: Any, path: Address) -> Iterator[Any]:
    """The noun, and what is met on a path within it, but for the last step."""
    for step in path:
        if noun is None or isinstance(noun, (int, float, str)):
            return
        yield noun
        if isinstance(noun, tuple):
            names = [getattr(one, "name", None) for one in noun]
            index = step if isinstance(step, int) else names.index(step) if step in names else None
            noun = noun[index] if index is not None and index < len(noun) else None
        else:
            noun = getattr(noun, str(step), None)


def is_a(noun: Any, *names: str) -> bool:
    """Whether a noun is of one of these classes, or below one."""
    return any(cls.__name__ in names for cls in type(noun).__mro__)


def fits(word: str, power: float, holder: Any, field: str) -> bool:
    """Whether a number of protons, photo-electrons or events, or one per these, may stand in a field."""
    name, module = type(holder).__name__, type(holder).__module__
    if module.startswith(("ontarget.study", "ontarget.validation", "ontarget.inference")):
        return True
    if word == "POT":
        return field in (PROTONS if power > 0 else PER_PROTON).get(name, ())
    if word == "PE":
        return is_a(holder, "CountAxis") or (is_a(holder, "AbstractStage") and field not in NO_QUANTA)
    counted = is_a(holder, "AbstractBackground") and field not in ("duty", "open_for")
    return counted or is_a(holder, "CountAxis", "Sideband") or field == "observed"


# ---------------------------------------------------------------------- electron-equivalent and recoil energy


def check_scale(tree: Tree, path: Address, given: str, word: str, way: list[Any]) -> None:
    """Refuse keVee where recoils are meant, and the other way round, or either where neither is."""
    scale = scale_at(path, way)
    if scale in (word, None):
        return
    if scale not in SAID:
        truth, remedy = f"It says {SAID[word]}, and {scale}.", "Write it in keV, MeV or GeV."
    elif any(is_a(one, "AbstractBackground") for one in way) and path[-1] == "rate":
        other = "ElectronEquivalent, quenching: ..." if word == "ee" else "NuclearEquivalent"
        truth = f"It is per {SAID[word]}, and the background is per {SAID[scale]}."
        remedy = f"Write keV{scale}, or give the background 'scale: {{type: {other}}}'."
    else:
        truth = f"It says {SAID[word]}, and here stands {SAID[scale]}."
        remedy = f"Write it in keV{scale}, or move it {'behind' if word == 'ee' else 'before'} the quenching."
    raise InputError(tree.where(path), quote(given), truth, remedy)


def scale_at(path: Address, way: list[Any]) -> str | None:
    """Which energy stands at the end of a path: 'ee' or 'nr', None where it is not known, else why neither."""
    holder, field = way[-1], path[-1]
    if is_a(holder, "AbstractQuenching"):
        return "nr"
    if is_a(holder, "AbstractBetaSpectrum"):
        return "ee"
    detector = next((one for one in way if is_a(one, "Detector")), None)
    background = next((one for one in way if is_a(one, "AbstractBackground")), None)
    channel = next((one for one in way if is_a(one, "Channel")), None)
    if is_a(holder, "PulseShapeCut") and field == "light_yield":
        return "ee"
    if background is not None:
        own = getattr(background, "scale", None)
        if field == "rate" and own is not None and not is_a(own, "NuclearEquivalent"):
            return "ee"
        return None if detector is None else seen_scale(detector)
    if channel is not None and not any(is_a(one, "AbstractInteraction") for one in way):
        stages = [one for one in way if is_a(one, "AbstractStage")]
        before = channel.response if not stages else channel.response[: list(channel.response).index(stages[0])]
        return behind(truth_scale(channel.interaction), before if stages else ())
    if detector is not None and "seen" in path:
        return seen_scale(detector)
    if detector is None and is_a(way[0], "AbstractStage", "AbstractAxis", "AbstractInteraction"):
        return None
    return f"{field!r} is no energy that a detector sees"


def truth_scale(interaction: Any) -> str | None:
    """What the truth of an interaction is; None for the energy of a neutrino."""
    name = type(interaction).__name__
    if name.startswith(OF_NEUTRINOS):
        return None
    return "ee" if name.startswith(OF_ELECTRONS) else "nr"


def behind(scale: str | None, stages: Iterable[Any]) -> str | None:
    """The scale behind some stages of a response."""
    return "ee" if scale is not None and any(is_a(stage, "AbstractQuenching") for stage in stages) else scale


def seen_scale(detector: Any) -> str | None:
    """The scale of what is seen: that in which all channels end; None where they differ."""
    found = {behind(truth_scale(channel.interaction), channel.response) for channel in detector.channels}
    return found.pop() if len(found) == 1 else None
