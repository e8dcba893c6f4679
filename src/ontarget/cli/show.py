"""``ontarget show``"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.name import ENTRY
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.cli.table import print_text

if TYPE_CHECKING:
    from ontarget.io.outline.leaf import Leaf


@click.command()
@click.argument("name", type=ENTRY)
@set_option
@trust_option
@click.option("--format", "form", type=click.Choice(["tree", "json", "csv"]), default="tree", show_default=True)
def command(name: str, settings: tuple[str, ...], trust: bool, form: str) -> None:
    """An entry of the catalog, or a YAML file, as a tree: address, value, unit and citation of every number.

    JSON and CSV have one row per number or label: address, the classes on the way to it, value as it is written, unit
    that reports show it in, keys of citations, note, source (where an array is from), and whether it is a default.
    """
    from ontarget.io.outline.leaf import leaf_rows

    title, found = known if (known := outlined(name, settings, trust)) is not None else made(name, settings, trust)
    if form == "json":
        click.echo(json.dumps(leaf_rows(found), indent=2, ensure_ascii=False))
        return
    if form == "csv":
        from ontarget.io.write import csv_text

        flat = [
            {**row, "classes": ".".join(filter(None, row["classes"])), "cite": " ".join(row["cite"])}
            for row in leaf_rows(found)
        ]
        click.echo(csv_text(flat), nl=False)
        return
    print_text(f"{name}: {title}" if title else name)
    draw(found)


def outlined(name: str, settings: tuple[str, ...], trust: bool) -> tuple[str, list[Leaf]] | None:
    """Title and numbers of an entry of the catalog as it is, with no class imported; None where it has to be built."""
    from ontarget.io.outline.outline import Unknown
    from ontarget.study.outline import outline_of

    if settings or trust:
        return None
    try:
        found, _ = outline_of(name)
        return found.title, found.leaves()
    except Unknown:
        return None


def made(name: str, settings: tuple[str, ...], trust: bool) -> tuple[str, list[Leaf]]:
    """Title and numbers of an entry, a file or a study that is built, so that its values are checked."""
    from ontarget.io.entry import is_study, load_entry
    from ontarget.report.number_table import leaves_of

    loaded: Any
    if is_study(name):
        from ontarget.study.study import load_experiments, load_study

        loaded = load_study(name, trust)
        load_experiments(loaded, parse_settings(settings), trust)  # what cannot be loaded is not shown as if it could
    else:
        loaded = load_entry(name, parse_settings(settings), trust)
    title = getattr(loaded.noun, "title", "") or getattr(loaded.noun, "name", "")
    return title, leaves_of(loaded)


def draw(found: list[Leaf]) -> None:
    """The tree: each part of an address once, its class beside it, the numbers in a column."""
    open_parts: list[str] = []
    for one in found:
        parts = one.address.split(".")
        shared = next((i for i, (a, b) in enumerate(zip(parts[:-1], open_parts, strict=False)) if a != b), None)
        shared = min(len(parts) - 1, len(open_parts)) if shared is None else shared
        for depth in range(shared, len(parts) - 1):
            kind = one.classes[depth]
            print_text(f"{parts[depth]}{f'  ({kind})' if kind else ''}", "  " * (depth + 1))
        open_parts = parts[:-1]
        indent = "  " * len(parts)
        label = f"{indent}{parts[-1]}"
        cite = f"  [{', '.join(one.cite)}]" if one.cite else ("  (default)" if one.default else "")
        source = f"  from {one.source}" if one.source else ""
        print_text(f"{label:<44} {one.value}{source}{cite}"[len(indent) :], indent)
