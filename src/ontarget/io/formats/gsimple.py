"""gsimple: neutrinos that cross one window, as GENIE reads them (GSimpleNtpFlux). Units m, s, GeV; PDG numbers.

What is written are trees `flux` and `meta` of plain branches, called as the members of the classes: `entry.wgt`,
`numi.vx`, `protons`. ROOT and uproot read them with no dictionary. They are not objects of GSimpleNtpEntry, for uproot
cannot write classes: GENIE itself needs a few lines of ROOT that fill its objects from the branches. Vectors of words
(names of files, of auxiliary numbers) and `aux` are left out.

`entry.wgt` is neutrinos through the window that the entry stands for, of `protons` protons; `numi` is the decay, in the
units of dk2nu (cm, GeV), with the parent's momentum at decay also in the place of that at production. `numi.tpx` to
`tpz` and `tptype`, of the exit from the target, are zero. The time at the window is `entry.vtxt`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, s
from ontarget.io.formats.rays import MASSES, PDG, NeutrinoRays, Numbers, Vectors, Window
from ontarget.io.formats.root import TreeFile, write_trees

ENTRY = [f"entry.{name}" for name in ("wgt", "vtxx", "vtxy", "vtxz", "dist", "px", "py", "pz", "E", "pdg")]
TIME, KEY = "entry.vtxt", "entry.metakey"
PARENT = ["numi.pdpx", "numi.pdpy", "numi.pdpz", "numi.ptype"]
META = ["protons", "windowBase", "windowDir1", "windowDir2"]
SLACK = 1e-3
"""Relative; files of other programs hold single precision."""
FAR = 100
"""Rays start near their window: within so many times its size."""


@dataclass(frozen=True)
class Gsimple:
    """What a file holds: neutrinos per proton on target, the file for messages, and its protons."""

    label: str
    rays: NeutrinoRays
    protons: float


def write_gsimple(path: str | Path, rays: NeutrinoRays, protons: float) -> Path:
    """Write neutrinos through a window; `protons` on target is what the file shall stand for."""
    if not protons > 0 or not math.isfinite(protons):
        raise InputError("protons", f"{protons:g}", "A file stands for some protons.", "Give a number above 0.")
    return write_trees(path, {"flux": _entries(rays, protons), "meta": _meta(rays, protons)})


def _entries(rays: NeutrinoRays, protons: float) -> dict[str, Any]:
    columns = {"entry.wgt": rays.number * protons}
    columns |= _three("entry.vtx", rays.place / m, "xyz")
    columns |= {TIME: rays.time / s, "entry.dist": rays.flown / m}
    columns |= _three("entry.p", rays.momentum / GeV, "xyz")
    columns |= {
        "entry.E": rays.energy / GeV,
        "entry.pdg": _whole(rays.neutrino),
        KEY: np.ones(len(rays.number), np.uint32),
    }
    if (decays := rays.decays) is None:
        return columns
    nothing = np.zeros_like(decays.place)
    columns |= _three("numi.tp", nothing, "xyz") | _three("numi.v", decays.place / cm, "xyz")
    columns |= _three("numi.pdp", decays.momentum / GeV, "xyz") | _three("numi.ppp", decays.momentum / GeV, "xyz")
    index, zero = np.arange(len(decays)), np.zeros(len(decays))
    whole = {"ndecay": decays.process, "ptype": decays.parent, "ppmedium": zero, "tptype": zero}
    whole |= {"run": zero, "evtno": index, "entryno": index}
    return columns | {f"numi.{name}": _whole(value) for name, value in whole.items()}


def _three(name: str, vectors: Vectors, axes: str) -> dict[str, np.ndarray]:
    return {f"{name}{axis}": np.ascontiguousarray(part) for axis, part in zip(axes, vectors.T, strict=True)}


def _whole(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int32)


def _meta(rays: NeutrinoRays, protons: float) -> dict[str, Any]:
    weight, window = rays.number * protons, rays.window
    ends = {"maxEnergy": rays.energy.max() / GeV, "minWgt": weight.min(), "maxWgt": weight.max(), "protons": protons}
    columns: dict[str, Any] = {name: np.array([float(value)]) for name, value in ends.items()}
    for name, vector in zip(META[1:], (window.base, window.along, window.across), strict=True):
        columns[name] = vector[None] / m
    columns["pdglist"] = [np.unique(rays.neutrino).tolist()]
    return columns | {"seed": np.zeros(1, np.int32), "metakey": np.ones(1, np.uint32)}


def read_gsimple(path: str | Path) -> Gsimple:
    """Read a file, of this program or of another. The window is that of the first entry of the meta tree.

    Raises
    ------
    InputError : no ROOT file, missing trees or branches, no entries, values that are not finite, negative weights, no
        protons, a window without area, energies that are not in GeV or places that are not in metres
    """
    with TreeFile(path) as file:
        entry = file.columns("flux", ENTRY, [TIME, *PARENT])
        meta = file.columns("meta", META)
        label = file.label
    base, along, across = (np.asarray(meta[name], float)[0] * m for name in META[1:])
    window, protons = Window(base, along, across), float(np.sum(meta["protons"]))
    if not protons > 0:
        raise InputError(f"{label}, protons", f"{protons:g}", "A file stands for some protons.", "Mend the meta tree.")
    if not window.area > 0:
        truth = "Its two edges span an area."
        raise InputError(f"{label}, windowDir1", "a window without area", truth, "Mend the meta tree.")
    place, momentum = (np.stack([entry[f"entry.{name}{axis}"] for axis in "xyz"], axis=1) for name in ("vtx", "p"))
    weight = np.asarray(entry["entry.wgt"], float)
    _check_entries(label, entry, weight, momentum.astype(float))
    far = np.linalg.norm(place * m - base, axis=1) > FAR * (np.linalg.norm(along) + np.linalg.norm(across))
    if far.any():
        got = f"a ray far from the window in entry {int(np.argmax(far))}"
        raise InputError(f"{label}, entry.vtxx", got, "Rays start on it.", "Places are in metres: convert the file.")
    time = np.asarray(entry.get(TIME, np.zeros(len(weight))), float) * s
    codes, flown = np.asarray(entry["entry.pdg"], int), np.asarray(entry["entry.dist"], float) * m
    rays = NeutrinoRays(window, codes, momentum * GeV, place * m, time, flown, weight / protons, None)
    return Gsimple(label, rays, protons)


def _check_entries(label: str, entry: dict[str, Any], weight: Numbers, momentum: Vectors) -> None:
    def refuse(name: str, wrong: np.ndarray, got: str, truth: str, remedy: str) -> None:
        if wrong.any():
            raise InputError(f"{label}, entry.{name}", f"{got} in entry {int(np.argmax(wrong))}", truth, remedy)

    energy, size = np.asarray(entry["entry.E"], float), np.linalg.norm(momentum, axis=1)
    refuse("wgt", weight < 0, "a negative weight", "No weight is below zero.", "Mend or remove the entry.")
    if not weight.any():
        raise InputError(f"{label}, entry.wgt", "only zeros", "Some neutrinos count.", "Mend the weights.")
    unknown = ~np.isin(entry["entry.pdg"], list(PDG.values()))
    refuse("pdg", unknown, "no neutrino", f"They are PDG numbers, of {sorted(PDG.values())}.", "Convert the numbers.")
    remedy = "Energies are in GeV: convert the file."
    refuse("E", energy <= 0, "no energy", "It is above 0.", remedy)
    truth = "Energy and momentum of a neutrino are the same number."
    refuse("E", np.abs(energy - size) > SLACK * size, "another than the momentum", truth, remedy)
    if all(name in entry for name in PARENT):
        _check_parents(entry, energy, refuse)


def _check_parents(entry: dict[str, Any], energy: Numbers, refuse: Any) -> None:
    mass = np.array([MASSES.get(int(pdg), math.nan) for pdg in entry["numi.ptype"]]) / GeV
    momentum = np.stack([np.asarray(entry[f"numi.pdp{axis}"], float) for axis in "xyz"], axis=1)
    most = np.sqrt((momentum**2).sum(axis=1) + mass**2)
    over = energy > (1 + SLACK) * most  # of unknown parents never
    refuse("E", over, "more than its parent has", "Energy is conserved.", "All energies are in GeV: convert the file.")
