"""Our own numbers, frozen as text. ``python tests/regression/freeze.py`` rewrites them and prints what moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FROZEN = Path(__file__).with_name("expected.json")


# the beam from protons on, with few rays: any change of its physics moves them as it moves many; as in other_units.py
RAYS = {"source.rays": 2048, "source.repeats": 2, "source.precision": 0.99, "source.daughters": []}
LEPTONS = {"source.rays": 1024, "source.repeats": 2, "source.precision": 1.0}
FEW = {
    "nuscope_lar": RAYS,
    "nuscope_lar_face": RAYS,
    "nuscope_lar_tagged": RAYS,
    "nuscope_water": RAYS,
    "nuscope_lar_line": RAYS,
    "nuscope_lar_varied": RAYS,
    "nuscope_lar_tagged_pions": RAYS,
    "nuscope_tunnel": LEPTONS,
    "nuscope_range_meter": LEPTONS,
}
# and with two decays, all of them in nuscope_lar alone
DECAYS = {name: ("pi_munu", "k_munu" if name == "nuscope_range_meter" else "ke3") for name in FEW}
DECAYS.pop("nuscope_lar")


def lighter(name: str, experiment: Any) -> Any:
    """The experiment with the decays that are computed here."""
    import dataclasses

    if name not in DECAYS:
        return experiment
    kept = tuple(one for one in experiment.source.decays if one.name in DECAYS[name])
    return dataclasses.replace(experiment, source=dataclasses.replace(experiment.source, decays=kept))


def compute(name: str) -> dict[str, Any]:
    """Counts per year of an experiment of the catalog: total, by flavour, and the spectrum, to nine digits."""
    from ontarget.analysis.facility.expectation import expected_counts
    from ontarget.io.entry import load_experiment
    from ontarget.report.expected_table import expectation

    def rounded(value: float) -> float:
        return float(f"{value:.9g}")

    found: dict[str, Any] = {}
    data = expectation(expected_counts(lighter(name, load_experiment(name, FEW.get(name)).noun)))
    for channel, part in data["channels"].items():
        found[f"{name}.{channel}"] = {
            "total_per_year": rounded(part["total_per_year"]),
            "by_flavour": {flavour: rounded(count) for flavour, count in part["by_flavour"].items()},
            "counts": [rounded(count) for count in part["counts"][0][:12]],
        }
    for background, part in data["backgrounds"].items():
        found[f"{name}.{background}"] = {"total_per_year": rounded(part["total_per_year"])}
    return found


def flat(parts: dict[str, Any]) -> np.ndarray:
    """All numbers of an experiment in one row, by the names of its parts."""
    rows = [
        row
        for _, data in sorted(parts.items())
        for row in ([data["total_per_year"]], data.get("by_flavour", {}).values(), data.get("counts", []))
    ]
    return np.concatenate([np.array(list(row), dtype=float) for row in rows])


def flat_parts(parts: dict[str, Any]) -> dict[str, list[float]]:
    """The numbers of each part of an experiment in one row, by name."""
    return {part: flat({part: data}).tolist() for part, data in parts.items()}


def frozen(name: str) -> dict[str, Any]:
    """What is on file of an experiment."""
    kept = json.loads(FROZEN.read_text()) if FROZEN.exists() else {}
    return {key: part for key, part in kept.items() if key.split(".")[0] == name}


def main() -> None:
    """Rewrite the file and print what moved; what cannot be computed here stays as it is."""
    from ontarget.io import MissingRelease, entries

    old = json.loads(FROZEN.read_text()) if FROZEN.exists() else {}
    new: dict[str, Any] = {}
    for name in entries("experiments"):
        try:
            new |= compute(name)
        except MissingRelease as error:
            new |= frozen(name)
            print(f"{name} stays as it was. {error}")
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, {}).get("total_per_year"), new.get(name, {}).get("total_per_year")
        if old.get(name) != new.get(name):
            print(f"{name}: {before} -> {after}")
    FROZEN.write_text(json.dumps(new, indent=1) + "\n")


if __name__ == "__main__":
    main()
