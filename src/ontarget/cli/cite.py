"""`ontarget cite NAME`: the BibTeX of what an entry rests upon."""

from __future__ import annotations

import click


@click.command("cite")
@click.argument("name")
@click.option("--keys", is_flag=True, help="Print the INSPIRE keys only.")
def command(name: str, keys: bool) -> None:
    """Print the BibTeX of every `cite:` in the catalog entry or YAML file NAME, and in all that it uses."""
    from ontarget.io.bibliography import bibtex, keys_in
    from ontarget.io.catalog import KINDS, entries
    from ontarget.io.load import load_tree

    # a detector and the experiment with it often share a name; the experiment rests upon more
    kinds = ("experiments",) if name in entries("experiments") else KINDS
    found = keys_in(load_tree(name, kinds=kinds))
    click.echo("\n".join(found) if keys else bibtex(found), nl=keys and bool(found))
