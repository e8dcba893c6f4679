"""A study: experiments, the numbers it frees, and the questions it asks. One YAML in, one folder out."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.likelihood import AbstractParameter
from ontarget.io import (
    Loaded,
    bibtex,
    catalog,
    digest,
    keys_in,
    keys_of,
    load_tree,
    run_record,
    structure,
    write_csv,
    write_json,
    write_text,
)
from ontarget.io.entry import load_experiment
from ontarget.io.formats.varied_file import write_varied
from ontarget.report.page import page
from ontarget.report.section import Section
from ontarget.study.context import Context
from ontarget.study.overrides import overrides_for
from ontarget.study.task import AbstractTask
from ontarget.work.campaign import Campaign


class Study(Noun):
    """Experiments, parameters and tasks.

    Attributes
    ----------
    experiments : names in the catalog, or YAML files
    set : overrides applied to each experiment, by address; or to some, by "name:address" with a glob as name
    parameters : freed in every fit of the study (nuisances), with their priors
    tasks : the questions, answered in order
    tolerance : largest error of an expansion anywhere in its box, in Poisson standard deviations of a bin
    """

    experiments: tuple[str, ...] = static()
    tasks: tuple[AbstractTask, ...]
    set: Mapping[str, Any] = static(converter=FrozenDict, default_factory=FrozenDict)
    parameters: tuple[AbstractParameter, ...] = ()
    tolerance: Number = quantity(default=1e-6)
    name: str = static(default="")

    def __check_init__(self) -> None:
        for what, given in (("experiments", self.experiments), ("tasks", self.tasks)):
            if not given:
                raise InputError(what, "none", "A study has at least one.", "Add one.")
        check_range(self, "tolerance", 0.0, 0.1, open_low=True)


@dataclass(frozen=True)
class Answer:
    """What a study found: its sections, and what made them."""

    study: Loaded[Study]
    context: Context
    sections: tuple[Section, ...]
    record: dict[str, Any]


def load_study(name: str | Path, trust: bool = False) -> Loaded[Study]:
    """The study of a catalog name or file."""
    tree = load_tree(name, None, ("studies",))
    built = structure(Study, tree, trust)
    path = catalog.find(name, ("studies",))
    return Loaded(built.noun, tree, built.provenance, digest(tree, built.ordered, built.tables), path)


def load_experiments(
    study: Loaded[Study], set: Mapping[str, Any] | None = None, trust: bool = False
) -> dict[str, Loaded[AbstractExperiment]]:
    """The experiments of a study by name, with its overrides and those given on top; files lie beside the study's."""
    folder = Path() if catalog.is_ours(study.path) else study.path.parent
    loaded: dict[str, Loaded[AbstractExperiment]] = {}
    for entry in study.noun.experiments:
        overrides = {**overrides_of(study.noun, Path(entry).stem), **(set or {})}
        found = load_experiment(folder / entry if catalog.is_path(entry) else entry, overrides, trust)
        if found.noun.name in loaded:
            raise InputError("experiments", repr(found.noun.name), "It stands there already.", "List each once.")
        loaded[found.noun.name] = found
    return loaded


def overrides_of(study: Study, name: str) -> dict[str, Any]:
    """What a study sets in one experiment: addresses without, or with a fitting, "name:" before them."""
    return overrides_for(name, study.set, study.experiments)


def keys_of_study(study: Loaded[Study], experiments: Mapping[str, Loaded[AbstractExperiment]]) -> tuple[str, ...]:
    """What a study rests upon: its own models and numbers, and those of its experiments."""
    every = [keys_of(found.noun, found.provenance) for found in experiments.values()]
    own = (keys_of(study.noun, study.provenance), keys_in(study.tree))
    return tuple(sorted({key for keys in (*own, *every) for key in keys}))


def run(
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    trust: bool = False,
    progress: Callable[[str], None] | None = None,
    keep: Callable[[Answer], Any] | None = None,
    campaign: Campaign | None = None,
) -> Answer:
    """Run a study.

    Parameters
    ----------
    name : in the catalog, or a YAML file
    set : overrides applied to each experiment, on top of the study's own
    trust : let 'type: module:Class' import code from outside
    progress : called with one line before each step; standard error by default
    keep : called with what was answered so far if a task fails or is interrupted, before the failure goes on
    campaign : where the chunks of long jobs are kept, and who computes them; in memory and here by default
    """
    study = load_study(name, trust)
    loaded = load_experiments(study, set, trust)
    check_names(study.noun)
    context = context_of(study.noun, loaded, progress, campaign)
    for task in study.noun.tasks:
        task.check(context)
    inputs = {f"study {study.path.stem}": study.digest} | {one: found.digest for one, found in loaded.items()}
    sections: tuple[Section, ...] = ()
    try:
        for task in study.noun.tasks:
            sections = (*sections, task.run(context))
    except BaseException:
        if sections and keep is not None:
            keep(Answer(study, context, sections, run_record(inputs)))
        raise
    return Answer(study, context, sections, run_record(inputs))


def check_names(study: Study) -> None:
    """Refuse two parameters of one name in one likelihood, before anything is computed."""
    shared = [one.name for one in study.parameters]
    for task in (None, *study.tasks):
        inside = [] if task is None else jax.tree.leaves(task, is_leaf=lambda one: isinstance(one, AbstractParameter))
        own = [one.name for one in inside if isinstance(one, AbstractParameter)]
        names = [*own, *(shared if task is None or task.interest() else [])]
        for name in names:
            if names.count(name) > 1:
                where = "parameters" if task is None else f"task {task.key!r}"
                truth = "Two parameters of a fit share it; those of the study are in the fits of its tasks."
                raise InputError(where, f"the name {name!r} twice", truth, "Give each a name of its own.")


def context_of(
    study: Study,
    experiments: Mapping[str, Loaded[AbstractExperiment]],
    progress: Callable[[str], None] | None = None,
    campaign: Campaign | None = None,
) -> Context:
    """What the tasks of a study are handed, with its experiments by name; see `run`."""
    interest = [task.interest() for task in study.tasks]
    tolerance = float(study.tolerance)
    return Context(experiments, study.parameters, progress or say, interest, tolerance, campaign, study.tasks)


def say(line: str) -> None:
    """Progress on standard error."""
    sys.stderr.write(f"  {line}\n")  # in one piece: several threads may speak
    sys.stderr.flush()


def write(answer: Answer, folder: str | Path) -> Path:
    """Write report.html, figures, tables, fluxes and run.json; returns the page."""
    folder = Path(folder)
    for section in answer.sections:
        for table in section.tables:
            rows = [determined(row) for row in table.rows]
            write_csv(folder / "tables" / f"{table.name}.csv", rows)
            write_json(folder / "tables" / f"{table.name}.json", rows)
        for picture in section.pictures:
            write_text(folder / "figures" / f"{picture.name}.svg", picture.svg)
        for one in section.fluxes:
            write_varied(folder / f"{one.name}.yaml", one.flux, one.title)
    keys = keys_of_study(answer.study, answer.context.experiments)
    title = answer.study.noun.name or answer.study.path.stem
    text = page(title, answer.sections, input_rows(answer.context), answer.record, bibtex(keys))
    write_text(folder / "report.html", text)
    tables = {table.name: table.title for section in answer.sections for table in section.tables}
    headline = [
        determined(dataclasses.asdict(one)) | {"note": one.said(), "section": each.title}
        for each in answer.sections
        for one in each.headline
    ]
    write_json(folder / "run.json", {**answer.record, "title": title, "tables": tables, "headline": headline})
    return folder / "report.html"


def determined(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as files hold it: nothing where an error is infinite, which reports call not determined."""
    return {name: None if isinstance(one, float) and math.isinf(one) else one for name, one in row.items()}


def input_rows(context: Context) -> list[list[str]]:
    """Experiment, address, value, source and note of every number given."""
    return [
        [name, address, record.text, ", ".join(record.cite), record.note]
        for name, found in context.experiments.items()
        for address, record in found.provenance.items()
        if record.value is not None
    ]
