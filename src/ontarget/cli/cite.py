"""``ontarget cite``: the BibTeX of what an entry rests upon."""

from __future__ import annotations

import click

from ontarget.cli.option import trust_option


@click.command("cite")
@click.argument("name")
@click.option("--keys", is_flag=True, help="Print the keys only.")
@trust_option
def command(name: str, keys: bool, trust: bool) -> None:
    """Print the BibTeX of the data and the models that the catalog entry or YAML file NAME uses.

    For a study, of all its experiments.
    """
    from ontarget.io import bibtex, keys_in, keys_of, load_tree
    from ontarget.io.catalog import find, is_ours
    from ontarget.io.entry import CLASSES, is_study, load_entry, locate

    path = find(locate(name))
    if is_study(name):
        from ontarget.study.study import keys_of_study, load_experiments, load_study

        study = load_study(name, trust)
        found = keys_of_study(study, load_experiments(study, None, trust))
    elif path.parent.name in CLASSES or not is_ours(path):
        loaded = load_entry(name, None, trust)
        found = keys_of(loaded.noun, loaded.provenance)
    else:
        found = keys_in(load_tree(locate(name)))
    click.echo("\n".join(found) if keys else bibtex(found), nl=keys and bool(found))
