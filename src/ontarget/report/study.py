"""A study: experiments, the numbers it frees, and the questions it asks. One YAML in, one folder out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, static
from ontarget.inference import AbstractParameter
from ontarget.io import (
    bibtex,
    catalog,
    digest,
    keys_of,
    load_tree,
    run_record,
    structure,
    write_csv,
    write_json,
    write_text,
)
from ontarget.io.entry import load_experiment
from ontarget.plot import to_svg
from ontarget.report.page import page
from ontarget.report.section import Context, Section
from ontarget.report.task import AbstractTask


class Study(Noun):
    """Experiments, parameters and tasks.

    Attributes
    ----------
    experiments : names in the catalog, or YAML files
    set : overrides applied to each experiment, by address
    parameters : freed in every fit of the study (nuisances), with their priors
    tasks : the questions, answered in order
    """

    experiments: tuple[str, ...] = static()
    tasks: tuple[AbstractTask, ...]
    set: Mapping[str, Any] = static(converter=FrozenDict, default_factory=FrozenDict)
    parameters: tuple[AbstractParameter, ...] = ()
    name: str = static(default="")

    def __check_init__(self) -> None:
        for what, given in (("experiments", self.experiments), ("tasks", self.tasks)):
            if not given:
                raise InputError(what, "none", "A study has at least one.", "Add one.")


@dataclass(frozen=True)
class Answer:
    """What a study found: its sections, and what made them."""

    study: Study
    context: Context
    sections: tuple[Section, ...]
    record: dict[str, Any]


def load_study(name: str | Path, trust: bool = False) -> tuple[Study, str]:
    """The study of a catalog name or file, and the digest of its tree."""
    tree = load_tree(name, None, ("studies",))
    built = structure(Study, tree, trust)
    return built.noun, digest(tree, built.ordered)


def run(
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    trust: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Answer:
    """Run a study.

    Parameters
    ----------
    name : in the catalog, or a YAML file
    set : overrides applied to each experiment, on top of the study's own
    trust : let 'type: module:Class' import code from outside
    progress : called with one line before each step; standard error by default
    """
    study, own = load_study(name, trust)
    folder = Path(name).parent if catalog.is_path(str(name)) else Path()
    overrides = {**study.set, **(set or {})}
    loaded = {}
    for entry in study.experiments:
        place = folder / entry if catalog.is_path(entry) else entry
        found = load_experiment(place, overrides, trust)
        if found.noun.name in loaded:
            raise InputError("experiments", repr(found.noun.name), "It stands there already.", "List each once.")
        loaded[found.noun.name] = found
    context = Context(loaded, study.parameters, progress or say)
    for task in study.tasks:
        task.check(context)
    sections = tuple(task.run(context) for task in study.tasks)
    inputs = {f"study {Path(str(name)).stem}": own} | {one: found.digest for one, found in loaded.items()}
    return Answer(study, context, sections, run_record(inputs))


def say(line: str) -> None:
    """Progress on standard error."""
    print(f"  {line}", file=sys.stderr, flush=True)


def write(answer: Answer, folder: str | Path) -> Path:
    """Write report.html, figures, tables and run.json; returns the page."""
    folder = Path(folder)
    for section in answer.sections:
        for table in section.tables:
            write_csv(folder / "tables" / f"{table.name}.csv", list(table.rows))
            write_json(folder / "tables" / f"{table.name}.json", list(table.rows))
        for picture in section.pictures:
            write_text(folder / "figures" / f"{picture.name}.svg", to_svg(picture.figure))
    keys = sorted(
        {key for found in answer.context.experiments.values() for key in keys_of(found.noun, found.provenance)}
    )
    title = answer.study.name
    text = page(title, answer.sections, input_rows(answer.context), answer.record, bibtex(keys))
    write_text(folder / "report.html", text)
    write_json(folder / "run.json", answer.record)
    return folder / "report.html"


def input_rows(context: Context) -> list[list[str]]:
    """Experiment, address, value, source and note of every number given."""
    return [
        [name, address, record.text, ", ".join(record.cite), record.note]
        for name, found in context.experiments.items()
        for address, record in found.provenance.items()
        if record.value is not None
    ]
