"""``ontarget list``: what the catalog holds."""

from __future__ import annotations

import click


@click.command("list")
@click.argument("kinds", nargs=-1)
def command(kinds: tuple[str, ...]) -> None:
    """Show the entries of the catalog, all or of some KINDS (facilities, detectors, experiments, ...)."""
    from ontarget.io.catalog import KINDS, entries

    found = {kind: entries(kind) for kind in kinds or KINDS}
    width = max((len(name) for names in found.values() for name in names), default=0)
    for kind, names in found.items():
        click.echo(kind)
        for name in names:
            click.echo(f"  {name:<{width}}  {line(kind, name)}".rstrip())


def line(kind: str, name: str) -> str:
    """One line about an entry."""
    from ontarget.io.catalog import ROOT, read
    from ontarget.io.release import missing
    from ontarget.io.yaml import read_yaml

    path = ROOT / kind / f"{name}.yaml"
    if kind == "published":
        numbers = len(read_yaml(path, top=list).data)
        return f"{numbers} number{'' if numbers == 1 else 's'}"
    title = str(read_yaml(path).data.get("name", ""))
    absent = missing(read(path)) if kind in ("experiments", "detectors") else ()
    return f"{title}  (data not here: {', '.join(absent)})" if absent else title
