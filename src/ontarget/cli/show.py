"""``ontarget show``"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.option import parse_settings, set_option, trust_option

if TYPE_CHECKING:
    from ontarget.report.number_table import Leaf


@click.command()
@click.argument("name")
@set_option
@trust_option
@click.option("--format", "form", type=click.Choice(["tree", "json"]), default="tree", show_default=True)
def command(name: str, settings: tuple[str, ...], trust: bool, form: str) -> None:
    """An entry of the catalog, or a YAML file, as a tree: address, value, unit and citation of every number."""
    from ontarget.io.entry import is_study, load_entry
    from ontarget.report.number_table import leaf_rows, leaves_of

    loaded: Any
    if is_study(name):
        from ontarget.study.study import load_experiments, load_study

        loaded = load_study(name, trust)
        load_experiments(loaded, parse_settings(settings), trust)  # what cannot be loaded is not shown as if it could
    else:
        loaded = load_entry(name, parse_settings(settings), trust)
    found = leaves_of(loaded)
    if form == "json":
        click.echo(json.dumps(leaf_rows(found), indent=2, ensure_ascii=False))
        return
    title = getattr(loaded.noun, "title", "") or getattr(loaded.noun, "name", "")
    click.echo(f"{name}: {title}" if title else name)
    draw(found)


def draw(found: list[Leaf]) -> None:
    """The tree: each part of an address once, its class beside it, the numbers in a column."""
    open_parts: list[str] = []
    for one in found:
        parts = one.address.split(".")
        shared = next((i for i, (a, b) in enumerate(zip(parts[:-1], open_parts, strict=False)) if a != b), None)
        shared = min(len(parts) - 1, len(open_parts)) if shared is None else shared
        for depth in range(shared, len(parts) - 1):
            kind = one.classes[depth]
            click.echo(f"{'  ' * (depth + 1)}{parts[depth]}{f'  ({kind})' if kind else ''}")
        open_parts = parts[:-1]
        label = f"{'  ' * len(parts)}{parts[-1]}"
        cite = f"  [{', '.join(one.cite)}]" if one.cite else ("  (default)" if one.default else "")
        source = f"  from {one.source}" if one.source else ""
        click.echo(f"{label:<44} {one.value}{source}{cite}")
