"""`ontarget cite NAME`: the BibTeX of what an entry rests upon."""

from __future__ import annotations

import click


@click.command("cite")
@click.argument("name")
@click.option("--keys", is_flag=True, help="Print the INSPIRE keys only.")
def command(name: str, keys: bool) -> None:
    """Print the BibTeX of every `cite:` in the catalog entry or YAML file NAME, and in all that it uses."""
    from ontarget.io.bibliography import bibtex, keys_in
    from ontarget.io.load import load_tree

    found = keys_in(load_tree(name))
    click.echo("\n".join(found) if keys else bibtex(found), nl=keys and bool(found))
