"""``ontarget cite``: the BibTeX of what an entry rests upon."""

from __future__ import annotations

import contextlib

import click

from ontarget.cli.name import ENTRY
from ontarget.cli.option import trust_option


@click.command("cite")
@click.argument("name", type=ENTRY)
@click.option("--keys", is_flag=True, help="Print the keys only.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@trust_option
def command(name: str, keys: bool, form: str, trust: bool) -> None:
    """Print the BibTeX of the data and the models that the catalog entry or YAML file NAME uses.

    For a study, of all its experiments. JSON and CSV have one row per reference: its key and, without --keys, its
    BibTeX.
    """
    from ontarget.io.bibliography import bibtex

    found = keys_under(name, trust)
    if form != "text":
        from ontarget.io.write import csv_text, json_text

        rows = [{"key": key} if keys else {"key": key, "bibtex": bibtex([key])} for key in found]
        click.echo(json_text(rows) if form == "json" else csv_text(rows), nl=False)
        return
    click.echo("\n".join(found) if keys else bibtex(found), nl=keys and bool(found))


def keys_under(name: str, trust: bool) -> tuple[str, ...]:
    """The keys that an entry, a study or a file rests upon."""
    from ontarget.io import catalog, keys_in, load_tree
    from ontarget.io.entry import CLASSES, is_study, load_entry, locate
    from ontarget.io.outline.outline import Unknown
    from ontarget.study.outline import outline_of

    path, study = catalog.find(locate(name)), is_study(name)
    if not study and path.parent.name not in CLASSES and catalog.is_ours(path):
        return keys_in(load_tree(locate(name)))
    if not trust:
        with contextlib.suppress(Unknown):
            return outline_of(name)[1]
    if study:
        from ontarget.study.study import keys_of_study, load_experiments, load_study

        built = load_study(name, trust)
        return keys_of_study(built, load_experiments(built, None, trust))
    from ontarget.io.bibliography import keys_of

    loaded = load_entry(name, None, trust)
    return keys_of(loaded.noun, loaded.provenance)
