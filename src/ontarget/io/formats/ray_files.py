"""Files of rays that several jobs have written: which entry is of which job, their protons, and their locations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from ontarget.ground.errors import InputError
from ontarget.ground.units import cm, m, mm
from ontarget.io.formats.rays import MUONS, Codes, DecayRays, Numbers, Vectors
from ontarget.io.wording import one_line, quote

RANDOM = "random decay"
BETWEEN = ";"
LOCATION = [f"location.{name}" for name in ("x", "y", "z", "name")]
MARKS = "*?["
DISC = 1 * m
"""Radius of the disc that the weights of dk2nu's rays are for."""
ANGLE = 1e-4
"""Radians that a ray may fly beside its location; single precision of places and momenta makes 1e-6 of it."""
WEIGHT = 0.02
"""Relative, of a weight; masses of other years and single precision make 1e-3."""


@dataclass(frozen=True)
class Jobs:
    """The jobs of a file.

    Attributes
    ----------
    protons : of all of them together
    rows : by the number of a job, its rows in the meta tree
    of_entry : [entry] number of the job of each entry
    """

    protons: float
    rows: Mapping[int, tuple[int, ...]]
    of_entry: Int[np.ndarray, " entry"]

    def groups(self) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        """The rows of each job that has entries, and which entries these are."""
        for job in np.unique(self.of_entry).tolist():
            yield self.rows[job], self.of_entry == job


def jobs_of(
    label: str,
    key: str,
    entries: np.ndarray | None,
    rows: np.ndarray | None,
    count: int,
    name: str,
    protons: np.ndarray,
) -> Jobs:
    """Entries tied to the rows of the meta tree; without the key in both trees all are of one job.

    Parameters
    ----------
    key : how the branch that ties them is called
    entries, rows : its numbers in both trees; None where it is missing
    count : of entries
    name, protons : of the branch that holds protons, and its numbers

    Raises
    ------
    InputError : protons below zero, an entry of a job that the meta tree does not know or that has no protons
    """
    remedy = "Leave the job out, or mend the meta tree."
    if not np.isfinite(protons).all() or (protons < 0).any():
        row = int(np.argmax(~(protons >= 0)))
        got = f"{protons[row]:g} in entry {row} of the meta tree"
        raise InputError(f"{label}, {name}", got, "No job has fewer than none.", remedy)
    if not protons.sum() > 0:
        got = f"{protons.sum():g}"
        raise InputError(f"{label}, {name}", got, "A file stands for some protons.", "Mend the meta tree.")
    if entries is None or rows is None:
        entries, rows = np.zeros(count, int), np.zeros(len(protons), int)
    entries, rows = np.asarray(entries).astype(int), np.asarray(rows).astype(int)
    if len(protons) == 1 and len(np.unique(entries)) == 1:
        rows = entries[:1]  # one of each: they belong together, whatever their numbers
    known = {job: float(protons[rows == job].sum()) for job in np.unique(rows).tolist()}
    for job in np.unique(entries).tolist():
        entry = int(np.argmax(entries == job))
        if job not in known:
            got = f"{job} in entry {entry}"
            truth = f"The meta tree has {sorted(known)[:8]}: its protons are not known."
            raise InputError(f"{label}, {key}", got, truth, remedy)
        if not known[job] > 0:
            got = f"0 for {key} {job}, of entry {entry}"
            raise InputError(f"{label}, {name}", got, "What has entries has protons.", remedy)
    of_job = {job: tuple(np.flatnonzero(rows == job).tolist()) for job in known}
    return Jobs(float(protons.sum()), of_job, entries)


def files_of(given: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """One file or several, patterns such as 'job_*.root' written out.

    Raises
    ------
    InputError : no file, a pattern that no file has, a file twice
    """
    names = [given] if isinstance(given, (str, Path)) else list(given)
    found: list[Path] = []
    for one in map(Path, names):
        if one.exists() or not any(mark in one.name for mark in MARKS):
            found.append(one)
            continue
        here = sorted(one.parent.glob(one.name))
        if not here:
            raise InputError(one_line(one), "no such file", "No file has such a name.", "Check the pattern.")
        found += here
    if not found:
        raise InputError("files", "none", "At least one is read.", "Name a file.")
    seen: dict[Path, Path] = {}
    for path in found:
        if (same := path.resolve()) in seen:
            got = f"the file {quote(one_line(path))} twice"
            raise InputError("files", got, "Its decays would count twice, and its protons.", "Name it once.")
        seen[same] = path
    return tuple(found)


def shares(protons: Sequence[float]) -> Float[np.ndarray, " file"]:
    """What each of several files counts, for numbers that are per proton."""
    given = np.asarray(protons, float)
    return given / given.sum()


def check_times(time: Numbers) -> None:
    """Refuse to write times that are not known."""
    if not np.isfinite(time).all():
        got = f"a time that is not known in entry {int(np.argmax(~np.isfinite(time)))}"
        raise InputError("time", got, "A file holds the time of each decay.", "Set it, or leave the decay out.")


# ---------------------------------------------------------------------- dk2nu: rays against their locations


def solid_share(distance: Float[np.ndarray, " ray"]) -> Float[np.ndarray, " ray"]:
    r"""Part of the sphere that a disc of 1 m takes, :math:`(1 - \cos\arctan(R/d))/2`."""
    ratio = (DISC / distance) ** 2
    return ratio / (2 * np.sqrt(1 + ratio) * (1 + np.sqrt(1 + ratio)))


def check_location(
    where: str, point: Float[np.ndarray, " 3"], decays: DecayRays, momentum: Vectors, weight: Numbers, chosen: Codes
) -> None:
    r"""Refuse rays that do not fly from their decay to their location, or whose weight is for another distance.

    A ray is parallel to location - vertex in every file; of a meson, which has no direction in its rest frame, the
    weight is :math:`(E/E^*)^2` times the share of the sphere that the disc takes.

    Parameters
    ----------
    chosen : the numbers of the entries in the file, for messages
    """
    away = point - decays.place
    distance, energy = np.linalg.norm(away, axis=1), np.linalg.norm(momentum, axis=1)
    counts = (weight * decays.number > 0) & (energy > 0) & (distance > 0)
    distance, energy = np.where(counts, distance, 1.0), np.where(counts, energy, 1.0)
    across = np.linalg.norm(np.cross(away, momentum), axis=1) / (distance * energy)
    beside = counts & ((across > ANGLE) | ((away * momentum).sum(axis=1) < 0))
    remedy = "Look whether locations are of this job, in their order, and in cm like the decays."
    if beside.any():
        index = int(np.argmax(beside))
        angle = math.degrees(
            math.atan2(across[index], (away * momentum).sum(axis=1)[index] / (distance * energy)[index])
        )
        got = f"in entry {chosen[index]} a ray that flies {angle:.2g} degrees beside it"
        raise InputError(where, got, "A ray flies from its decay to its location.", remedy)
    expected = (energy / decays.at_rest) ** 2 * solid_share(distance)
    off = counts & ~np.isin(decays.parent, MUONS) & (np.abs(weight - expected) > WEIGHT * expected)
    if off.any():
        index = int(np.argmax(off))
        got = f"in entry {chosen[index]} a ray of weight {weight[index]:.4g}"
        truth = f"By its energy and the {distance[index] / m:.4g} m to the location it is {expected[index]:.4g}."
        raise InputError(
            where, got, truth, "Decays and locations are in cm, weights for a disc of 1 m: convert the file."
        )


def locations_of(
    label: str, meta: Mapping[str, Any], jobs: Jobs, rays: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Points by name, without the random decay; and [entry ray] where each entry has its random decay and these."""
    order = np.tile(np.arange(rays), (len(jobs.of_entry), 1))
    if not all(name in meta for name in LOCATION):
        return {}, order
    groups = [(_row(label, meta, rows, rays), chosen) for rows, chosen in jobs.groups()]
    (names, points), _ = groups[0]
    common = [name for name in names if name != RANDOM and all(name in other for (other, _), _ in groups)]
    if RANDOM not in names:
        common = [name for name in common if name != names[0]]
    order = np.zeros((len(jobs.of_entry), 1 + len(common)), int)
    found = {name: points[names.index(name)] for name in common}
    for (other, theirs), chosen in groups:
        for name in common:
            same_point(label, name, theirs[other.index(name)], found[name], "another job of it")
        random = other.index(RANDOM) if RANDOM in other else 0
        order[chosen] = [random, *(other.index(name) for name in common)]
    return found, order


def _row(label: str, meta: Mapping[str, Any], rows: Sequence[int], rays: int) -> tuple[list[str], np.ndarray]:
    """Names and points of the locations of a job, which may have several rows that are alike."""
    found: tuple[list[str], np.ndarray] | None = None
    for row in rows:
        given = meta["location.name"][row]
        names = [str(one).strip() for one in (given.split(BETWEEN) if isinstance(given, str) else given)]
        if len(names) != rays:
            truth = f"Its entries have {rays} rays."
            raise InputError(f"{label}, location", f"{len(names)} locations", truth, "Write the file again.")
        if twice := [name for name in names if names.count(name) > 1]:
            truth = "A name stands for one point."
            raise InputError(f"{label}, location", f"{quote(twice[0])} twice", truth, "Give them names of their own.")
        points = np.array([list(meta[name][row]) for name in LOCATION[:3]], float).T * cm
        if found is not None and (found[0] != names or np.abs(found[1] - points).max() > 1 * mm):
            got = f"two meta entries with one number and other locations (entries {rows[0]} and {row})"
            truth = "It is not known whose a decay is."
            raise InputError(f"{label}, job", got, truth, "Read the files of the jobs together: name them all.")
        found = names, points
    assert found is not None
    return found


def same_point(label: str, name: str, one: np.ndarray, other: np.ndarray, whose: str) -> None:
    if (apart := float(np.linalg.norm(one - other))) > 1 * mm:
        got = f"{quote(name)} {apart / m:.4g} m from that of {whose}"
        raise InputError(f"{label}, location", got, "A name stands for one point.", "Read the jobs one by one.")
