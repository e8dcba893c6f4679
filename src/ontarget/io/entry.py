"""Entries by name: which class each kind of the catalog holds, and how an experiment gets its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io import catalog
from ontarget.io.load import Loaded, digest, load_tree
from ontarget.io.outline.classes import class_of, row_of
from ontarget.io.yaml import Mark, Tree

CLASSES = {
    "experiments": "AbstractExperiment",
    "facilities": "Facility",
    "sources": "AbstractSource",
    "lines": "Beamline",
    "trackers": "Trackers",
    "detectors": "Detector",
    "taggers": "Tagger",
    "materials": "Material",
    "cross_sections": "AbstractInteraction",
}
"""The class that each kind of the catalog holds."""

SEE = {"studies": "See 'ontarget run'.", "published": "See 'ontarget validate'.", "releases": "See 'ontarget data'."}


def load(name: str | Path, set: Mapping[str, Any] | None = None, trust: bool = False) -> Any:
    """The noun of a catalog entry or YAML file: ``load("ess_csi")`` is an `Experiment`.

    Parameters
    ----------
    name : 'ess_csi', 'facilities/ess', or the path of a YAML file (an experiment)
    set : overrides by address: {"detector.site.baseline": "25 m"}
    trust : let 'type: module:Class' in the file import code from outside

    Raises
    ------
    InputError : one sentence about what cannot be true
    """
    return load_entry(name, set, trust).noun


def locate(name: str | Path) -> str | Path:
    """A bare name with its kind: an experiment or a study where there is one, for these are what one asks for."""
    if isinstance(name, str) and "/" not in name and not catalog.is_path(name):
        for kind in ("experiments", "studies"):
            if name in catalog.entries(kind):
                return f"{kind}/{name}"
    return name


def is_study(name: str | Path) -> bool:
    """Whether a name means a study of the catalog, or a file that is one (it has tasks)."""
    path = catalog.find(locate(name))
    if catalog.is_ours(path):
        return path.parent.name == "studies"
    return "tasks" in load_tree(path).data


def load_entry(name: str | Path, set: Mapping[str, Any] | None = None, trust: bool = False) -> Loaded[Any]:
    """The same, with the provenance of every number."""
    kind, tree, path = entry_tree(name, set)
    return built(kind, tree, path, trust)


def entry_tree(name: str | Path, set: Mapping[str, Any] | None = None) -> tuple[str, Tree, Path]:
    """The kind of an entry (files of a user are experiments), its tree, and its file."""
    name = locate(name)
    path = catalog.find(name, tuple(CLASSES))
    kind = path.parent.name if catalog.is_ours(path) else "experiments"
    if kind not in CLASSES:
        raise InputError("catalog", f"the name {str(name)!r}", f"It is one of the {kind}.", SEE[kind])
    tree = load_tree(name, set, tuple(CLASSES))
    if kind == "experiments":
        tree = identified(tree, path.stem)
    return kind, tree, path


def built(kind: str, tree: Tree, path: Path, trust: bool) -> Loaded[Any]:
    """What a tree of some kind stands for."""
    from ontarget.io.structure import structure  # with it comes JAX, and names and files are looked at before

    made = structure(class_of(row_of(CLASSES[kind])), tree, trust)
    return Loaded(made.noun, tree, made.provenance, digest(tree, made.ordered, made.tables), path)


def load_experiment(name: str | Path, set: Mapping[str, Any] | None = None, trust: bool = False) -> Loaded[Any]:
    """An experiment by bare name, kind-qualified name or path."""
    path = experiment_file(name)
    tree = identified(load_tree(name, set, ("experiments",)), path.stem)
    return built("experiments", tree, path, trust)


def experiment_file(name: str | Path) -> Path:
    """The file of an experiment, by bare name, kind-qualified name or path."""
    path = catalog.find(name, ("experiments",))
    if catalog.is_ours(path) and path.parent.name != "experiments":
        truth = f"It is one of the {path.parent.name}, not an experiment."
        raise InputError("catalog", f"the name {str(name)!r}", truth, "See 'ontarget list experiments'.")
    return path


def identified(tree: Tree, stem: str) -> Tree:
    """An experiment's tree with its one-line `name` as title, and the name of its file as the name in addresses."""
    if not isinstance(tree.data, Mapping):
        return tree
    data = {key: value for key, value in tree.data.items() if key != "name"}
    title = tree.data.get("name", stem)
    marks = {**tree.marks, ("title",): tree.mark(("name",)), ("name",): Mark("the file's name")}
    return Tree({"name": stem.replace(".", "_"), "title": title, **data}, marks)
