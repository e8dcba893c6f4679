"""dk2nu: decays in flight as beam simulations exchange them (DK2NUVER 12, DKMETAVER 6). Units cm, GeV, ns; PDG numbers.

What is written are trees `dk2nuTree` and `dkmetaTree` of plain branches, called as the members of the classes are when
these are split: `decay.vx`, `nuray.px`, `pots`. ROOT (TTreeReader, RDataFrame, TTree::Draw) and uproot read them with
no dictionary. They are not objects of bsim::Dk2Nu, for uproot cannot write classes: SetBranchAddress("dk2nu", ...) and
GENIE's driver GDk2NuFlux find nothing, until a few lines of ROOT have filled the objects from the branches.

Each entry is one neutrino and its parent. `nuray[0]` is the decay as it was drawn, with weight one; then comes one ray
for each location, with the weight of a disc of one metre radius. `nimpwt` is decays per proton times `pots`. `ancestor`
holds the neutrino alone: where and when it was born, for dk2nu has the time of decay nowhere else. The parent's
production is not known here: `ppdxdz`, `ppdydz`, `pppz`, `ppenergy` repeat its momentum at decay, `ppvx` to `ppvz` the
place. `tgtexit`, `traj`, `vint`, `vdbl` are left out. Vectors of words cannot be written either: `location.name` is one
word, with ';' between the names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.beam.decays.redirect import rest_axis
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, ns
from ontarget.io.formats.ray_files import (
    BETWEEN,
    LOCATION,
    RANDOM,
    check_location,
    check_times,
    files_of,
    jobs_of,
    locations_of,
    same_point,
    shares,
    solid_share,
)
from ontarget.io.formats.rays import MASSES, MUONS, PDG, DecayRays, Numbers, Vectors, seen_from
from ontarget.io.formats.root import TreeFile, write_trees
from ontarget.io.wording import nearest, quote
from ontarget.matter.particle import PARTICLES

TREE, META = "dk2nuTree", "dkmetaTree"
WHOLE = ("ndecay", "ntype", "ptype")
NUMBERS = ("vx", "vy", "vz", "pdpx", "pdpy", "pdpz", "necm", "nimpwt")
GRANDPARENT = ("ppdxdz", "ppdydz", "pppz", "ppenergy", "muparpx", "muparpy", "muparpz", "mupare")
DECAY = [f"decay.{name}" for name in WHOLE + NUMBERS]
MUON = [f"decay.{name}" for name in GRANDPARENT]
RAY = [f"nuray.{name}" for name in ("px", "py", "pz", "E", "wgt")]
TIME = "ancestor.startt"
WORDS = ("beamsim", "physics", "physcuts", "tgtcfg", "horncfg", "dkvolcfg")
BEAM = ("beam0x", "beam0y", "beam0z", "beamhwidth", "beamvwidth", "beamdxdz", "beamdydz")
ANCESTOR = "ancestor.pdg"
GEANT = {8: 211, 9: -211, 11: 321, 12: -321, 10: 130, 16: 310, 5: -13, 6: 13}
GEANT_NEUTRINOS = {56: 14, 55: -14, 53: 12, 52: -12}
"""Numbers of particles in GEANT3, and of neutrinos in gnumi, as PDG's."""
SLACK = 1e-3
"""Relative; files of other programs hold single precision and masses of other years."""


@dataclass(frozen=True)
class Dk2nu:
    """What a file holds, per proton on target.

    Attributes
    ----------
    label : the file, for messages
    decays : of the whole file
    protons : on target that the file stands for
    locations : points, by name; without the random decay
    momentum : [location ray 3] of the rays towards them
    weight : [location ray] of each, for a disc of 1 m radius
    left_out : share of all decays whose parents are not known here, and that were left out
    """

    label: str
    decays: DecayRays
    protons: float
    locations: Mapping[str, Float[np.ndarray, " 3"]]
    momentum: Float[np.ndarray, "location ray 3"]
    weight: Float[np.ndarray, "location ray"]
    left_out: float = 0.0

    def at(self, name: str) -> tuple[Vectors, Numbers]:
        """Momenta and fluences (1/area per proton) of the neutrinos at a location of the file, as it has them."""
        name = name.strip()
        if name not in self.locations:
            known = nearest(name, self.locations) if self.locations else "It has no locations: give a point."
            raise InputError(f"{self.label}, location", quote(name), "The file has no such location.", known)
        index = list(self.locations).index(name)
        distance = np.linalg.norm(self.locations[name] - self.decays.place, axis=1)
        per_area = 1 / (4 * math.pi * solid_share(distance) * distance**2)
        return self.momentum[index], self.decays.number * self.weight[index] * per_area

    def seen_from(self, point: Float[np.ndarray, " 3"]) -> tuple[Vectors, Numbers]:
        """The same at any point, from the decays."""
        momentum, fluence = seen_from(self.decays, point[None])
        return momentum, self.decays.number * fluence


# ---------------------------------------------------------------------- out


def write_dk2nu(
    path: str | Path,
    decays: DecayRays,
    locations: Mapping[str, Float[np.ndarray, " 3"]],
    protons: float,
    words: Mapping[str, str] | None = None,
) -> Path:
    """Write a file.

    Parameters
    ----------
    decays : from `io.rays.gather`
    locations : points at which rays are evaluated, by name, in the frame of the tunnel
    protons : on target that the file shall stand for, `pots`
    words : of the meta tree: beamsim, physics, physcuts, tgtcfg, horncfg, dkvolcfg
    """
    if not protons > 0 or not math.isfinite(protons):
        raise InputError("protons", f"{protons:g}", "A file stands for some protons.", "Give a number above 0.")
    for name in locations:
        if name == RANDOM or BETWEEN in name or not name:
            truth = f"The first is the {RANDOM}, by itself, and {BETWEEN!r} stands between names."
            raise InputError("locations", quote(name), truth, "Choose another name.")
    trees = {TREE: _entries(decays, locations, protons), META: _meta(locations, protons, words or {})}
    return write_trees(path, trees)


def _entries(decays: DecayRays, locations: Mapping[str, np.ndarray], protons: float) -> dict[str, Any]:
    index = np.arange(len(decays), dtype=np.int32)
    place, parent = decays.place / cm, decays.momentum / GeV
    mass = np.array([MASSES[int(pdg)] for pdg in decays.parent])
    energy = np.sqrt((decays.momentum**2).sum(axis=1) + mass**2) / GeV
    columns: dict[str, Any] = {"job": 0 * index, "potnum": index, "jobindx": index}
    whole = {"norig": 0 * index, "ndecay": decays.process, "ntype": decays.neutrino, "ptype": decays.parent}
    columns |= {f"decay.{name}": value.astype(np.int32) for name, value in whole.items()}
    columns["decay.ppmedium"] = 0 * index
    columns |= dict(zip(("decay.vx", "decay.vy", "decay.vz"), place.T, strict=True))
    columns |= dict(zip(("decay.pdpx", "decay.pdpy", "decay.pdpz"), parent.T, strict=True))
    columns |= {"decay.ppdxdz": parent[:, 0] / parent[:, 2], "decay.ppdydz": parent[:, 1] / parent[:, 2]}
    columns |= {"decay.pppz": parent[:, 2], "decay.ppenergy": energy}
    columns |= dict(zip(MUON[4:], _grandparents(decays), strict=True))
    weight = decays.number * protons
    columns |= {"decay.necm": decays.at_rest / GeV, "decay.nimpwt": weight, "decay.sumnimpwt2": weight**2}
    columns["nuray"] = _rays(decays, locations)
    columns["ancestor"] = _neutrino(decays)
    columns |= dict(zip(("ppvx", "ppvy", "ppvz"), place.T, strict=True))
    columns["flagbits"] = 0 * index
    return {name: np.ascontiguousarray(one) if isinstance(one, np.ndarray) else one for name, one in columns.items()}


def _grandparents(decays: DecayRays) -> np.ndarray:
    """Momentum and energy of the pion that a polarised muon came from, GeV; zero for all others."""
    found = np.zeros((4, len(decays)))
    chosen = (decays.axis != 0).any(axis=1)
    pion, muon = PARTICLES["pi+"].mass, PARTICLES["mu+"].mass
    inner = (pion**2 - muon**2) / (2 * muon)  # momentum of the pion in the frame of the muon
    inner_energy = math.hypot(inner, pion)
    momentum, axis = decays.momentum[chosen], decays.axis[chosen]
    energy = np.sqrt((momentum**2).sum(axis=1) + muon**2)
    outer = (energy * inner_energy + inner * (momentum * axis).sum(axis=1)) / muon
    found[:3, chosen] = (inner * axis + momentum * ((outer + inner_energy) / (energy + muon))[:, None]).T / GeV
    found[3, chosen] = outer / GeV
    return found


def _rays(decays: DecayRays, locations: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rays of each entry, [entry ray] for each part."""
    momenta, weights = [decays.sent], [np.ones(len(decays))]
    for point in locations.values():
        sent, fluence = seen_from(decays, np.asarray(point)[None])
        distance = np.linalg.norm(point - decays.place, axis=1)
        momenta.append(sent)
        weights.append(fluence * 4 * math.pi * distance**2 * solid_share(distance))
    p = np.stack(momenta, axis=1) / GeV
    energy = np.linalg.norm(p, axis=2)
    return {"px": p[..., 0], "py": p[..., 1], "pz": p[..., 2], "E": energy, "wgt": np.stack(weights, axis=1)}


def _neutrino(decays: DecayRays) -> dict[str, np.ndarray]:
    check_times(decays.time)
    place, p = decays.place / cm, decays.sent / GeV
    parts: dict[str, Any] = {"pdg": decays.neutrino.astype(np.int32), "startt": decays.time / ns}
    for axis, name in enumerate("xyz"):
        parts |= {f"start{name}": place[:, axis], f"startp{name}": p[:, axis], f"stopp{name}": p[:, axis]}
    return {name: value[:, None] for name, value in parts.items()}


def _meta(locations: Mapping[str, np.ndarray], protons: float, words: Mapping[str, str]) -> dict[str, Any]:
    for word in words:
        if word not in WORDS:
            raise InputError("words", quote(word), "The meta tree has none such.", nearest(word, WORDS))
    points = np.array([np.zeros(3), *locations.values()]) / cm
    columns: dict[str, Any] = {"job": np.zeros(1, np.int32), "pots": np.array([float(protons)])}
    columns |= {word: [words.get(word, "")] for word in WORDS}
    columns |= {name: np.zeros(1) for name in BEAM}
    columns["location"] = {name: points[:, axis][None] for axis, name in enumerate("xyz")}
    return columns | {"location.name": [BETWEEN.join((RANDOM, *locations))]}


# ---------------------------------------------------------------------- in


def read_dk2nu(path: str | Path | Sequence[str | Path], skip_unknown: bool = False) -> Dk2nu:
    """Read a file or several, of this program or of another; branches are found by the ends of their names.

    Entries are tied to the meta tree by their `job`, and the protons of all jobs are added. Every ray is checked to fly
    from its decay to its location. The time of a decay is NaN where `ancestor` does not end with the neutrino.

    Parameters
    ----------
    path : of one file or of several, each perhaps a pattern such as 'job_*.root'
    skip_unknown : leave out decays of parents whose mass is not known here; those of weight 0 are always left out

    Raises
    ------
    InputError : no ROOT file, missing trees or branches, no entries, values that are not finite, negative weights, no
        protons, jobs without any, unknown particles, energies that are not in GeV, rays that miss their location,
        locations of one name at several points
    """
    parts = [_read(one, skip_unknown) for one in files_of(path)]
    return parts[0] if len(parts) == 1 else _together(parts)


def _read(path: Path, skip_unknown: bool) -> Dk2nu:
    with TreeFile(path) as file:
        entries = file.columns(TREE, [*DECAY, *RAY], [*MUON, TIME, ANCESTOR, "job"])
        meta, label = file.columns(META, ["pots"], [*LOCATION, "job"]), file.label
    entries, left_out = _known_parents(label, entries, skip_unknown)
    rays, count = _stacked(label, entries), len(entries["decay.nimpwt"])
    jobs = jobs_of(label, "job", entries.get("job"), meta.get("job"), count, "pots", np.asarray(meta["pots"], float))
    locations, order = locations_of(label, meta, jobs, rays.shape[1])
    rays = np.take_along_axis(rays, order[:, :, None], axis=1)
    decays = _decays(label, entries, rays, jobs.protons)
    _check_rays(label, decays, rays)
    momentum, weight = np.moveaxis(rays[:, 1:, :3], 1, 0) * GeV, np.ascontiguousarray(rays[:, 1:, 4].T)
    number = entries["entry"]
    for index, (name, point) in enumerate(locations.items()):
        check_location(f"{label}, location {quote(name)}", point, decays, momentum[index], weight[index], number)
    return Dk2nu(label, decays, jobs.protons, locations, momentum, weight, left_out)


def _together(parts: Sequence[Dk2nu]) -> Dk2nu:
    """Several files as one: protons add, and each counts as many as it has."""
    first, names = parts[0], [name for name in parts[0].locations if all(name in one.locations for one in parts)]
    for one in parts:
        for name in names:
            same_point(one.label, name, one.locations[name], first.locations[name], first.label)
    share = shares([one.protons for one in parts])
    numbers = [one.decays.number * part for one, part in zip(parts, share, strict=True)]
    given = {field.name: [getattr(one.decays, field.name) for one in parts] for field in fields(DecayRays)}
    decays = DecayRays(**{name: np.concatenate(values) for name, values in (given | {"number": numbers}).items()})
    rows = [[list(one.locations).index(name) for name in names] for one in parts]
    momentum, weight = (
        np.concatenate([getattr(one, key)[row] for one, row in zip(parts, rows, strict=True)], axis=1)
        for key in ("momentum", "weight")
    )
    left_out = sum(one.left_out * part for one, part in zip(parts, share, strict=True))
    label, points = f"{first.label} and {len(parts) - 1} more", {name: first.locations[name] for name in names}
    return Dk2nu(label, decays, sum(one.protons for one in parts), points, momentum, weight, float(left_out))


def _known_parents(label: str, entries: Mapping[str, Any], skip: bool) -> tuple[dict[str, Any], float]:
    """The entries whose parent has a mass here, with their numbers in the file, and the share of those left out."""
    parents = np.asarray(entries["decay.ptype"], int)
    weight = np.asarray(entries["decay.nimpwt"], float)
    unknown = ~np.isin(parents, list(MASSES))
    counting = unknown & (weight != 0)
    if counting.any() and not skip:
        found = sorted(set(parents[counting].tolist()))
        truth = f"They are PDG numbers, of {sorted(MASSES)}."
        remedy = "Leave these decays out with '--skip-unknown' (in Python: skip_unknown=True)."
        if set(parents.tolist()) <= set(GEANT):
            remedy = f"These are GEANT3's: as PDG's {', '.join(f'{old} is {new}' for old, new in GEANT.items())}."
        raise InputError(f"{label}, decay.ptype", str(found[0]), truth, remedy)
    if unknown.all():
        raise InputError(f"{label}, decay.ptype", "unknown parents alone", "No decay is left.", "Convert the numbers.")
    kept = np.flatnonzero(~unknown)
    chosen: dict[str, Any] = {"entry": kept}
    for name, column in entries.items():
        chosen[name] = [column[index] for index in kept] if isinstance(column, list) else np.asarray(column)[kept]
    total = weight.sum()
    return chosen, float(weight[unknown].sum() / total) if total > 0 else 0.0


def _stacked(label: str, entries: Mapping[str, Any]) -> Float[np.ndarray, "entry ray part"]:
    """The rays, px py pz E wgt."""
    parts = [entries[name] for name in RAY]
    if not all(isinstance(part, np.ndarray) and part.ndim == 2 and part.shape[1] for part in parts):
        truth = "Each entry has one for each location, the random decay first."
        raise InputError(f"{label}, nuray", "entries with different numbers of rays", truth, "Write the file again.")
    return np.stack(parts, axis=-1).astype(float)


def _decays(label: str, entries: Mapping[str, Any], rays: np.ndarray, protons: float) -> DecayRays:
    number = np.asarray(entries["decay.nimpwt"], float)
    if (number < 0).any() or (rays[..., 4] < 0).any():
        entry = entries["entry"][int(np.argmax((number < 0) | (rays[..., 4] < 0).any(axis=1)))]
        truth = "No weight is below zero."
        raise InputError(f"{label}, entry {entry}", "a negative weight", truth, "Mend or remove the entry.")
    if not number.any():
        raise InputError(f"{label}, decay.nimpwt", "only zeros", "Some decays count.", "Mend the weights.")
    codes = {name: np.asarray(entries[f"decay.{name}"], int) for name in ("ndecay", "ptype", "ntype")}
    if unknown := sorted(set(codes["ntype"].tolist()) - set(PDG.values())):
        truth, remedy = f"They are PDG numbers, of {sorted(PDG.values())}.", "Convert the numbers."
        if set(codes["ntype"].tolist()) <= set(GEANT_NEUTRINOS):
            words = ", ".join(f"{old} is {new}" for old, new in GEANT_NEUTRINOS.items())
            remedy = f"These are those of gnumi and GEANT3: as PDG's {words}."
        raise InputError(f"{label}, decay.ntype", str(unknown[0]), truth, remedy)
    momentum = np.stack([entries[f"decay.pdp{axis}"] for axis in "xyz"], axis=1).astype(float) * GeV
    place = np.stack([entries[f"decay.v{axis}"] for axis in "xyz"], axis=1).astype(float) * cm
    return DecayRays(
        codes["ndecay"],
        codes["ptype"],
        codes["ntype"],
        place,
        _times(entries, len(number)),
        momentum,
        rays[:, 0, :3] * GeV,
        np.asarray(entries["decay.necm"], float) * GeV,
        _axes(entries, codes["ptype"], momentum),
        number / protons,
    )


def _times(entries: Mapping[str, Any], count: int) -> Numbers:
    """When the neutrino, the last of the ancestors, was born; NaN where the file does not say."""
    found = np.full(count, math.nan)
    if TIME not in entries:
        return found
    times, codes = entries[TIME], entries.get(ANCESTOR)
    for entry in range(count):
        if len(times[entry]) and (codes is None or codes[entry][-1] == entries["decay.ntype"][entry]):
            found[entry] = times[entry][-1]
    return found * ns


def _axes(entries: Mapping[str, Any], parent: np.ndarray, momentum: Vectors) -> Vectors:
    """Polarisation of muons: complete along the meson that they came from; none where the file has no meson."""
    axis = np.zeros_like(momentum)
    if not all(name in entries for name in MUON):
        return axis
    slope_x, slope_y, forward, energy, *grand = (np.asarray(entries[name], float) * GeV for name in MUON)
    chosen = np.isin(parent, MUONS) & (grand[3] > 0) & (energy > 0)
    if not chosen.any():
        return axis
    born = np.stack([slope_x / GeV * forward, slope_y / GeV * forward, forward], axis=1)
    grandparent = jnp.asarray(np.stack(grand[:3], axis=1)[chosen])
    found = rest_axis(jnp.asarray(born[chosen]), MASSES[13], grandparent, jnp.asarray(grand[3][chosen]))
    axis[chosen] = found
    return axis


def _check_rays(label: str, decays: DecayRays, rays: np.ndarray) -> None:
    """Energies that cannot be, in the unit of the file: most often MeV."""
    mass = np.array([MASSES[int(pdg)] for pdg in decays.parent])
    over = (decays.at_rest > (1 + SLACK) * mass / 2) | (decays.at_rest <= 0)
    if over.any():
        entry = int(np.argmax(over))
        most = f"In its rest frame a neutrino of {decays.parent[entry]} has at most {mass[entry] / 2 / GeV:.4g} GeV."
        got = f"{decays.at_rest[entry] / GeV:g} in entry {entry}"
        raise InputError(f"{label}, decay.necm", got, most, "Energies are in GeV: convert the file.")
    p = np.linalg.norm(rays[..., :3], axis=-1)
    off = (np.abs(rays[..., 3] - p) > SLACK * p).any(axis=1)
    if off.any():
        truth = "Energy and momentum of a neutrino are the same number."
        remedy = "Both are in GeV: convert the file."
        raise InputError(f"{label}, nuray.E", f"another in entry {int(np.argmax(off))}", truth, remedy)
    most = np.sqrt((decays.momentum**2).sum(axis=1) + mass**2) / GeV
    over = rays[..., 3].max(axis=1) > (1 + SLACK) * most
    if over.any():
        entry = int(np.argmax(over))
        truth = f"Its parent has {most[entry]:.4g} GeV, by decay.pdpx to pdpz."
        got = f"{rays[entry, :, 3].max():g} in entry {entry}"
        raise InputError(f"{label}, nuray.E", got, truth, "All energies are in GeV: convert the file.")
