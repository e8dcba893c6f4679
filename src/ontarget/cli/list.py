"""``ontarget list``"""

from __future__ import annotations

import click

from ontarget.io.catalog import KINDS, ROOT, entries
from ontarget.io.yaml import read_yaml


@click.command()
@click.argument("kind", required=False, type=click.Choice(KINDS))
def command(kind: str | None) -> None:
    """What the catalog holds: facilities, sources, detectors, materials, experiments, studies, published numbers."""
    for one in (kind,) if kind else KINDS:
        click.echo(f"{one}")
        for name in entries(one):
            click.echo(f"  {name:<20} {line(one, name)}")


def line(kind: str, name: str) -> str:
    """One line about an entry."""
    path = ROOT / kind / f"{name}.yaml"
    if kind == "published":
        numbers = read_yaml(path, top=list).data
        return f"{len(numbers)} number{'s' if len(numbers) != 1 else ''}"
    return str(read_yaml(path).data.get("name", ""))
