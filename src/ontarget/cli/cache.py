"""``ontarget cache``: what is kept between calls."""

from __future__ import annotations

import json

import click

MEANING = {
    "compiled": "programs, compiled for this processor",
    "traced": "programs, before they are compiled",
    "results": "results: expansions, fluxes, published numbers",
}


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove all of it. Nothing is lost but time.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(clear: bool, form: str) -> None:
    """Show what is kept between calls, and where; with --clear, remove it.

    Compiled programs and results are kept by a hash of the code and of all numbers they depend on. At most 2 GB are
    kept: what was used longest ago goes first. ONTARGET_CACHE=off keeps nothing, ONTARGET_CACHE=FOLDER keeps it there.
    """
    from ontarget.ground import cache

    top = cache.root()
    if clear:
        gone = cache.clear()
        click.echo(f"{gone} file{'' if gone == 1 else 's'} removed")
        return
    found: dict[str, list[int]] = {}
    for path, about in cache.kept():
        kind = path.parent.name.split("-")[0]
        found.setdefault(kind, []).append(about.st_size)
    if form == "json":
        rows = {kind: {"files": len(sizes), "bytes": sum(sizes)} for kind, sizes in sorted(found.items())}
        click.echo(json.dumps({"folder": None if top is None else str(top), "kept": rows}, indent=2))
        return
    if top is None:
        click.echo("Nothing is kept: ONTARGET_CACHE is off, or there is no home folder.")
        return
    click.echo(f"folder: {top}{'' if cache.usable() else '  (not used: it is not yours alone, or cannot be written)'}")
    for kind, sizes in sorted(found.items()):
        click.echo(f"{kind:<9} {len(sizes):>6} files {sum(sizes) / 1e6:>8.1f} MB  {MEANING.get(kind, '')}".rstrip())
