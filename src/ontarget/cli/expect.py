"""``ontarget expect``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ontarget.cli.name import EXPERIMENT
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.cli.patience import waiting
from ontarget.cli.table import format_option, print_table, print_text

if TYPE_CHECKING:
    from ontarget.analysis.facility.expectation import Expectation


@click.command()
@click.argument("name", type=EXPERIMENT)
@set_option
@trust_option
@format_option
def command(name: str, settings: tuple[str, ...], trust: bool, form: str) -> None:
    """Expected counts of an experiment: its signal by channel and flavour, and its backgrounds.

    The table has events in the whole exposure ("total"), per calendar year, and by the flavour that interacts.

    CSV has one row for each channel or background, flavour, and bin of tag and reconstructed quantity: experiment,
    kind (signal or background), name, flavour, the edges of the bin with their units in the header, and counts, events
    in the whole exposure. A tag is what the facility says of a neutrino besides what it deposits, such as its time;
    without one its columns are left out. JSON has the same by channel, as arrays [tag, reconstructed].
    """
    with waiting(name) as compiling:
        from ontarget.analysis.facility.expectation import expected_counts
        from ontarget.io import csv_text, json_text
        from ontarget.io.entry import load_experiment
        from ontarget.report.expected_table import bin_rows, expectation

        experiment = load_experiment(name, parse_settings(settings), trust).noun
        with compiling():
            found = expected_counts(experiment, experiment.expected())
    if form == "json":
        click.echo(json_text(expectation(found)), nl=False)
    elif form == "csv":
        click.echo(csv_text(bin_rows(found)), nl=False)
    else:
        print_expectation(found)


def print_expectation(found: Expectation) -> None:
    """Print the table, and below it what "outside" means where there is any."""
    from ontarget.report.column import Column
    from ontarget.report.expected_table import expectation_rows, exposure_text, outside_line

    experiment = found.experiment
    title = f"{experiment.title or experiment.name}, {exposure_text(experiment)} [{experiment.name}]"
    rows = expectation_rows(found)
    kept = [name for name in rows[0] if name not in ("experiment", "exposure")]
    note = outside_line(found)
    columns = {"total": Column(unit="particles" if found.leptons else "events"), "outside": Column(hidden=not note)}
    print_table(title, [{name: row[name] for name in kept} for row in rows], columns)
    if note:
        print_text(note)
