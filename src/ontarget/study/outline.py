"""Studies and entries of the catalog told from their trees and the table of classes, with nothing built."""

from __future__ import annotations

from pathlib import Path

from ontarget.io import catalog, keys_in, load_tree
from ontarget.io.entry import CLASSES, entry_tree, is_study, locate
from ontarget.io.outline.outline import Outline, Unknown, outline
from ontarget.study.overrides import overrides_for


def outline_of(name: str) -> tuple[Outline, tuple[str, ...]]:
    """The outline of an entry or a study of the catalog, and the keys that it and its experiments rest upon.

    Raises
    ------
    Unknown : it has to be built: a file of a user, a class that changes its fields, data that are not here
    InputError : there is no such entry
    """
    if not catalog.is_ours(catalog.find(locate(name))):
        raise Unknown
    if not is_study(name):
        kind, tree, _ = entry_tree(name)
        found = outline(CLASSES[kind], tree)
        return found, found.keys()
    tree = load_tree(name, None, ("studies",))
    found = outline("Study", tree)
    experiments = tree.data["experiments"]
    keys = {*found.keys(), *keys_in(tree)}
    for entry in experiments:  # what cannot be loaded is not shown as if it could
        overrides = overrides_for(Path(entry).stem, tree.data.get("set") or {}, experiments)
        _, one, _ = entry_tree(f"experiments/{entry}", overrides)
        keys.update(outline(CLASSES["experiments"], one).keys())
    return found, tuple(sorted(keys))
