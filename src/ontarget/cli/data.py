"""``ontarget data``: the published data that experiments are fitted to."""

from __future__ import annotations

from pathlib import Path

import click

from ontarget.cli.name import RELEASE
from ontarget.cli.table import format_option, print_rows, print_text


@click.group("data")
def command() -> None:
    """List, download and find the data releases that experiments are fitted to.

    Only 'ontarget data get' downloads anything. ONTARGET_DATA_MIRROR may name a folder that has the releases already.
    """


@command.command("list")
@format_option
def list_releases(form: str) -> None:
    """Show every release: name, title, DOI, files, and where they are.

    JSON and CSV have one row per release: name, other names, title, address (DOI), number of files, how many of them
    are here, and in which folders.
    """
    from ontarget.io.catalog import entries
    from ontarget.io.release import find_release, present

    rows = []
    for name in entries("releases"):
        release = find_release(name)
        found = [path for file in release.files if (path := present(release, file)) is not None]
        total = f"{len(release.files)} files"
        count = total if len(found) == len(release.files) else f"{len(found)} of {total}"
        places = " and ".join(dict.fromkeys(str(path.parent) for path in found))
        rows.append(
            {
                "name": name,
                "other names": ", ".join(release.aliases),
                "title": release.title,
                "address": release.address,
                "files": len(release.files),
                "here": len(found),
                "folders": places,
            }
        )
        if form == "table":
            also = f" ({', '.join(release.aliases)})" if release.aliases else ""
            print_text(f"{name}{also}  {release.title}")
            print_text(f"{release.address}  {f'{count} in {places}' if found else f'{total}, not here'}", "  ")
    if form != "table":
        print_rows(form, "", rows)


@command.command("get")
@click.argument("names", nargs=-1, required=True, type=RELEASE)
@click.option("--mirror", type=click.Path(path_type=Path), help="Copy from this folder instead of fetching.")
def get(names: tuple[str, ...], mirror: Path | None) -> None:
    """Download the releases NAMES by DOI into the cache folder, and check every file."""
    from ontarget.io.fetch import copy, fetch
    from ontarget.io.release import find_release

    def progress(line: str) -> None:
        click.echo(f"  {line}", err=True)

    releases = [find_release(name, "ontarget data get") for name in names]  # all of them, before any is fetched
    for release in releases:
        folder = fetch(release, progress) if mirror is None else copy(release, mirror, progress)
        click.echo(f"{release.name}: {len(release.files)} files in {folder}")


@command.command("where")
@click.argument("name", type=RELEASE)
def where(name: str) -> None:
    """Check every file of a release and print its folder."""
    from ontarget.io.release import find_release, locate

    release = find_release(name, "ontarget data where")
    for folder in dict.fromkeys(locate(release, file).parent for file in release.files):
        click.echo(folder)
