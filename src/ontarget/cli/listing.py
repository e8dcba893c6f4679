"""``ontarget list``: what the catalog holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from ontarget.cli.name import KindName
from ontarget.cli.table import print_text


@dataclass(frozen=True)
class Listed:
    """An entry of the catalog: its kind, its name, one line about it, and the releases that it needs and lacks here."""

    kind: str
    name: str
    title: str
    missing: tuple[str, ...] = ()


@click.command("list")
@click.argument("kinds", nargs=-1, type=KindName())
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def command(kinds: tuple[str, ...], form: str) -> None:
    """Show the entries of the catalog, all or of some KINDS (facilities, detectors, experiments, ...)."""
    from ontarget.io.catalog import KINDS, entries

    found = {kind: entries(kind) for kind in kinds or KINDS}
    if form != "table":
        from ontarget.io.write import csv_text, json_text

        rows = [asdict(one) for one in listed(found)]
        if form == "json":
            click.echo(json_text(rows), nl=False)
        else:
            click.echo(csv_text([{**row, "missing": " ".join(row["missing"])} for row in rows]), nl=False)
        return
    width = max((len(name) for names in found.values() for name in names), default=0)
    for kind, names in found.items():
        click.echo(kind)
        for one in listed({kind: names}):
            absent = f"  (data not here: {', '.join(one.missing)})" if one.missing else ""
            print_text(f"{one.name:<{width}}  {one.title}{absent}".rstrip(), "  ")


def listed(found: dict[str, tuple[str, ...]]) -> Iterator[Listed]:
    """The entries of some kinds, by their names."""
    from ontarget.io.catalog import ROOT, Resolver, parsed
    from ontarget.io.release import missing

    resolver = Resolver()
    for kind, names in found.items():
        for name in names:
            path = ROOT / kind / f"{name}.yaml"
            if kind == "published":
                numbers = len(parsed(path, list).data)
                yield Listed(kind, name, f"{numbers} number{'' if numbers == 1 else 's'}")
                continue
            title = str(parsed(path).data.get("name", ""))
            absent = missing(resolver.read(path)) if kind in ("experiments", "detectors") else ()
            yield Listed(kind, name, title, tuple(absent))
