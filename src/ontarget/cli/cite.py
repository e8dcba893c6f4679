"""``ontarget cite``: the BibTeX of what an entry rests upon."""

from __future__ import annotations

import contextlib

import click

from ontarget.cli.name import ENTRY
from ontarget.cli.option import trust_option


@click.command("cite")
@click.argument("name", type=ENTRY)
@click.option("--keys", is_flag=True, help="Print the keys only.")
@trust_option
def command(name: str, keys: bool, trust: bool) -> None:
    """Print the BibTeX of the data and the models that the catalog entry or YAML file NAME uses.

    For a study, of all its experiments.
    """
    from ontarget.io.bibliography import bibtex

    found = keys_under(name, trust)
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
