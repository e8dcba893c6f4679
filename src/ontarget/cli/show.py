"""``ontarget show``"""

from __future__ import annotations

import json
from typing import Any

import click

from ontarget.cli.option import parse_settings, set_option, trust_option


@click.command()
@click.argument("name")
@set_option
@trust_option
@click.option("--format", "form", type=click.Choice(["tree", "json"]), default="tree", show_default=True)
def command(name: str, settings: tuple[str, ...], trust: bool, form: str) -> None:
    """An entry of the catalog, or a YAML file, as a tree: address, value, unit and citation of every number."""
    from ontarget.io.entry import is_study, load_entry
    from ontarget.report.number_table import leaf_rows

    loaded: Any
    if is_study(name):
        from ontarget.study.study import load_experiments, load_study

        loaded = load_study(name, trust)
        load_experiments(loaded, parse_settings(settings), trust)  # what cannot be loaded is not shown as if it could
    else:
        loaded = load_entry(name, parse_settings(settings), trust)
    rows = leaf_rows(loaded)
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    title = getattr(loaded.noun, "title", "") or getattr(loaded.noun, "name", "")
    click.echo(f"{name}: {title}" if title else name)
    draw(rows)


def draw(rows: list[dict[str, Any]]) -> None:
    """The tree: each part of an address once, its class beside it, the numbers in a column."""
    open_parts: list[str] = []
    for row in rows:
        parts = row["address"].split(".")
        shared = next((i for i, (a, b) in enumerate(zip(parts[:-1], open_parts, strict=False)) if a != b), None)
        shared = min(len(parts) - 1, len(open_parts)) if shared is None else shared
        for depth in range(shared, len(parts) - 1):
            kind = row["classes"][depth]
            click.echo(f"{'  ' * (depth + 1)}{parts[depth]}{f'  ({kind})' if kind else ''}")
        open_parts = parts[:-1]
        label = f"{'  ' * len(parts)}{parts[-1]}"
        cite = f"  [{', '.join(row['cite'])}]" if row["cite"] else ("  (default)" if row["default"] else "")
        source = f"  from {row['source']}" if row["source"] else ""
        click.echo(f"{label:<44} {row['value']}{source}{cite}")
