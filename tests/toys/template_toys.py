"""Experiments whose signal is a template: they count, and have no channels."""

from __future__ import annotations

from pathlib import Path

from ontarget.inference.likelihood import Scale
from ontarget.io.entry import load_experiment
from ontarget.study.context import Context

HEAD = """
facility: {proton_energy: 1 GeV, power: 1 MW, repetition: 60 Hz, pulse: {type: UniformPulse, width: 350 ns}}
source: {type: StoppedPion, neutrinos_per_proton: 0.09}
exposure: 1 yr
detector:
  site: {baseline: 20 m}
  mass: 1 t
  material: Ar
"""
TEMPLATES = (
    HEAD
    + """
  seen: {type: CountAxis, start: 0, stop: 3, bins: 3}
  channels: {}
  backgrounds:
    sig: {type: TemplateBackground, total: 4, shape: [[1, 1, 1]]}
    bkg: {type: TemplateBackground, total: 6, shape: [[2, 1, 1]]}
observed: [[5, 2, 3]]
"""
)
ONE_BIN = (
    HEAD
    + """
  seen: {type: CountAxis, start: 0, stop: 1, bins: 1}
  channels: {}
  backgrounds:
    sig: {type: TemplateBackground, total: 4, shape: [[1]]}
    bkg: {type: TemplateBackground, total: 6, shape: [[1]]}
observed: [[5]]
"""
)
EMPTY = (
    HEAD
    + """
  seen: {type: CountAxis, start: 0, stop: 2, bins: 2}
  channels: {}
  backgrounds:
    sig: {type: TemplateBackground, total: 4, shape: [[1, 1]]}
    bkg: {type: MeasuredBackground, counts: [0, 0], ratio: 0.5}
observed: [[1, 0]]
"""
)
TEXTS = {"templates": TEMPLATES, "one_bin": ONE_BIN, "empty": EMPTY}

MU = Scale("mu", "*.backgrounds.sig.total", 0.0, 5.0)
SIZE = Scale("b", "*.backgrounds.bkg.total", 0.2, 3.0)


def written(folder: Path) -> Path:
    """The folder, with all of them in it as YAML files."""
    for name, text in TEXTS.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def asked(folder: Path, *names: str) -> Context:
    """What tasks are handed by a study of some of them, or of entries of the catalog."""
    written(folder)
    loaded = {name: load_experiment(folder / f"{name}.yaml" if name in TEXTS else name) for name in names}
    return Context(loaded, (), lambda line: None)
