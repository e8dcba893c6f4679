"""A made-up crystal beside a made-up tank at the SNS, few bins, and what tasks are asked within."""

from __future__ import annotations

from pathlib import Path

from ontarget.inference.likelihood import Gaussian, Parameter, Scale
from ontarget.io.entry import load_experiment
from ontarget.study.context import Context

CRYSTAL = """
name: A small crystal
facility: {use: facilities/sns_fts}
source: {use: sources/sns_fts, nodes: 8}
exposure: 3e23 POT
detector:
  site: {baseline: 20 m}
  mass: 10 kg
  material: {use: materials/csi}
  seen: {type: EnergyAxis, start: 5 keV, stop: 45 keV, bins: 4}
  tag: {type: ArrivalTime, times: {type: TimeAxis, start: 0 us, stop: 6 us, bins: 3}}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 50 keV, bins: 30}
  backgrounds:
    prompt_neutrons: {type: TemplateBackground, total: 30, shape: [[9, 6, 3, 2], [3, 2, 1, 1], [1, 1, 1, 0]]}
    steady_state:
      type: MeasuredBackground
      counts: [300, 160, 90, 0]
      ratio: 0.5
      shape: {type: DecayingShape, lifetime: 20 us}
observed: [[410, 74, 30, 4], [160, 60, 24, 0], [101, 31, 15, 1]]
"""
TANK = (
    CRYSTAL.replace("A small crystal", "A small tank")
    .replace("csi}", "argon}")
    .replace("10 kg", "60 kg")
    .replace("stop: 50 keV", "stop: 170 keV")
)
TANK = TANK[: TANK.index("observed:")]  # nothing was measured there

STRENGTH = Scale("strength", "*.source.neutrinos_per_proton", 0.0, 3.0)
NEUTRONS = Scale("neutrons", "*.prompt_neutrons.total", 0.0, 3.0, prior=Gaussian(1.0, 0.25))
FLUX = Scale("flux", "*.source.neutrinos_per_proton", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
MASS = Scale("mass", "crystal.detector.mass", 0.8, 1.2, prior=Gaussian(1.0, 0.05))
ANGLE = Parameter("angle", "*.couplings.sin2_theta_w", 0.05, 0.45)


def written(folder: Path) -> Path:
    """The folder, with both experiments in it as YAML files."""
    (folder / "crystal.yaml").write_text(CRYSTAL)
    (folder / "tank.yaml").write_text(TANK)
    return folder


def asked(folder: Path, parameters=(), **more) -> Context:
    """What tasks are handed by a study of both."""
    loaded = {name: load_experiment(written(folder) / f"{name}.yaml") for name in ("crystal", "tank")}
    return Context(loaded, parameters, lambda line: None, **more)


def table(section, name: str) -> dict[str, dict]:
    """Rows of a table of a section, by their first entry."""
    rows = next(one for one in section.tables if one.name == name).rows
    return {str(next(iter(row.values()))): row for row in rows}
