"""``ontarget cite``"""

from __future__ import annotations

import click

from ontarget.cli.option import trust_option


@click.command()
@click.argument("name")
@trust_option
def command(name: str, trust: bool) -> None:
    """BibTeX of the data and models that an entry of the catalog (or a YAML file) uses."""
    from ontarget.io import bibtex, keys_of
    from ontarget.io.entry import load_entry

    loaded = load_entry(name, None, trust)
    click.echo(bibtex(keys_of(loaded.noun, loaded.provenance)), nl=False)
