"""Names of the catalog as arguments: looked up before anything heavy is imported, and completed by the shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem


class CatalogName(click.ParamType):
    """The name of an entry of some kinds, or the path of a YAML file.

    Parameters
    ----------
    kinds : in which a name is completed; all if none is named
    check : how a name is looked up: the file that it means, or an `InputError`
    files : whether a path may stand there
    """

    name = "name"

    def __init__(self, *kinds: str, check: Callable[[str], Path] | None = None, files: bool = True) -> None:
        self.kinds, self.check, self.files = kinds, check, files

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name as it was given, if there is such an entry or file."""
        from ontarget.io.catalog import is_path, label_of
        from ontarget.io.yaml import read_bytes

        if self.check is not None:
            path = self.check(value)
            if is_path(value):
                read_bytes(path, label_of(path))
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names that begin so; with a kind and a slash before them, once it is typed; else files."""
        from ontarget.io.catalog import KINDS, entries

        kinds = self.kinds or KINDS
        known = [name for kind in kinds for name in entries(kind)]
        known += [f"{kind}/{name}" for kind in kinds for name in entries(kind) if "/" in incomplete]
        found = [CompletionItem(name) for name in dict.fromkeys(known) if name.startswith(incomplete)]
        return found or ([CompletionItem(incomplete, type="file")] if self.files else [])


class KindName(click.ParamType):
    """A folder of the catalog; what is none is refused by who reads it."""

    name = "kind"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Kinds that begin so."""
        from ontarget.io.catalog import KINDS

        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete)]


def experiment(name: str) -> Path:
    """The file of an experiment."""
    from ontarget.io.entry import experiment_file

    return experiment_file(name)


def study(name: str) -> Path:
    """The file of a study."""
    from ontarget.io.catalog import find

    return find(name, ("studies",))


def entry(name: str) -> Path:
    """The file of any entry; an experiment or a study where there is one of a bare name."""
    from ontarget.io.catalog import find
    from ontarget.io.entry import locate

    return find(locate(name))


EXPERIMENT = CatalogName("experiments", check=experiment)
STUDY = CatalogName("studies", check=study)
ENTRY = CatalogName(check=entry)
ANY = CatalogName("experiments", "studies")
"""Of an experiment, a study or something else, which the command finds out."""
RELEASE = CatalogName("releases", files=False)
