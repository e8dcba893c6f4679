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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, s
from ontarget.io.formats.ray_files import Jobs, check_times, files_of, jobs_of, shares
from ontarget.io.formats.rays import MASSES, PDG, NeutrinoRays, Numbers, Vectors, Window
from ontarget.io.formats.root import TreeFile, write_trees

ENTRY = [f"entry.{name}" for name in ("wgt", "vtxx", "vtxy", "vtxz", "dist", "px", "py", "pz", "E", "pdg")]
TIME, KEY = "entry.vtxt", "entry.metakey"
PARENT = ["numi.pdpx", "numi.pdpy", "numi.pdpz", "numi.ptype"]
META = ["protons", "windowBase", "windowDir1", "windowDir2"]
SLACK = 1e-3
"""Relative; files of other programs hold single precision."""
NEAR = 0.01
"""Rays start on their window: within so much of its size."""
FILLED, ENOUGH = 0.02, 10
"""So many rays do not all lie within so much of both edges."""
GRAZING, MUCH, NEVER = 0.1, 0.01, 1e-9
"""A ray is grazing whose cosine to the normal is so much of the median one; it may be so much of its flavour's flux."""


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
    check_times(rays.time)
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


def read_gsimple(path: str | Path | Sequence[str | Path]) -> Gsimple:
    """Read a file or several, of this program or of another.

    Entries are tied to the meta tree by their `metakey`, the protons of all are added, and all are of one window. The
    time at the window is NaN where the file has none.

    Parameters
    ----------
    path : of one file or of several, each perhaps a pattern such as 'job_*.root'

    Raises
    ------
    InputError : no ROOT file, missing trees or branches, no entries, values that are not finite, negative weights, no
        protons, entries whose protons are not known, several windows or one without area, energies that are not in GeV,
        rays that do not start on the window, or that fly along it and count for much
    """
    parts = [_read(one) for one in files_of(path)]
    return parts[0] if len(parts) == 1 else _together(parts)


def _read(path: Path) -> Gsimple:
    with TreeFile(path) as file:
        entry = file.columns("flux", ENTRY, [TIME, KEY, *PARENT])
        meta = file.columns("meta", META, ["metakey"])
        label = file.label
    weight = np.asarray(entry["entry.wgt"], float)
    protons = np.asarray(meta["protons"], float)
    jobs = jobs_of(label, "metakey", entry.get(KEY), meta.get("metakey"), len(weight), "protons", protons)
    window = _window(label, meta, jobs)
    place, momentum = (np.stack([entry[f"entry.{name}{axis}"] for axis in "xyz"], axis=1) for name in ("vtx", "p"))
    _check_entries(label, entry, weight, momentum.astype(float))
    time = np.asarray(entry.get(TIME, np.full(len(weight), math.nan)), float) * s
    codes, flown = np.asarray(entry["entry.pdg"], int), np.asarray(entry["entry.dist"], float) * m
    number = weight / jobs.protons
    rays = NeutrinoRays(window, codes, momentum * GeV, place * m, time, flown, number, None)
    _check_window(label, rays)
    return Gsimple(label, rays, jobs.protons)


def _window(label: str, meta: dict[str, Any], jobs: Jobs) -> Window:
    """That of all jobs that have entries."""
    rows = [row for rows, _ in jobs.groups() for row in rows]
    windows = [Window(*(np.asarray(meta[name], float)[row] * m for name in META[1:])) for row in rows]
    first = windows[0]
    if not first.area > 0:
        truth = "Its two edges span an area."
        raise InputError(f"{label}, windowDir1", "a window without area", truth, "Mend the meta tree.")
    for row, other in zip(rows, windows, strict=True):
        _same_window(f"{label}, windowBase", other, first, f"in entry {row} of the meta tree")
    return first


def _same_window(where: str, one: Window, other: Window, whose: str) -> None:
    apart = max(float(np.abs(getattr(one, key) - getattr(other, key)).max()) for key in ("base", "along", "across"))
    if apart > SLACK * math.sqrt(other.area):
        got = f"another window {whose}, {apart / m:.4g} m off"
        raise InputError(
            where, got, "A flux is the mean over one window.", "Read the jobs of each window by themselves."
        )


def _together(parts: Sequence[Gsimple]) -> Gsimple:
    """Several files as one: protons add, and each counts as many as it has."""
    first = parts[0]
    for one in parts:
        _same_window(f"{one.label}, windowBase", one.rays.window, first.rays.window, f"than in {first.label}")
    numbers = [one.rays.number * part for one, part in zip(parts, shares([one.protons for one in parts]), strict=True)]
    names = ("neutrino", "momentum", "place", "time", "flown")
    joined: dict[str, Any] = {name: np.concatenate([getattr(one.rays, name) for one in parts]) for name in names}
    rays = replace(first.rays, number=np.concatenate(numbers), **joined)
    return Gsimple(f"{first.label} and {len(parts) - 1} more", rays, sum(one.protons for one in parts))


def _check_window(label: str, rays: NeutrinoRays) -> None:
    """Rays start on the window and fill it, and none that flies along it counts for much."""
    window, counts = rays.window, rays.number > 0
    size = float(np.linalg.norm(window.along) + np.linalg.norm(window.across))
    offset = rays.place - window.base
    share = np.linalg.lstsq(np.stack([window.along, window.across], axis=1), offset.T, rcond=None)[0]
    far = counts & ((np.abs(offset @ window.normal) > NEAR * size) | (np.abs(share - 0.5) > 0.5 + NEAR).any(axis=0))
    remedy = "Places are in metres: convert the file."
    if far.any():
        got = f"a ray far from the window in entry {int(np.argmax(far))}"
        raise InputError(f"{label}, entry.vtxx", got, "Rays start on it.", remedy)
    filled = np.ptp(share[:, counts], axis=1)
    if counts.sum() >= ENOUGH and filled.max() < FILLED:
        got = f"rays that fill {filled.max():.2g} of the window's edges"
        raise InputError(f"{label}, windowDir1", got, "Rays are spread over it.", remedy)
    cosine = np.abs(rays.momentum @ window.normal) / rays.energy
    usual = float(np.median(cosine[counts]))
    grazing = counts & (cosine < GRAZING * usual)
    if not grazing.any():
        return
    fluence = np.where(counts, rays.number / np.maximum(cosine, 1e-300), 0.0)
    worst = int(np.argmax(np.where(grazing, fluence, -1.0)))
    part = fluence[worst] / fluence[rays.neutrino == rays.neutrino[worst]].sum()
    if cosine[worst] < NEVER or part > MUCH:
        degrees = math.degrees(math.acos(min(cosine[worst], 1.0)))
        got = f"a ray along the window in entry {worst} ({degrees:.6g} degrees from its normal)"
        truth = f"It alone would be {100 * part:.3g} % of the flux of its flavour: weights are divided by the cosine."
        raise InputError(f"{label}, entry.px", got, truth, "Remove the entry.")


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
