"""`ontarget list`: what the catalog holds."""

from __future__ import annotations

import click


@click.command("list")
@click.argument("kinds", nargs=-1)
def command(kinds: tuple[str, ...]) -> None:
    """Show the entries of the catalog, all or of some KINDS (facilities, detectors, experiments, ...)."""
    from ontarget.io.catalog import KINDS, entries

    found = {kind: entries(kind) for kind in kinds or KINDS}
    for kind, names in found.items():
        for name in names:
            click.echo(f"{kind}/{name}")
