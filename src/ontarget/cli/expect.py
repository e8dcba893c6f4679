"""``ontarget expect``"""

from __future__ import annotations

import click

from ontarget.cli.option import keep_compiled, parse_settings, set_option, trust_option


@click.command()
@click.argument("name")
@set_option
@trust_option
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def command(name: str, settings: tuple[str, ...], trust: bool, form: str) -> None:
    """Expected counts of an experiment: by channel, flavour, tag and seen bin; and of its backgrounds."""
    from ontarget.analysis.facility.expectation import expected_counts
    from ontarget.io import csv_text, json_text
    from ontarget.io.entry import load_experiment
    from ontarget.report.expected_table import bin_rows, expectation, expectation_rows

    experiment = load_experiment(name, parse_settings(settings), trust).noun
    keep_compiled()
    counts = experiment.expected()
    if form == "json":
        click.echo(json_text(expectation(expected_counts(experiment, counts))), nl=False)
    elif form == "csv":
        click.echo(csv_text(bin_rows(counts)), nl=False)
    else:
        from ontarget.cli.table import print_table

        print_table(experiment.title or name, expectation_rows(expected_counts(experiment, counts)))
